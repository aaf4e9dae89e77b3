// Keeps the client's files for use without a network. The server prepends the constant SHELL: a version and its files.

/* global SHELL */
const CACHE = `todo ${SHELL.version}`;
const PAGES = new RegExp(
  "^/((inbox|today|upcoming|completed|trash|search|browse|settings|sign-in|sign-up|overdue|done|all|(list|tag|lists|tasks)/[^/]+)?)$",
);

self.addEventListener("install", (event) => {
  // "no-cache" revalidates the copies in the browser's HTTP cache.
  const files = SHELL.files.map((file) => new Request(file, { cache: "no-cache" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(files)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  // Open pages have all files of their version in memory; the next load gets all files of this one.
  event.waitUntil(deleteOtherVersions().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  if (mode === "navigate" && PAGES.test(pathname)) event.respondWith(fromCache("/", event.request));
  else if (SHELL.files.includes(pathname) && pathname !== "/") event.respondWith(fromCache(pathname, event.request));
  // Other requests, such as those to the API, are left to the browser.
});

/**
 * The cached file, or the response of the network.
 * @param {string} address
 * @param {Request} request
 */
async function fromCache(address, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(address)) ?? fetch(request);
}

async function deleteOtherVersions() {
  for (const name of await caches.keys()) {
    if (name.startsWith("todo ") && name !== CACHE) await caches.delete(name);
  }
}
