// <near-me words="Near me" asks="…" fails="…"> in a form: a button that asks the browser where it is, and goes to the
// same page with that, rounded to a tenth of a degree (about 10 km) before it leaves the browser.

class NearMe extends HTMLElement {
  connectedCallback() {
    if (!navigator.geolocation || !window.isSecureContext) return this.remove();
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "btn";
    this.button.textContent = this.getAttribute("words");
    this.button.addEventListener("click", this);
    this.note = document.createElement("span");
    this.note.setAttribute("role", "status");
    this.note.className = "t1";
    this.prepend(this.button);
    this.append(this.note);
  }

  disconnectedCallback() {
    this.button?.remove();
    this.note?.remove();
  }

  handleEvent() {
    this.note.textContent = this.getAttribute("asks");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => this.go(coords),
      () => { this.note.textContent = this.getAttribute("fails"); },
      { enableHighAccuracy: false, maximumAge: 600_000, timeout: 20_000 },
    );
  }

  go({ latitude, longitude }) {
    const form = this.closest("form"), there = new URL(form.action);
    const said = { of: form.elements.of?.value, at: `${latitude.toFixed(1)},${longitude.toFixed(1)}` };
    for (const name of ["within", "order"]) said[name] = form.elements[name].value;
    for (const [name, value] of Object.entries(said)) if (value) there.searchParams.set(name, value);
    location.assign(there);
  }
}

customElements.define("near-me", NearMe);
