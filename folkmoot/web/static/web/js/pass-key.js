// <pass-key failed="words"> around a form whose field `credential` a passkey fills: <pass-key create options="id"> makes
// one, <pass-key options="id"> shows one; the options stand in <script type="application/json" id="id">, or at the
// address in `from`. Needs allauth's webauthn-json.js, which turns JSON into what the browser wants and back.

class PassKey extends HTMLElement {
  connectedCallback() {
    if (!window.PublicKeyCredential || !window.webauthnJSON) return; // its buttons stay hidden
    for (const one of this.querySelectorAll("[hidden][data-needs-passkey]")) one.hidden = false;
    this.addEventListener("submit", this);
  }

  disconnectedCallback() {
    this.removeEventListener("submit", this);
  }

  async handleEvent(event) {
    event.preventDefault();
    this.tell("");
    const form = event.target;
    try {
      const options = await this.options();
      const made = this.hasAttribute("create") ? await this.make(options) : await window.webauthnJSON.get(options);
      form.elements.credential.value = JSON.stringify(made);
      form.submit();
    } catch {
      this.tell(this.getAttribute("failed")); // cancelled, none here, or no answer: the browser does not say which
    }
  }

  async options() {
    const from = this.getAttribute("from");
    if (!from) {
      const kept = JSON.parse(document.getElementById(this.getAttribute("options")).textContent);
      return kept.creation_options ?? kept.request_options;
    }
    const answer = await fetch(from, { headers: { Accept: "application/json" } });
    return (await answer.json()).request_options;
  }

  make(options) {
    // One that is kept on the device and asks who is there: then it is enough to sign in.
    Object.assign(options.publicKey.authenticatorSelection, {
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    });
    return window.webauthnJSON.create(options);
  }

  tell(words) {
    const place = this.querySelector("[role=alert]");
    place.textContent = words;
    place.hidden = !words;
  }
}

customElements.define("pass-key", PassKey);
