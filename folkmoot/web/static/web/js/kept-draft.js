// <kept-draft key="topic-7" words="Draft kept"> around a textarea: keeps what is typed, gives it back after a crash,
// and forgets it once the page says that it arrived (an element with data-sent="topic-7").

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
    this.note.remove();
  }

  handleEvent() {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.tell(), 800); // said once typing pauses; kept at once
    if (this.text.value.trim()) this.keep();
    else this.forget();
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
