// <name-list people="/g/tarn/people.json" words="People"> around a textarea: after "@" and a letter it offers members
// whose name begins so. Arrows choose, Enter or Tab takes, Escape closes.

class NameList extends HTMLElement {
  connectedCallback() {
    this.text = this.querySelector("textarea");
    this.list = document.createElement("ul");
    this.list.className = "menu";
    this.list.id = `names-of-${this.text.id}`;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", this.getAttribute("words"));
    this.list.hidden = true;
    this.append(this.list);
    this.text.setAttribute("aria-autocomplete", "list");
    for (const kind of ["input", "keydown", "blur"]) this.text.addEventListener(kind, this);
    this.list.addEventListener("mousedown", this);
  }

  disconnectedCallback() {
    for (const kind of ["input", "keydown", "blur"]) this.text.removeEventListener(kind, this);
    clearTimeout(this.soon);
    this.list.remove();
  }

  handleEvent(event) {
    if (event.type === "blur") this.show([]);
    else if (event.type === "mousedown") this.take(event.target.closest("[data-handle]"), event);
    else if (event.type === "keydown" && !this.list.hidden) this.press(event);
    else if (event.type === "input") {
      clearTimeout(this.soon);
      this.soon = setTimeout(() => this.ask(), 120);
    }
  }

  get begun() {
    return /(?:^|[\s(])@([\p{L}\p{N}_-]{1,40})$/u.exec(this.text.value.slice(0, this.text.selectionStart))?.[1];
  }

  async ask() {
    const begun = this.begun;
    if (!begun || !this.getAttribute("people")) return this.show([]);
    try {
      const answer = await fetch(`${this.getAttribute("people")}?q=${encodeURIComponent(begun)}`);
      const people = answer.ok ? (await answer.json()).people : [];
      if (begun === this.begun) this.show(people);
    } catch {
      this.show([]); // away from the network: names can still be typed
    }
  }

  show(people) {
    this.list.replaceChildren(...people.map((one, at) => this.option(one, at)));
    this.list.hidden = !people.length;
    this.choose(0);
  }

  option({ handle, name }, at) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${at}`;
    option.dataset.handle = handle;
    option.setAttribute("role", "option");
    const words = document.createElement("span");
    words.textContent = `${name} @${handle}`;
    option.append(words);
    return option;
  }

  choose(at) {
    const options = [...this.list.children];
    this.at = options.length ? (at + options.length) % options.length : 0;
    options.forEach((one, number) => one.setAttribute("aria-selected", number === this.at));
    options.forEach((one, number) => one.firstChild.classList.toggle("is-here", number === this.at));
    if (options.length) this.text.setAttribute("aria-activedescendant", options[this.at].id);
    else this.text.removeAttribute("aria-activedescendant");
  }

  press(event) {
    if (event.key === "ArrowDown") this.choose(this.at + 1);
    else if (event.key === "ArrowUp") this.choose(this.at - 1);
    else if (event.key === "Escape") this.show([]);
    else if (event.key === "Enter" || event.key === "Tab") return this.take(this.list.children[this.at], event);
    else return;
    event.preventDefault();
  }

  take(option, event) {
    event.preventDefault();
    const end = this.text.selectionStart;
    this.text.setRangeText(`${option.dataset.handle} `, end - this.begun.length, end, "end");
    this.show([]);
  }
}

customElements.define("name-list", NameList);
