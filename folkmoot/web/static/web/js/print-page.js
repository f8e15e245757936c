// <print-page> around a button: prints the page. Without scripts the browser's own menu does.

class PrintPage extends HTMLElement {
  connectedCallback() {
    this.hidden = false;
    this.addEventListener("click", this);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this);
  }

  handleEvent(event) {
    if (event.target.closest("button")) window.print();
  }
}

customElements.define("print-page", PrintPage);
