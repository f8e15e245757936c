// <agenda-order is-open> around an <ol> of <li data-move="/agenda/7/move">: an item is dragged to its place, and its
// address told the new position. Without it the buttons of each item do the same.

class AgendaOrder extends HTMLElement {
  connectedCallback() {
    if (!this.hasAttribute("is-open")) return;
    this.list = this.querySelector("ol");
    for (const item of this.list.children) item.draggable = true;
    for (const kind of ["dragstart", "dragover", "dragend"]) this.list.addEventListener(kind, this);
  }

  disconnectedCallback() {
    for (const kind of ["dragstart", "dragover", "dragend"]) this.list?.removeEventListener(kind, this);
  }

  handleEvent(event) {
    if (event.type === "dragstart") this.take(event);
    else if (event.type === "dragend") this.drop();
    else if (this.held) this.over(event);
  }

  take(event) {
    this.held = event.target.closest("li[data-move]");
    if (!this.held) return;
    this.held.classList.add("is-held");
    event.dataTransfer.effectAllowed = "move";
  }

  over(event) {
    event.preventDefault();
    const other = event.target.closest("li[data-move]");
    if (!other || other === this.held) return;
    const box = other.getBoundingClientRect();
    const isBelow = event.clientY > box.top + box.height / 2;
    other[isBelow ? "after" : "before"](this.held);
  }

  async drop() {
    const item = this.held;
    this.held = null;
    item?.classList.remove("is-held");
    if (item) await this.tell(item, [...this.list.children].indexOf(item));
  }

  async tell(item, position) {
    const said = new FormData();
    said.append("position", position);
    said.append("csrfmiddlewaretoken", item.querySelector("[name=csrfmiddlewaretoken]").value);
    try {
      await fetch(item.dataset.move, { method: "POST", body: said });
    } finally {
      location.reload(); // the times have changed, or the order is as before
    }
  }
}

customElements.define("agenda-order", AgendaOrder);
