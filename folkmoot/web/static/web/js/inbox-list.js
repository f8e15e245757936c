/* The inbox without loading it anew: rows open beside the list, j and k walk through them, n goes to the next unread.
   Without this the same links and buttons load pages. */
class InboxList extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
    document.addEventListener("page-step", this);
    document.addEventListener("submit", this);
    window.addEventListener("popstate", () => location.reload());
  }

  disconnectedCallback() {
    document.removeEventListener("page-step", this);
    document.removeEventListener("submit", this);
  }

  handleEvent(event) {
    if (event.type === "click") this.clicked(event);
    else if (event.type === "submit") this.tellNext(event.target);
    else this.step(event.detail);
  }

  get rows() { return [...this.querySelectorAll("li[data-topic]")]; }
  get here() { return this.querySelector("li.is-here"); }

  clicked(event) {
    const link = event.target.closest("a.inbox-row__title");
    const isPlain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button);
    if (!link || !isPlain || !matchMedia("(width >= 62rem)").matches) return;
    event.preventDefault();
    this.open(link.closest("li"));
  }

  step(detail) {
    const rows = this.rows, at = rows.indexOf(this.here);
    const onward = { next: rows.slice(at + 1), previous: at > 0 ? rows.slice(0, at).reverse() : [] };
    onward.unread = [...rows.slice(at + 1), ...rows.slice(0, at + 1)].filter(row => row.matches(".is-unread:not(.is-here)"));
    const row = onward[detail][0];
    if (!row) return;
    if (matchMedia("(width >= 62rem)").matches) this.open(row);
    row.querySelector("a").focus();
  }

  async open(row) {
    const link = row.querySelector("a");
    this.select(row, link);
    const pane = document.getElementById("pane");
    pane.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      const html = await answer.text();
      if (this.here !== row) return;
      pane.innerHTML = html;
      window.htmx?.process(pane);
    } catch {
      location.assign(link.href);
    }
    pane.removeAttribute("aria-busy");
  }

  select(row, link) {
    const was = this.here;
    if (was) {
      was.classList.remove("is-here", "is-unread");
      was.removeAttribute("aria-current");
      was.querySelector(".count")?.replaceChildren();
    }
    row.classList.add("is-here");
    row.setAttribute("aria-current", "true");
    history.replaceState(null, "", link.href);
  }

  /* What comes next in this list, as it stands before the reader's eyes. */
  tellNext(form) {
    if (!form.closest("#pane .pane__head")) return;
    const rows = this.rows, at = rows.indexOf(this.here);
    const row = rows[at + 1] || rows[at - 1];
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "next", value: row?.dataset.topic || "" });
    form.append(field);
  }
}

customElements.define("inbox-list", InboxList);
