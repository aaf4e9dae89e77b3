// Keyboard shortcuts, which work anywhere on the page except in fields, dialogs and editors.

import { preferences } from "./preferences.js";
import { useEffect, useRef } from "./vendor/preact.js";

/**
 * Handles keys as long as the component is on the page.
 * @param {Record<string, (event: KeyboardEvent) => boolean | void>} handlers by `KeyboardEvent.key`, behind "Alt+" and "Shift+" with Alt; false leaves the key to the browser
 */
export function useKeys(handlers) {
  const current = useRef(handlers);
  current.current = handlers;
  useEffect(() => {
    const listener = (/** @type {KeyboardEvent} */ event) => {
      const handler = current.current[event.altKey ? `Alt+${event.shiftKey ? "Shift+" : ""}${event.key}` : event.key];
      if (!handler || event.ctrlKey || event.metaKey || isEditing(event.target)) return;
      if (event.key.length === 1 && event.key !== " " && !preferences().keys) return;
      if (handler(event) !== false) event.preventDefault();
    };
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, []);
}

/** @param {EventTarget | null} target */
function isEditing(target) {
  if (!(target instanceof Element)) return false;
  return Boolean(target.closest("input:not([type=checkbox]), textarea, select, dialog, .editor"));
}
