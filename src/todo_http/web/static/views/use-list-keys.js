// The keys of a list: moving in it, selecting ranges, ticking and rearranging. They work wherever no other control has the focus.

import { complete } from "../data/commands.js";
import { nextRow } from "../data/list-items.js";
import { stepOf } from "../data/task-moves.js";
import { isFocusLost } from "../focus.js";
import { useKeys } from "../keyboard.js";

/** @import { Direction } from "../data/task-moves.js" */
/** @import { Account, Item, Move, Row } from "../types.js" */

/**
 * @param {object} props
 * @param {{ current: HTMLElement | null }} props.list
 * @param {Item[]} props.items
 * @param {Map<string, number>} props.index
 * @param {ReturnType<typeof import("./use-active-row.js").useActiveRow>} props.active
 * @param {Account} props.account
 * @param {boolean} props.manual
 * @param {Row[]} props.rows those that can be rearranged
 * @param {(row: Row, to: Move) => void} props.onMove
 * @param {(text: string) => void} props.announce
 */
export function useListKeys({ list, items, index, active, account, manual, rows, onMove, announce }) {
  const hasFocus = () => Boolean(list.current?.contains(document.activeElement));
  const isFree = () => hasFocus() || isFocusLost() || document.activeElement?.id === "main";
  const at = index.get(active.key) ?? -1;
  const row = items[at]?.row;
  /** One row further, or back to the active one if the focus is elsewhere on purpose. @param {1 | -1} step */
  const step = (step) => (/** @type {KeyboardEvent} */ { shiftKey }) =>
    isFree() && items.length > 0 && active.go(nextRow(items, at < 0 && step < 0 ? items.length : at, step) || active.key, shiftKey);
  const arrange = (/** @type {Direction} */ direction) => () => {
    if (!row || !isFree()) return false;
    const found = manual && stepOf(rows, row, direction);
    if (found) onMove(row, found);
    else announce(manual ? `“${row.task.title}” cannot be moved further` : "Only a list in manual order can be rearranged");
    return true;
  };
  const tick = () => {
    if (!row || document.activeElement?.matches("button, a, input")) return false; // they have a use for the key themselves
    complete(account, [row.task]);
    return true;
  };
  useKeys({
    ArrowDown: step(1), ArrowUp: step(-1), "Shift+ArrowDown": step(1), "Shift+ArrowUp": step(-1), j: step(1), k: step(-1),
    Home: () => hasFocus() && active.go(nextRow(items, -1, 1)),
    End: () => hasFocus() && active.go(nextRow(items, items.length, -1)),
    " ": tick,
    "Alt+ArrowUp": arrange("up"), "Alt+ArrowDown": arrange("down"), "Alt+Shift+ArrowRight": arrange("in"), "Alt+Shift+ArrowLeft": arrange("out"),
  });
}
