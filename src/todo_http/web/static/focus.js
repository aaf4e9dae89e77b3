// Moves the focus when the element that had it is removed, so that it is never lost.

/** Focuses the active task, or the page if there is none. */
export function focusTasks() {
  const tick = /** @type {HTMLElement | null} */ (document.querySelector(".tasks .tick[tabindex='0']"));
  if (tick) tick.focus();
  else focusPage();
}

export function focusPage() {
  document.getElementById("main")?.focus({ preventScroll: true });
}

/** Whether no element has the focus. */
export function isFocusLost() {
  return !document.activeElement || document.activeElement === document.body;
}

/**
 * Does something that may remove the focused element, and focuses the tasks if it did.
 * @param {() => void} work
 */
export function keepFocus(work) {
  work();
  afterLayout(() => {
    if (isFocusLost()) focusTasks();
  });
}

/**
 * Calls a function when the page has been rendered and laid out.
 * @param {() => void} work
 */
export function afterLayout(work) {
  requestAnimationFrame(() => requestAnimationFrame(work));
}
