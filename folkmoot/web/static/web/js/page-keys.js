/* Single keys. Whatever says aria-keyshortcuts="e" is pressed, or focused if one writes there, by that key; two keys
   after each other are written "g i". j, k and n walk through what the page has: posts, or the list of the inbox.
   Nothing happens while somebody writes, or with Ctrl, Alt or Meta held, or where the person has switched it off. */
const STEPS = { j: "next", k: "previous", n: "unread" };

class PageKeys extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.before = "";
    document.addEventListener("keydown", this);
    document.addEventListener("page-step", this);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this);
    document.removeEventListener("page-step", this);
  }

  handleEvent(event) {
    if (event.type === "page-step") return this.stepThroughPosts(event.detail);
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || this.isWriting(event.target)) return;
    if (this.dialog.open) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : "";
    const keys = this.before ? `${this.before} ${key}` : key;
    this.before = !this.before && key === "g" ? "g" : "";
    if (key && !this.before && this.press(keys)) event.preventDefault();
    if (this.before) setTimeout(() => { this.before = ""; }, 1500);
  }

  isWriting(target) {
    return target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio]), textarea, select, dialog *");
  }

  press(keys) {
    if (keys === "?") return this.show();
    const found = [...document.querySelectorAll(`[aria-keyshortcuts="${CSS.escape(keys)}"]`)].find(one => one.checkVisibility());
    if (found) {
      found.focus();
      if (!found.matches("input, textarea")) found.click();
      return true;
    }
    if (!STEPS[keys]) return false;
    document.dispatchEvent(new CustomEvent("page-step", { detail: STEPS[keys] }));
    return true;
  }

  /* On a conversation's page; the inbox walks through its list instead. */
  stepThroughPosts(detail) {
    if (document.querySelector("inbox-list")) return;
    if (detail === "unread") return document.getElementById("new")?.nextElementSibling && this.goTo(document.getElementById("new").nextElementSibling);
    const posts = [...document.querySelectorAll("article.post")];
    const at = posts.indexOf(document.activeElement.closest("article.post"));
    const post = detail === "next" ? posts[at + 1] : posts[at < 0 ? posts.length - 1 : at - 1];
    if (post) this.goTo(post);
  }

  goTo(post) {
    post.tabIndex = -1;
    post.focus({ preventScroll: true });
    post.scrollIntoView({ block: "start" });
  }

  /* The list says what works on this very page, in the page's own words. */
  show() {
    const list = this.dialog.querySelector("[data-here]");
    const names = [...document.querySelectorAll("[aria-keyshortcuts]")].filter(one => one.checkVisibility());
    list.replaceChildren(...names.map(one => this.line(one)));
    this.dialog.showModal();
    return true;
  }

  line(one) {
    const row = document.createElement("div"), keys = document.createElement("dt"), name = document.createElement("dd");
    keys.append(...one.getAttribute("aria-keyshortcuts").split(" ").map(key => Object.assign(document.createElement("kbd"), { textContent: key })));
    name.textContent = one.getAttribute("aria-label") || one.dataset.name || [...one.childNodes].filter(child => child.nodeType === 3).map(child => child.textContent).join("").trim();
    row.append(keys, name);
    return row;
  }
}

customElements.define("page-keys", PageKeys);
