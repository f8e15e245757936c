// <town-choice towns="/towns" words="Towns"> around a field for a town: while it is typed, towns that begin so are
// offered. The chosen one fills in what its form has of country, latitude, longitude and at. Arrows, Enter, Escape.

const KINDS = ["input", "keydown", "blur"];

class TownChoice extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("input");
    this.list = Object.assign(document.createElement("ul"), { className: "menu", id: `towns-of-${this.field.id}` });
    this.field.after(this.list);
    this.field.autocomplete = "off";
    const told = { role: "combobox", "aria-autocomplete": "list", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(told)) this.field.setAttribute(name, value);
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", this.getAttribute("words"));
    this.show([]);
    for (const kind of KINDS) this.field.addEventListener(kind, this);
    this.list.addEventListener("mousedown", this);
    this.querySelector("[name=find]")?.parentElement.remove(); // what is typed is looked for by itself
  }

  disconnectedCallback() {
    for (const kind of KINDS) this.field.removeEventListener(kind, this);
    clearTimeout(this.soon);
    this.list.remove();
  }

  handleEvent(event) {
    if (event.type === "blur") this.show([]);
    else if (event.type === "mousedown") this.take(event.target.closest("li"), event);
    else if (event.type === "keydown" && !this.list.hidden) this.press(event);
    else if (event.type === "input") {
      this.fill({ at: "" }); // another town than the one that was chosen
      clearTimeout(this.soon);
      this.soon = setTimeout(() => this.ask(), 150);
    }
  }

  async ask() {
    const begun = this.field.value.trim();
    const answer = begun.length < 2 ? null : await fetch(`${this.getAttribute("towns")}?q=${encodeURIComponent(begun)}`).catch(() => null);
    const towns = answer?.ok ? (await answer.json()).towns : []; // away from the network the name can still be typed
    if (begun === this.field.value.trim() && document.activeElement === this.field) this.show(towns);
  }

  show(towns) {
    this.towns = towns;
    this.list.replaceChildren(...towns.map((one, at) => this.option(one, at)));
    this.list.hidden = !towns.length;
    this.field.setAttribute("aria-expanded", String(!!towns.length));
    this.choose(-1);
  }

  option({ label, hint }, at) {
    const [option, words, town, small] = ["li", "span", "b", "small"].map(name => document.createElement(name));
    option.id = `${this.list.id}-${at}`;
    option.setAttribute("role", "option");
    Object.assign(small, { className: "quiet", textContent: hint });
    town.textContent = label;
    words.append(town, small);
    option.append(words);
    return option;
  }

  choose(at) {
    const options = [...this.list.children];
    this.at = options.length && at >= 0 ? at % options.length : -1;
    options.forEach((one, number) => {
      one.setAttribute("aria-selected", String(number === this.at));
      one.firstChild.classList.toggle("is-here", number === this.at);
    });
    this.field.setAttribute("aria-activedescendant", options[this.at]?.id || "");
  }

  press(event) {
    if (event.key === "ArrowDown") this.choose(this.at + 1);
    else if (event.key === "ArrowUp") this.choose(this.at <= 0 ? this.towns.length - 1 : this.at - 1);
    else if (event.key === "Escape") this.show([]);
    else if (event.key === "Enter" && this.at >= 0) return this.take(this.list.children[this.at], event);
    else return;
    event.preventDefault();
  }

  take(option, event) {
    event.preventDefault();
    if (!option) return;
    const { name, ...more } = this.towns[[...this.list.children].indexOf(option)];
    this.field.value = name;
    this.fill(more);
    this.show([]);
  }

  fill(more) {
    for (const key of ["country", "latitude", "longitude", "at"])
      if (key in more && this.field.form.elements[key]) this.field.form.elements[key].value = more[key];
  }
}

customElements.define("town-choice", TownChoice);
