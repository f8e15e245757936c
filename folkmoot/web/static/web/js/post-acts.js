// <post-acts form="act" from="mine"> around posts that are the same for all: marks what is the reader's own, from the JSON
// in #mine, and sends the buttons of the form #act without leaving the page. The answer is the post as it looks now.

class PostActs extends HTMLElement {
  connectedCallback() {
    this.form = document.getElementById(this.getAttribute("form"));
    this.form.addEventListener("submit", this);
    this.mine = JSON.parse(document.getElementById(this.getAttribute("from")).textContent);
    this.querySelectorAll("article.post").forEach((post) => this.mark(post));
  }

  disconnectedCallback() {
    this.form.removeEventListener("submit", this);
  }

  handleEvent(event) {
    const button = event.submitter;
    if (!button?.matches("button.react:not(.vote)") || !this.contains(button)) return;
    event.preventDefault();
    this.send(button, this.kindOf(button), button.closest("article.post"));
  }

  kindOf(button) {
    return /reactions\/(\w+)/.exec(button.getAttribute("formaction"))[1];
  }

  mark(post) {
    const number = Number(post.id.replace("post-", ""));
    const isOwn = this.mine.own.includes(number);
    const chosen = this.mine.reactions[number] || [];
    for (const button of post.querySelectorAll("button.react:not(.vote)")) {
      const isPressed = chosen.includes(this.kindOf(button));
      button.setAttribute("aria-pressed", isPressed);
      if (isPressed) button.setAttribute("formaction", `${button.getAttribute("formaction").replace(/\/remove$/, "")}/remove`);
      button.disabled = isOwn;
      button.hidden = isOwn && !button.querySelector("b");
    }
    for (const button of post.querySelectorAll("button.vote")) {
      const [, poll] = /polls\/(\d+)/.exec(button.getAttribute("formaction"));
      button.setAttribute("aria-pressed", (this.mine.polls?.[poll] || []).includes(Number(button.value)));
    }
  }

  async send(button, kind, post) {
    button.setAttribute("aria-busy", "true");
    try {
      const address = button.getAttribute("formaction");
      const answer = await fetch(address, { method: "POST", body: new FormData(this.form), headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(answer.status);
      this.put(await answer.text(), post, kind, !address.endsWith("/remove"));
    } catch {
      button.removeAttribute("aria-busy");
      this.say(post);
    }
  }

  put(html, post, kind, isMine) {
    const number = post.id.replace("post-", "");
    const others = (this.mine.reactions[number] || []).filter((one) => one !== kind);
    this.mine.reactions[number] = isMine ? [...others, kind] : others;
    const made = document.createElement("template");
    made.innerHTML = html;
    const fresh = made.content.querySelector("article.post");
    post.replaceWith(fresh);
    this.mark(fresh);
    const buttons = [...fresh.querySelectorAll("button.react:not(.vote)")];
    (buttons.find((one) => this.kindOf(one) === kind) || fresh.querySelector(".icon-btn"))?.focus();
  }

  say(post) {
    const words = post.querySelector("[role=alert]") || post.querySelector(".post__acts").appendChild(document.createElement("span"));
    words.className = "error";
    words.setAttribute("role", "alert");
    words.textContent = this.getAttribute("words");
  }
}

customElements.define("post-acts", PostActs);
