// Short messages at the edge of the page, some of which can be undone while they are there.

import { keepFocus } from "../focus.js";
import { html, useEffect, useState } from "../vendor/preact.js";
import { Icon } from "./icons.js";

/** @import { Toast } from "../types.js" */

/** @type {Toast[]} */
let toasts = [];
let count = 0;
/** @type {Set<() => void>} */
const listeners = new Set();

/**
 * @param {string} text
 * @param {Partial<Toast>} [more]
 * @returns {number} by which it can be taken away
 */
export function say(text, more = {}) {
  const toast = { id: (count += 1), text, seconds: 6, tone: /** @type {const} */ ("plain"), ...more };
  change([...toasts.slice(-2), toast]);
  return toast.id;
}

/** @param {number} id */
export function unsay(id) {
  if (toasts.some((toast) => toast.id === id)) change(toasts.filter((toast) => toast.id !== id));
}

/** Take all of them away. */
export function unsayAll() {
  change([]);
}

/**
 * Take up what a message offers, instead of letting it pass.
 * @param {Toast} toast
 */
function accept(toast) {
  change(toasts.filter((other) => other !== toast), toast);
  toast.act?.();
}

/** Do what the latest message offers. */
export function undoLatest() {
  const latest = toasts.findLast((toast) => toast.act);
  if (latest) accept(latest);
}

/**
 * @param {Toast[]} now
 * @param {Toast} [accepted] the one that does not count as passed
 */
function change(now, accepted) {
  const passed = toasts.filter((toast) => toast !== accepted && !now.includes(toast));
  toasts = now;
  for (const toast of passed) toast.gone?.();
  for (const listener of listeners) listener();
}

/** The messages. The region is there from the start, so that what comes into it is read out. */
export function Toasts() {
  const [, draw] = useState({});
  useEffect(() => {
    const listener = () => draw({});
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return html`<div class="toasts" role="status">
    ${toasts.map((toast) => html`<${OneToast} key=${toast.id} toast=${toast} />`)}
  </div>`;
}

/** @param {{ toast: Toast }} props */
function OneToast({ toast }) {
  const [watched, setWatched] = useState(false);
  useEffect(() => {
    if (watched) return undefined; // it does not go while somebody is about to use it
    const timer = setTimeout(() => unsay(toast.id), toast.seconds * 1000);
    return () => clearTimeout(timer);
  }, [watched]);
  return html`<div class="toast ${toast.tone === "error" ? "error" : ""}" onMouseEnter=${() => setWatched(true)} onMouseLeave=${() => setWatched(false)}
    onFocusIn=${() => setWatched(true)} onFocusOut=${() => setWatched(false)}>
    <span>${toast.text}</span>
    ${toast.action && html`<button class="plain strong" onClick=${() => keepFocus(() => accept(toast))}>${toast.action}</button>`}
    <button class="plain bare" aria-label="Dismiss" onClick=${() => keepFocus(() => unsay(toast.id))}><${Icon} name="close" /></button>
  </div>`;
}
