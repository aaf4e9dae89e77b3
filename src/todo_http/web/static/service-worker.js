// Keeps the files of the client for when there is no network. The server puts a line before this one: SHELL, a version and its files.

/* global SHELL */
const CACHE = `todo ${SHELL.version}`;
const PLACES = /^\/(today|overdue|done|all|settings|sign-in|sign-up|tasks\/[^/]+)?$/;

self.addEventListener("install", (event) => {
  // "no-cache" asks the server whether the browser's own copy is still the right one.
  const files = SHELL.files.map((file) => new Request(file, { cache: "no-cache" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(files)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  // Pages that are open have all of their version in memory; the next load is all of this one.
  event.waitUntil(dropOthers().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  if (mode === "navigate" && PLACES.test(pathname)) event.respondWith(kept("/", event.request));
  else if (SHELL.files.includes(pathname) && pathname !== "/") event.respondWith(kept(pathname, event.request));
  // Everything else, above all the API, is none of its business.
});

/**
 * The kept file; the network when there is none.
 * @param {string} address
 * @param {Request} request
 */
async function kept(address, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(address)) ?? fetch(request);
}

/** Remove the files of other versions. */
async function dropOthers() {
  for (const name of await caches.keys()) {
    if (name.startsWith("todo ") && name !== CACHE) await caches.delete(name);
  }
}
