// The row in the tab order of a list. When it is gone, a neighbour takes its place, and the focus if it had it.

import { neighbourOf, nextRow, range } from "../data/list-items.js";
import { isFocusLost } from "../focus.js";
import { createStore, useStore } from "../store.js";
import { useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { activeTask, selected } from "./selection.js";

/** @import { Item } from "../types.js" */

/** The key of a row that is to be focused by the list. */
export const wantedRow = createStore("");

/**
 * @param {{ current: HTMLElement | null }} list
 * @param {Item[]} items
 * @param {Map<string, number>} index
 * @param {string} scope what is shown; with another one, no row is active
 */
export function useActiveRow(list, items, index, scope) {
  const [key, setKey] = useState("");
  const wanted = useStore(wantedRow);
  const anchor = useRef(""); // where a range begins
  const pending = useRef(""); // the row to be focused after rendering
  const before = useRef({ items, index, scope });
  let current = before.current.scope === scope ? key : "";
  const focused = keyOf(document.activeElement);
  if (current && !index.has(current)) {
    const gone = current;
    current = neighbourOf(before.current, { index }, gone);
    if (focused === gone) pending.current = current || "none";
  }
  if (wanted && index.has(wanted)) current = pending.current = wanted;
  useLayoutEffect(() => {
    before.current = { items, index, scope };
    if (wanted) wantedRow.set("");
    if (current !== key) setKey(current);
    activeTask.set(items[index.get(current) ?? -1]?.row?.task.id ?? "");
    if (focused && focused === current && isFocusLost()) pending.current = current; // it has moved to another section
    if (pending.current && focusRow(list, pending.current, !items.length)) pending.current = "";
  });
  useLayoutEffect(() => () => activeTask.set(""), []);
  useLayoutEffect(() => { // what is not in the list is not selected
    const left = Array.from(selected.get()).filter((id) => index.has(id));
    if (left.length < selected.get().size) selected.set(new Set(left));
  }, [index]);

  /**
   * Makes a row the active one, focuses it, and selects what is between it and the one before.
   * @param {string} next
   * @param {boolean} [extend]
   */
  const go = (next, extend = false) => {
    if (!next) return false;
    if (!extend) anchor.current = next;
    else if (!index.has(anchor.current)) anchor.current = current || next;
    if (extend) selected.set(new Set(range(items, index.get(anchor.current) ?? 0, index.get(next) ?? 0)));
    pending.current = next;
    setKey(next);
    return true;
  };
  return {
    key: current,
    /** The row in the tab order: the active one, or the first. */
    tabKey: current || nextRow(items, -1, 1),
    go,
    /** Makes a row the active one. @param {string} row */
    touch: setKey,
    /** Focuses the row again after it has moved. @param {string} row */
    keep: (row) => void (pending.current = row),
  };
}

/** The key of the row in which an element is. @param {Element | null | undefined} element */
export function keyOf(element) {
  return /** @type {HTMLElement | null | undefined} */ (element?.closest(".tasks [data-key]"))?.dataset.key ?? "";
}

/**
 * Whether there was something to be focused.
 * @param {{ current: HTMLElement | null }} list
 * @param {string} key
 * @param {boolean} isEmpty
 */
function focusRow(list, key, isEmpty) {
  const row = list.current?.querySelector(`[data-key="${CSS.escape(key)}"]`);
  const target = row?.querySelector(".tick, button") ?? (isEmpty ? document.getElementById("main") : null);
  if (!(target instanceof HTMLElement)) return false;
  target.focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
  return true;
}
