// What a door has noted and the server does not know yet: kept on this device, sent as batches. Each entry has a key of
// its own, so that sending it twice is sending it once. And: keeping the page itself for when there is no network.

const AT_ONCE = 500;

export class DoorQueue {
  constructor(address) {
    this.address = address;
    this.place = `door:${address}`;
  }

  get kept() {
    return JSON.parse(localStorage.getItem(this.place) || "[]");
  }

  set kept(entries) {
    if (entries.length) localStorage.setItem(this.place, JSON.stringify(entries));
    else localStorage.removeItem(this.place);
  }

  add(who) {
    const key = [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
    const entry = { ...who, key, at: new Date().toISOString() };
    this.kept = [...this.kept, entry];
    return entry;
  }

  // Returns who else is here, how many are left, and in words why something was not taken.
  async send(token) {
    const came = this.kept.slice(0, AT_ONCE);
    if (this.isBusy || !came.length) return { isBusy: this.isBusy, left: 0 };
    this.isBusy = true;
    try {
      return { ...(await this.post(came, token)), left: this.kept.length };
    } catch {
      return { left: this.kept.length }; // no network, or nobody signed in: it is tried again
    } finally {
      this.isBusy = false;
    }
  }

  async post(came, token) {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
    const body = JSON.stringify({ came });
    const answer = await fetch(this.address, { method: "POST", headers, body, redirect: "error" });
    const said = await answer.json();
    if (answer.ok) this.kept = this.kept.filter((entry) => !said.noted.includes(entry.key));
    return said;
  }
}

export async function keepPage(worker) {
  if (!navigator.serviceWorker || !navigator.onLine) return;
  await navigator.serviceWorker.register(worker, { scope: "/meetings/" });
  await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType("resource").map((one) => one.name);
  const parts = loaded.filter((name) => name.includes("/static/"));
  const cache = await caches.open("door");
  await cache.addAll([...new Set([location.pathname, ...parts])]);
}
