// Keeps the files of the client in the browser, so that it opens without a network, and offers a new version when there is one.

import { say } from "./components/toasts.js";

const WORKER = "/service-worker.js";
let started = false;

/** Register the service worker when the page has nothing better to do. Without one everything works but that. */
export function keepShell() {
  if (started || !("serviceWorker" in navigator)) return;
  started = true;
  const later = window.requestIdleCallback ?? ((/** @type {() => void} */ run) => setTimeout(run, 1500));
  later(() => register().catch(() => null));
}

async function register() {
  let replacing = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (replacing) say("A new version is ready.", { action: "Reload", act: () => location.reload(), seconds: 3600 });
    replacing = true;
  });
  const registration = await navigator.serviceWorker.register(trusted(WORKER), { updateViaCache: "none" });
  setInterval(() => document.visibilityState === "visible" && registration.update().catch(() => null), 30 * 60_000);
}

/** @param {string} address */
function trusted(address) {
  const types = /** @type {any} */ (window).trustedTypes;
  return types ? types.createPolicy("todo", { createScriptURL: () => address }).createScriptURL("") : address;
}
