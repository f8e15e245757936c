// <kept-draft key="topic-7" words="Draft kept" action="/drafts/topic-7"> around a textarea: keeps what is typed here, gives
// it back after a crash, and forgets it once the page says that it arrived (an element with data-sent="topic-7"). When
// typing pauses it also goes to that address, for other machines.

class KeptDraft extends HTMLElement {
  connectedCallback() {
    this.text = this.querySelector("textarea");
    this.note = document.createElement("span");
    this.note.setAttribute("role", "status");
    this.append(this.note);

    if (document.querySelector(`[data-sent~="${CSS.escape(this.getAttribute("key"))}"]`)) this.forget();
    else if (!this.text.value && this.kept) {
      this.text.value = this.kept;
      this.tell();
    }
    this.text.addEventListener("input", this);
  }

  disconnectedCallback() {
    this.text.removeEventListener("input", this);
    clearTimeout(this.soon);
    clearTimeout(this.later);
    this.note.remove();
  }

  handleEvent() {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.tell(), 800); // said once typing pauses; kept at once
    if (this.text.value.trim()) this.keep();
    else this.forget();
    clearTimeout(this.later);
    if (this.hasAttribute("action")) this.later = setTimeout(() => this.send(), 2000);
  }

  async send() {
    const { csrfmiddlewaretoken, title } = this.text.form.elements;
    const draft = new FormData();
    draft.append("csrfmiddlewaretoken", csrfmiddlewaretoken?.value || "");
    draft.append("title", title?.value || "");
    draft.append("body", this.text.value);
    try {
      await fetch(this.getAttribute("action"), { method: "POST", body: draft });
    } catch {
      // away from the network: it is kept here
    }
  }

  get name() {
    return `draft:${this.getAttribute("key")}`;
  }

  get kept() {
    try {
      return localStorage.getItem(this.name);
    } catch {
      return null; // storage is forbidden: everything else still works
    }
  }

  keep() {
    try {
      localStorage.setItem(this.name, this.text.value);
    } catch {
      this.isFull = true;
    }
  }

  forget() {
    try {
      localStorage.removeItem(this.name);
    } catch {
      // nothing was kept
    }
  }

  tell() {
    this.note.textContent = this.kept && !this.isFull ? this.getAttribute("words") : "";
  }
}

customElements.define("kept-draft", KeptDraft);
