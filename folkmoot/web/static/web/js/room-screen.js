// <room-screen>: shows each minute what the server says by now. Without a network, or when the page is gone, what is
// there stays.

const EVERY = 60_000;

class RoomScreen extends HTMLElement {
  connectedCallback() {
    this.timer = setInterval(() => this.look(), EVERY);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  async look() {
    const fresh = await this.fetched();
    if (fresh && fresh.innerHTML !== this.innerHTML) this.replaceChildren(...fresh.childNodes);
  }

  async fetched() {
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (!answer.ok) return null;
      return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("room-screen");
    } catch {
      return null;
    }
  }
}

customElements.define("room-screen", RoomScreen);
