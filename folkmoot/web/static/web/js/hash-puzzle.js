// <hash-puzzle salt="…" bits="16" worker="address"> in a form, around a field `answer` and an element that says to wait:
// has a worker solve the puzzle while the form is filled in, and holds the form back until it is done.

class HashPuzzle extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.field = this.querySelector("[name=answer]");
    this.note = this.querySelector("[role=status]");
    this.form.addEventListener("submit", this);
    try {
      this.worker = new Worker(this.getAttribute("worker"));
    } catch {
      return this.finish(""); // without a worker the form goes the slower way
    }
    this.worker.onmessage = ({ data }) => this.finish(data);
    this.worker.onerror = () => this.finish("");
    this.worker.postMessage({ salt: this.getAttribute("salt"), bits: Number(this.getAttribute("bits")) });
  }

  disconnectedCallback() {
    this.form.removeEventListener("submit", this);
    this.worker?.terminate();
  }

  handleEvent(event) {
    if (this.isDone) return;
    event.preventDefault();
    this.isAwaited = true;
    this.note.hidden = false;
  }

  finish(answer) {
    this.field.value = answer;
    this.isDone = true;
    this.worker?.terminate();
    if (this.isAwaited) this.form.requestSubmit();
  }
}

customElements.define("hash-puzzle", HashPuzzle);
