// Keyboard shortcuts, which work anywhere on the page except in fields and dialogs.

import { allActions, runAction } from "./actions.js";
import { preferences } from "./preferences.js";
import { useEffect, useRef } from "./vendor/preact.js";

/** @import { ActionContext } from "./actions.js" */

const SEQUENCE_MILLISECONDS = 1200;
const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);

/**
 * Handles keys as long as the component is on the page.
 * @param {Record<string, (event: KeyboardEvent) => boolean | void>} handlers by `keyOf`; false leaves the key to others
 */
export function useKeys(handlers) {
  const current = useRef(handlers);
  current.current = handlers;
  useEffect(() => {
    const listener = (/** @type {KeyboardEvent} */ event) => {
      if (event.defaultPrevented || !isShortcut(event)) return;
      const handler = current.current[keyOf(event)];
      if (handler && handler(event) !== false) event.preventDefault();
    };
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, []);
}

/**
 * Runs the registered actions by their keys.
 * @param {() => ActionContext} contextNow
 */
export function useActionKeys(contextNow) {
  useEffect(() => {
    let before = { key: "", at: 0 };
    const listener = (/** @type {KeyboardEvent} */ event) => {
      if (event.defaultPrevented || !isShortcut(event)) return;
      const key = keyOf(event);
      const sequence = event.timeStamp - before.at < SEQUENCE_MILLISECONDS ? `${before.key} ${key}` : "";
      const action = actionOf(sequence) ?? actionOf(key);
      before = { key, at: event.timeStamp };
      if (!action || (event.repeat && action.needsTasks)) return;
      if (runAction(action.id, contextNow())) event.preventDefault();
    };
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, []);
}

/** @param {string} key */
function actionOf(key) {
  return key ? allActions().find(({ keys }) => keys?.includes(key)) : undefined;
}

/** The name of a key with its modifiers: "Mod+k", "Alt+Shift+ArrowUp", "?". Pure. @param {KeyboardEvent} event */
export function keyOf({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  const name = key.length === 1 && (ctrlKey || metaKey) ? key.toLowerCase() : key;
  const shift = shiftKey && (key.length > 1 || ctrlKey || metaKey || altKey);
  return `${ctrlKey || metaKey ? "Mod+" : ""}${altKey ? "Alt+" : ""}${shift ? "Shift+" : ""}${name}`;
}

/** A key as it is shown. Pure. @param {string} key @param {boolean} [mac] */
export function keyName(key, mac = IS_MAC) {
  const names = /** @type {Record<string, string>} */ ({ Mod: mac ? "⌘" : "Ctrl", Alt: mac ? "⌥" : "Alt", Shift: mac ? "⇧" : "Shift", ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc", " ": "Space" });
  return key.split("+").map((part) => names[part] ?? part).join(mac ? "" : "+");
}

/** Whether a key is not meant for a field, a button, a dialog, an input method or, if single keys are switched off, for nothing. @param {KeyboardEvent} event */
function isShortcut(event) {
  const { target, key, ctrlKey, metaKey, altKey, isComposing } = event;
  if (isComposing || (event.getModifierState("AltGraph") && key.length === 1 && !/^[\x20-\x7e]$/.test(key))) return false;
  const element = target instanceof Element ? target : null;
  const modified = ctrlKey || metaKey;
  if (element?.closest("dialog, [role=menu], [role=dialog]")) return false;
  const isField = element?.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (/^(Enter| )$/.test(key) && element?.closest("a, button, summary")) return false; // which the key presses
  if (isField) return modified && /^[k/]$/i.test(key);
  return modified || altKey || key.length > 1 || key === " " || preferences().keys;
}
