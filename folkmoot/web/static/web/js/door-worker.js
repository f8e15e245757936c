// Keeps the page of a meeting's door, and what it is made of, for when there is no network. Nothing else is kept, and
// nothing of it is shown after half a day: there are names on it.

const KEPT = "door";
const LONGEST = 12 * 60 * 60 * 1000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  const isPage = event.request.mode === "navigate" && /^\/meetings\/\d+\/door$/.test(pathname);
  if (event.request.method === "GET" && (isPage || pathname.startsWith("/static/"))) {
    event.respondWith(freshOrKept(event.request));
  }
});

async function freshOrKept(request) {
  try {
    return await fetch(request);
  } catch (trouble) {
    const kept = await caches.open(KEPT).then((cache) => cache.match(request, { ignoreSearch: true, ignoreVary: true }));
    if (!kept) throw trouble;
    if (Date.now() - Date.parse(kept.headers.get("Date")) > LONGEST) {
      await caches.delete(KEPT);
      throw trouble;
    }
    return kept;
  }
}
