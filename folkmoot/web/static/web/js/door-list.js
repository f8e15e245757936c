// <door-list action="/meetings/7/door" queue="…/door-queue.js" worker="/meetings/door-worker.js"> around the door's
// list: whoever is checked in is marked at once and kept on this device; all that is kept goes to the address as one
// batch, when there is a network.

const AGAIN = 10_000; // milliseconds between two tries

class DoorList extends HTMLElement {
  async connectedCallback() {
    const { DoorQueue, keepPage } = await import(this.getAttribute("queue"));
    this.queue = new DoorQueue(this.getAttribute("action"));
    for (const kind of ["submit", "input", "scanned"]) this.addEventListener(kind, this);
    addEventListener("online", this);
    this.clock = setInterval(() => this.send(), AGAIN);
    for (const entry of this.queue.kept) this.mark(entry);
    this.send();
    await keepPage(this.getAttribute("worker"));
    this.toggleAttribute("is-kept", true);
  }

  disconnectedCallback() {
    clearInterval(this.clock);
    removeEventListener("online", this);
  }

  handleEvent(event) {
    if (event.type === "online") this.send();
    else if (event.type === "scanned") this.byCode(event.detail);
    else if (event.type === "input" && event.target.name === "q") this.find(event.target.value);
    else if (event.type === "submit") this.read(event);
  }

  read(event) {
    const form = event.target;
    if (form.matches("[role=search]")) return event.preventDefault();
    const said = Object.fromEntries(new FormData(form));
    if (form.matches(".door__code")) this.byCode(said.code);
    else if (form.matches(".door__in")) this.note({ person: Number(said.person), name: form.closest("li").dataset.name });
    else if (form.matches(".door__new")) this.note({ name: said.name, address: said.address, guests: Number(said.guests) });
    else return;
    event.preventDefault();
    if (!form.matches(".door__in")) form.reset();
  }

  byCode(said) {
    const code = said.trim().split("ticket=").pop().toLowerCase();
    const line = code && [...this.querySelectorAll("[data-code]")].find((one) => one.dataset.code === code);
    if (line) this.note({ person: Number(line.dataset.person), name: line.dataset.name });
    else this.say(this.getAttribute("words-unknown"));
  }

  note(who) {
    const entry = this.queue.add(who);
    this.mark(entry);
    this.send();
  }

  mark({ person, name }) {
    const list = this.querySelector("ul.door");
    const lines = person ? this.querySelectorAll(`[data-person="${person}"]`) : [this.line(list, name)];
    for (const line of lines) {
      if (line.classList.contains("is-here")) continue;
      line.classList.add("is-here");
      line.querySelector("form")?.replaceWith(`✓ ${this.getAttribute("words-here")}`);
    }
    this.querySelector("[data-came]").textContent = list.querySelectorAll(".is-here").length;
  }

  line(list, name) {
    const line = document.createElement("li");
    const who = document.createElement("b");
    who.textContent = name;
    who.dir = "auto";
    line.className = "door__line";
    line.dataset.name = name;
    line.append(who, document.createElement("form"));
    list.append(line);
    return line;
  }

  find(words) {
    const asked = words.trim().toLowerCase();
    for (const line of this.querySelectorAll("ul.door > li")) line.hidden = !line.dataset.name.toLowerCase().includes(asked);
  }

  async send() {
    const said = await this.queue.send(this.querySelector("[name=csrfmiddlewaretoken]").value);
    for (const person of Object.keys(said.here ?? {})) this.mark({ person });
    if (said.noted?.length && said.left) return this.send(); // what was noted meanwhile
    if (said.error) this.say(`${this.getAttribute("words-refused")} ${said.error}`);
    else if (!said.isBusy) this.say(said.left ? `${this.getAttribute("words-waiting")} ${said.left}` : "");
  }

  say(words) {
    const status = this.querySelector("[data-status]");
    status.textContent = words;
    status.hidden = !words;
  }
}

customElements.define("door-list", DoorList);
