// Where the focus goes when what had it is gone: never to nowhere.

/** To the task that the keyboard is at; to the page when there is none. */
export function focusTasks() {
  const tick = /** @type {HTMLElement | null} */ (document.querySelector(".tasks .tick[tabindex='0']"));
  if (tick) tick.focus();
  else focusPage();
}

export function focusPage() {
  document.getElementById("main")?.focus({ preventScroll: true });
}

/** Whether nothing has the focus, because what had it was taken away. */
export function isFocusLost() {
  return !document.activeElement || document.activeElement === document.body;
}

/**
 * Do something that takes away the element in use, and put the focus somewhere sensible afterwards.
 * @param {() => void} work
 */
export function keepFocus(work) {
  work();
  requestAnimationFrame(() => requestAnimationFrame(() => isFocusLost() && focusTasks()));
}
