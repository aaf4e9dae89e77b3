// Whether the server can be reached, as the requests of the client find out.

import { onResponse } from "./api.js";
import { createStore } from "./store.js";

const PAUSES = [1, 2, 4, 8, 15]; // seconds

export const offline = createStore(false);
let probing = false;
/** Ends the current pause. */
let skipPause = () => {};

/** Starts to observe requests and the browser's own hints. */
export function watchConnection() {
  onResponse(report);
  // The browser's word is only a hint: a server on this machine responds without any network.
  addEventListener("offline", () => report(false));
  addEventListener("online", () => skipPause());
}

/** @param {boolean} reachable if false, the server is probed at growing intervals until it responds */
function report(reachable) {
  offline.set(!reachable);
  if (!reachable && !probing) void probeUntilReachable();
}

async function probeUntilReachable() {
  probing = true;
  for (let round = 0; offline.get(); round += 1) {
    await pause(PAUSES[Math.min(round, PAUSES.length - 1)] * 1000);
    if (offline.get() && (await isAlive())) offline.set(false);
  }
  probing = false;
}

async function isAlive() {
  try {
    return (await fetch("/health/live", { cache: "no-store", signal: AbortSignal.timeout(5000) })).ok;
  } catch {
    return false;
  }
}

/** @param {number} milliseconds */
function pause(milliseconds) {
  return new Promise((resolve) => {
    skipPause = () => resolve(undefined);
    setTimeout(skipPause, milliseconds);
  });
}
