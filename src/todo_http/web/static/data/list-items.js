// The lines of a list of sections: headings and rows, without those that are folded away. Pure.

/** @import { Item, Section } from "../types.js" */

/**
 * @param {Section[]} sections
 * @param {Set<string>} toggled the ids of tasks that are folded, and the keys of sections that are not as they are by themselves
 * @param {string} prefix of the keys of sections among the toggled ones
 * @returns {{ items: Item[], index: Map<string, number> }} the index is by key
 */
export function itemsOf(sections, toggled, prefix) {
  /** @type {Item[]} */
  const items = [];
  for (const section of sections) {
    const { rows, title, key } = section;
    const folded = Boolean(title) && section.folded !== toggled.has(prefix + key);
    if (title) items.push({ key: `#${key}`, section, row: null, place: 0, folded, isParent: false });
    if (!folded) addRows(items, section, rows, toggled);
  }
  const index = new Map();
  items.forEach((item, place) => index.set(item.key, place));
  return { items, index };
}

/** @param {Item[]} items @param {Section} section @param {Section["rows"]} rows @param {Set<string>} toggled */
function addRows(items, section, rows, toggled) {
  let deepest = Infinity; // rows at higher levels are below a folded one
  let place = 0;
  rows.forEach((row, position) => {
    if (row.level > deepest) return;
    const isParent = rows[position + 1]?.level > row.level;
    const folded = isParent && toggled.has(row.key);
    deepest = folded ? row.level : Infinity;
    place += 1;
    items.push({ key: row.key, section, row, place, folded, isParent });
  });
}

/**
 * The row that takes the place of one that is gone: the next that is still there, else the last before it.
 * @param {{ items: Item[], index: Map<string, number> }} before
 * @param {{ index: Map<string, number> }} now
 * @param {string} key
 */
export function neighbourOf({ items, index }, now, key) {
  const at = index.get(key) ?? 0;
  const stays = (/** @type {Item} */ item) => item.row !== null && now.index.has(item.key);
  return (items.slice(at).find(stays) ?? items.slice(0, at).findLast(stays))?.key ?? "";
}

/**
 * The row so many rows further, as far as there are any.
 * @param {Item[]} items
 * @param {number} from an index; outside of the list, the search begins at its start or end
 * @param {1 | -1} step
 */
export function nextRow(items, from, step) {
  for (let at = from + step; at >= 0 && at < items.length; at += step) if (items[at].row) return items[at].key;
  return "";
}

/** The ids of the tasks from one row to another, in either direction. @param {Item[]} items @param {number} from @param {number} to */
export function range(items, from, to) {
  const [first, last] = from < to ? [from, to] : [to, from];
  return items.slice(Math.max(0, first), last + 1).flatMap(({ row }) => (row ? [row.task.id] : []));
}

/**
 * The lines with those that are just leaving, each behind the one that was before it.
 * @param {Item[]} items
 * @param {Map<string, { item: Item, after: string }>} leaving by key
 */
export function withLeaving(items, leaving) {
  if (!leaving.size) return items;
  const gone = Array.from(leaving.values());
  /** @type {Item[]} */
  const all = [];
  const add = (/** @type {string} */ key) => gone.filter(({ after }) => after === key).forEach(({ item }) => {
    all.push(item);
    add(item.key);
  });
  add("");
  for (const item of items) {
    all.push(item);
    add(item.key);
  }
  return all;
}
