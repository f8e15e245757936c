// <write-tools for="id_body"> around buttons with data-tool: puts Markdown around what is selected in that box.
// Ctrl-B, Ctrl-I and Ctrl-K do the same; Ctrl-Enter sends the form. What it writes can be undone like typing.

const AROUND = { bold: "**", italic: "*", code: "`" };
const BEFORE = { quote: "> ", list: "- " };
const KEYS = { b: "bold", i: "italic", k: "link" };

class WriteTools extends HTMLElement {
  connectedCallback() {
    this.text = document.getElementById(this.getAttribute("for"));
    this.files = this.text.form.querySelector("input[type=file]");
    this.addEventListener("click", this);
    this.text.addEventListener("keydown", this);
    if (this.files && this.querySelector("[data-tool=attach]")) {
      this.files.addEventListener("change", this);
      this.showFiles();
    }
  }

  disconnectedCallback() {
    this.text.removeEventListener("keydown", this);
    this.files?.removeEventListener("change", this);
  }

  handleEvent(event) {
    if (event.type === "click") this.use(event.target.closest("[data-tool]")?.dataset.tool);
    else if (event.type === "change") this.showFiles();
    else if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.isComposing) this.press(event);
  }

  press(event) {
    if (event.key === "Enter") this.text.form.requestSubmit(this.text.form.querySelector(".btn.go"));
    else if (KEYS[event.key] && !event.shiftKey) this.use(KEYS[event.key]);
    else return;
    event.preventDefault();
  }

  use(tool) {
    if (!tool) return;
    if (tool === "attach") {
      this.files.click();
      return;
    }
    const chosen = this.text.value.slice(this.text.selectionStart, this.text.selectionEnd);
    if (tool === "link") this.link(chosen);
    else if (BEFORE[tool]) this.lines(BEFORE[tool]);
    else if (tool === "code" && chosen.includes("\n")) this.write(`\`\`\`\n${chosen}\n\`\`\``, 4, chosen.length);
    else this.write(AROUND[tool] + chosen + AROUND[tool], AROUND[tool].length, chosen.length);
  }

  link(chosen) {
    const isAddress = /^https?:\/\/\S+$/.test(chosen);
    const words = isAddress ? "" : chosen;
    const address = isAddress ? chosen : "https://";
    if (isAddress || !chosen) this.write(`[${words}](${address})`, 1, 0);
    else this.write(`[${words}](${address})`, words.length + 3, address.length);
  }

  lines(mark) {
    const begin = this.text.value.lastIndexOf("\n", this.text.selectionStart - 1) + 1;
    const lines = this.text.value.slice(begin, this.text.selectionEnd).split("\n").map((line) => mark + line).join("\n");
    this.text.setSelectionRange(begin, this.text.selectionEnd);
    this.write(lines, lines.length, 0);
  }

  // Replaces what is selected, and selects so many characters of what was written.
  write(words, from, length) {
    const start = this.text.selectionStart;
    this.text.focus();
    if (!document.execCommand("insertText", false, words)) this.text.setRangeText(words);
    this.text.setSelectionRange(start + from, start + from + length);
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  showFiles() {
    this.files.closest(".compose__files").classList.toggle("is-quiet", !this.files.files.length && !this.files.matches("[aria-invalid]"));
  }
}

customElements.define("write-tools", WriteTools);
