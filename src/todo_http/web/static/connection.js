// Whether the server can be reached, found out from the answers that come and the ones that do not.

import { onEveryRequest } from "./api.js";

const PAUSES = [1, 2, 4, 8, 15];

let offline = false;
let asking = false;
/** @type {Set<(offline: boolean) => void>} */
const listeners = new Set();

export function isOffline() {
  return offline;
}

/**
 * Be told when the server is lost and when it is back.
 * @param {(offline: boolean) => void} listener
 * @returns {() => void} ends it
 */
export function onConnection(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** @param {boolean} answered if not, the server is asked from now on, ever more rarely, until it answers */
function heard(answered) {
  change(!answered);
  if (!answered) void askUntilAnswered();
}

/** @param {boolean} now */
function change(now) {
  if (offline === now) return;
  offline = now;
  for (const listener of listeners) listener(now);
}

async function askUntilAnswered() {
  if (asking) return;
  asking = true;
  for (let round = 0; offline; round += 1) {
    await pause(PAUSES[Math.min(round, PAUSES.length - 1)] * 1000);
    if (offline && (await isAlive())) change(false);
  }
  asking = false;
}

async function isAlive() {
  try {
    return (await fetch("/health/live", { cache: "no-store", signal: AbortSignal.timeout(5000) })).ok;
  } catch {
    return false;
  }
}

/** @type {() => void} */
let skip = () => {};

/** @param {number} milliseconds */
function pause(milliseconds) {
  return /** @type {Promise<void>} */ (new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    skip = () => (clearTimeout(timer), resolve());
  }));
}

onEveryRequest(heard);
// What the browser says is only a hint: a server on this machine answers without any network.
addEventListener("offline", () => heard(false));
addEventListener("online", () => skip());
