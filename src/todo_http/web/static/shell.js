// Keeps the files of the client in the browser, so that it opens without a network, and offers a new version when there is one.

import { say } from "./parts/toasts.js";

const WORKER = "/service-worker.js";
let started = false;
let reloading = false;

/** Register the service worker when the page has nothing better to do. Without one everything works but that. */
export function keepShell() {
  if (started || !("serviceWorker" in navigator)) return;
  started = true;
  const later = window.requestIdleCallback ?? ((/** @type {() => void} */ run) => setTimeout(run, 1500));
  later(() => register().catch(() => null));
}

async function register() {
  const replacing = Boolean(navigator.serviceWorker.controller);
  const registration = await navigator.serviceWorker.register(trusted(WORKER), { updateViaCache: "none" });
  if (registration.waiting && replacing) offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const news = registration.installing;
    news?.addEventListener("statechange", () => {
      if (news.state === "installed" && navigator.serviceWorker.controller) offer(news);
    });
  });
  setInterval(() => document.visibilityState === "visible" && registration.update().catch(() => null), 30 * 60_000);
}

/** @param {ServiceWorker} news */
function offer(news) {
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (!reloading) location.reload();
    reloading = true;
  });
  say("A new version is ready.", { action: "Reload", act: () => news.postMessage("take over"), seconds: 3600 });
}

/** @param {string} address */
function trusted(address) {
  const types = /** @type {any} */ (window).trustedTypes;
  return types ? types.createPolicy("todo", { createScriptURL: () => address }).createScriptURL("") : address;
}
