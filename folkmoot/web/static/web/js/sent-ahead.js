// <sent-ahead action="/uploads" words="Sending the picture"> around a textarea: a picture that is pasted or dropped there
// goes to that address; the Markdown that comes back stands where it was dropped.

class SentAhead extends HTMLElement {
  connectedCallback() {
    this.text = this.querySelector("textarea");
    this.note = document.createElement("p");
    this.note.className = "compose__files";
    this.note.setAttribute("role", "status");
    this.note.hidden = true;
    this.append(this.note);
    for (const kind of ["paste", "drop", "dragover"]) this.text.addEventListener(kind, this);
  }

  disconnectedCallback() {
    for (const kind of ["paste", "drop", "dragover"]) this.text.removeEventListener(kind, this);
    this.note.remove();
  }

  handleEvent(event) {
    const from = event.clipboardData || event.dataTransfer;
    if (!from?.types.includes("Files") || from.types.includes("text/plain")) return;
    event.preventDefault();
    if (event.type !== "dragover") this.sendAll([...from.files]);
  }

  async sendAll(files) {
    this.say(this.getAttribute("words"));
    const wrong = [];
    for (const file of files) {
      const answer = await this.send(file);
      if (answer.markdown) this.write(`${answer.markdown}\n`);
      else wrong.push(answer.error);
    }
    this.say(wrong.join(" "));
  }

  async send(file) {
    const sent = new FormData();
    sent.append("file", file, file.name || "picture.png");
    sent.append("csrfmiddlewaretoken", this.text.form.elements.csrfmiddlewaretoken.value);
    try {
      const answer = await fetch(this.getAttribute("action"), { method: "POST", body: sent });
      return await answer.json();
    } catch {
      return { error: file.name };
    }
  }

  write(words) {
    this.text.setRangeText(words, this.text.selectionStart, this.text.selectionEnd, "end");
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  say(words) {
    this.note.textContent = words;
    this.note.hidden = !words;
  }
}

customElements.define("sent-ahead", SentAhead);
