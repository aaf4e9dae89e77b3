// Short messages at the edge of the page, some of them with an action such as "Undo".

import { keepFocus } from "../focus.js";
import { createStore, useStore } from "../store.js";
import { html, useEffect, useState } from "../vendor/preact.js";
import { Icon } from "./icons.js";

/** @import { Toast } from "../types.js" */

const TOASTS_MAX = 3;
const toasts = createStore(/** @type {Toast[]} */ ([]));
let count = 0;

/** Returns what `changeToast` takes. @param {string} text @param {Partial<Toast>} [options] */
export function showToast(text, options = {}) {
  count += 1;
  const toast = { id: count, text, seconds: 6, tone: /** @type {const} */ ("plain"), ...options };
  toasts.get().slice(0, 1 - TOASTS_MAX).forEach(dismiss);
  toasts.set([...toasts.get(), toast]);
  return toast.id;
}

/** Gives a message another text, if it is still shown. @param {number} id @param {string} text */
export function changeToast(id, text) {
  toasts.set(toasts.get().map((toast) => (toast.id === id ? { ...toast, text } : toast)));
}

/** @param {string} text */
export function showError(text) {
  showToast(text, { tone: "error", seconds: 12 });
}

export function dismissAll() {
  toasts.get().forEach(dismiss);
}

/** @param {Toast} toast */
function remove(toast) {
  toasts.set(toasts.get().filter(({ id }) => id !== toast.id));
}

/** @param {Toast} toast */
function accept(toast) {
  remove(toast);
  toast.onAction?.();
}

/** @param {Toast} toast */
function dismiss(toast) {
  if (!toasts.get().some(({ id }) => id === toast.id)) return;
  remove(toast);
  toast.onExpired?.();
}

/** The region is on the page from the start, so that screen readers announce what is added to it. */
export function Toasts() {
  return html`<div class="toasts" role="status">
    ${useStore(toasts).map((toast) => html`<${SingleToast} key=${toast.id} toast=${toast} />`)}
  </div>`;
}

/** @param {{ toast: Toast }} props */
function SingleToast({ toast }) {
  const [inUse, setInUse] = useState(false);
  const enter = () => setInUse(true);
  const leave = () => setInUse(false);
  useEffect(() => {
    if (inUse) return undefined; // stays while it is hovered or focused
    const timer = setTimeout(() => dismiss(toast), toast.seconds * 1000);
    return () => clearTimeout(timer);
  }, [inUse]);
  return html`<div class="toast ${toast.tone === "error" ? "error" : ""}" onMouseEnter=${enter} onMouseLeave=${leave}
    onFocusIn=${enter} onFocusOut=${leave}>
    <span>${toast.text}</span>
    ${toast.action && html`<button class="plain strong" onClick=${() => keepFocus(() => accept(toast))}>${toast.action}</button>`}
    <button class="plain bare" aria-label="Dismiss" onClick=${() => keepFocus(() => dismiss(toast))}><${Icon} name="close" /></button>
  </div>`;
}
