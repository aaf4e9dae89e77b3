// Keys that work anywhere on the page, except while somebody is writing.

import { preferences } from "./preferences.js";
import { useEffect, useRef } from "./vendor/preact.js";

/**
 * Call what belongs to a key, as long as the component is on the page.
 * @param {Record<string, (event: KeyboardEvent) => boolean | void>} keys by `KeyboardEvent.key`; false lets the browser have it
 */
export function useKeys(keys) {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    const listener = (/** @type {KeyboardEvent} */ event) => {
      const act = current.current[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
      if (event.key.length === 1 && event.key !== " " && !preferences().keys) return;
      if (act(event) !== false) event.preventDefault();
    };
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, []);
}

/** @param {EventTarget | null} target */
function isWriting(target) {
  if (!(target instanceof Element)) return false;
  return Boolean(target.closest("input:not([type=checkbox]), textarea, select, dialog, .editor"));
}
