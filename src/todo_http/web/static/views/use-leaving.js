// Rows that have just left the list: they stay while they fold away.

import { withLeaving } from "../data/list-items.js";
import { useEffect, useMemo, useRef, useState } from "../vendor/preact.js";

/** @import { Item, View } from "../types.js" */

const MILLISECONDS = 150;

/**
 * The items with those that were in sight a moment ago, and the keys of those that are rendered, which the caller sets.
 * @param {Item[]} items
 * @param {Map<string, number>} index
 * @param {string} scope what is shown; nothing folds away when that changes
 * @param {View} view
 */
export function useLeaving(items, index, scope, view) {
  const rendered = useRef(/** @type {Item[]} */ ([]));
  const before = useRef({ items, index, scope });
  const leaving = useRef(/** @type {Map<string, { item: Item, after: string }>} */ (new Map())).current;
  const [round, setRound] = useState(0);
  if (before.current.items !== items) {
    for (const item of before.current.scope === scope ? rendered.current : leaving.clear() ?? []) {
      if (item.row && !leaving.has(item.key) && !index.has(item.key)) leaving.set(item.key, leavingOf(item, before.current, view));
    }
    for (const key of leaving.keys()) if (index.has(key)) leaving.delete(key);
    before.current = { items, index, scope };
  }
  useEffect(() => {
    if (!leaving.size) return undefined;
    const timer = setTimeout(() => {
      leaving.clear();
      setRound(round + 1);
    }, MILLISECONDS);
    return () => clearTimeout(timer);
  }, [items]);
  const all = useMemo(() => withLeaving(items, leaving), [items, round]);
  return { all, rendered };
}

/**
 * @param {Item} item
 * @param {{ items: Item[], index: Map<string, number> }} before
 * @param {View} view
 */
function leavingOf(item, { items, index }, { tasks }) {
  const row = /** @type {NonNullable<Item["row"]>} */ (item.row);
  const after = items[(index.get(item.key) ?? 0) - 1]?.key ?? "";
  return { item: { ...item, leaving: true, row: { ...row, task: tasks.get(row.task.id) ?? row.task } }, after };
}
