// Registers the service worker, which keeps the client's files for use without a network, and offers new versions.

import { showToast } from "./components/toasts.js";

const WORKER = "/service-worker.js";
const UPDATE_MILLISECONDS = 30 * 60_000;
let registered = false;

/** Registers the service worker when the page is idle. Without one only offline loading is missing. */
export function registerServiceWorker() {
  if (registered || !("serviceWorker" in navigator)) return;
  registered = true;
  const whenIdle = window.requestIdleCallback ?? ((/** @type {() => void} */ work) => setTimeout(work, 1500));
  whenIdle(() => register().catch(() => null));
}

async function register() {
  let replacing = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (replacing) showToast("A new version is ready.", { action: "Reload", onAction: () => location.reload(), seconds: 3600 });
    replacing = true;
  });
  const registration = await navigator.serviceWorker.register(trustedUrl(WORKER), { updateViaCache: "none" });
  setInterval(() => {
    if (document.visibilityState === "visible") registration.update().catch(() => null);
  }, UPDATE_MILLISECONDS);
}

/** @param {string} url */
function trustedUrl(url) {
  const types = /** @type {any} */ (window).trustedTypes;
  return types ? types.createPolicy("todo", { createScriptURL: () => url }).createScriptURL("") : url;
}
