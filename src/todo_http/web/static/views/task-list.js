// The list of tasks in sections: renders what is in sight, and connects rows with keys, gestures and commands.

import { overlayDialog } from "../actions.js";
import { complete, move, moveToList } from "../data/commands.js";
import { itemsOf } from "../data/list-items.js";
import { subtaskCounts } from "../data/selectors.js";
import { siblingsOf } from "../data/task-moves.js";
import { setPreferences, usePreferences } from "../preferences.js";
import { openTask } from "../router.js";
import { useStore } from "../store.js";
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { SectionHeading } from "./section-heading.js";
import { selected, toggleSelected } from "./selection.js";
import { TaskRow } from "./task-row.js";
import { useActiveRow } from "./use-active-row.js";
import { useDrag } from "./use-drag.js";
import { useLeaving } from "./use-leaving.js";
import { useListKeys } from "./use-list-keys.js";
import { useSwipe } from "./use-swipe.js";
import { useVirtualRows } from "./use-virtual-rows.js";

/** @import { Account, Item, Moment, Move, Row, Section, View } from "../types.js" */

const FOLDED_MAX = 500;

/**
 * @param {object} props
 * @param {Account} props.account
 * @param {View} props.view
 * @param {Section[]} props.sections
 * @param {Moment} props.now
 * @param {string} props.place the view, for what is remembered about it
 * @param {string} props.scope what else decides about what is shown
 * @param {boolean} props.manual whether the rows are in manual order
 * @param {boolean} props.inList whether all tasks are in one list
 */
export function TaskList({ account, view, sections, now, place, scope, manual, inList }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const { toggled, toggle } = useFolding();
  const { items, index } = useMemo(() => itemsOf(sections, toggled, `${place}:`), [sections, toggled, place]);
  const active = useActiveRow(list, items, index, place + scope);
  const marked = useStore(selected);
  const { all, rendered } = useLeaving(items, index, place + scope, view);
  const { tops, indexes, observe } = useVirtualRows(list, all, [all === items ? index.get(active.tabKey) ?? -1 : all.findIndex(({ key }) => key === active.tabKey)]);
  rendered.current = indexes.map((at) => all[at]);
  const { announcement, onMove, announce } = useMoves(account, sections, active.keep);
  const movable = manual ? sections[0]?.rows ?? [] : [];
  useListKeys({ list, items, index, active, account, manual, rows: movable, onMove, announce });
  const { drop, dragged, handlers } = useGestures({ account, list, items, index, rows: movable, onMove });

  /** @param {Item & { row: Row }} item @param {MouseEvent} event */
  const open = ({ key, row }, event) => {
    active.go(key, event.shiftKey);
    if (event.shiftKey) return;
    if (event.ctrlKey || event.metaKey) toggleSelected(row.task.id);
    else openTask(row.task.id);
  };
  /** @param {number} at */
  const line = (at) => {
    const item = /** @type {Item & { row: Row }} */ (all[at]);
    const { key, row, leaving } = item;
    const isActive = key === active.tabKey;
    const classes = `level-${Math.min(row.level, 8)} ${leaving ? "leaving" : ""} ${key === active.key ? "active" : ""} ${key === dragged ? "dragged" : ""} ${drop?.end === key ? `drop-${drop.below ? "below" : "above"}` : ""} ${marked.has(row.task.id) ? "selected" : ""}`;
    return html`<${Line} key=${key} item=${item} drop=${drop?.end === key ? drop.level - 1 : undefined} top=${tops[at]} observe=${observe} className=${classes} onActivate=${() => leaving || active.touch(key)}>
      <${TaskRow} item=${item} view=${view} now=${now} subtasks=${subtaskCounts(view).get(row.task.id)} active=${isActive} selected=${marked.has(row.task.id)} inList=${inList}
        onTick=${() => void complete(account, [row.task])} onOpen=${(/** @type {MouseEvent} */ event) => open(item, event)} onFold=${() => toggle(key)} />
    <//>`;
  };
  return html`<div class="tasks" ref=${list} style=${{ height: `${tops[all.length]}px` }} ...${handlers}>
    ${partsOf(all, indexes).map(({ section, heading, rows }) => html`<div key=${section.key}>
      ${heading >= 0 && html`<${SectionHeading} account=${account} item=${all[heading]} top=${tops[heading]} now=${now} observe=${observe} onToggle=${() => toggle(`${place}:${section.key}`)} />`}
      ${rows.length > 0 && html`<ul role="list" aria-label=${section.title ? `${section.title}: Tasks` : "Tasks"}>${rows.map(line)}</ul>`}
    </div>`)}
  </div>
  <p class="hidden" role="status">${announcement}</p>`;
}

/**
 * A row at its place in the whole list.
 * @param {{ item: Item & { row: Row }, top: number, drop?: number, className: string, observe: (element: Element | null) => (() => void) | undefined, onActivate: () => void, children: any }} props
 */
function Line({ item: { key, row, place, section, leaving }, top, drop, className, observe, onActivate, children }) {
  const element = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => observe(element.current), []);
  return html`<li ref=${element} role="listitem" class=${className} aria-level=${row.level} data-key=${key} style=${{ top: `${top}px`, "--drop": drop }} aria-setsize=${section.rows.length}
    aria-posinset=${place} aria-hidden=${leaving ? "true" : undefined} inert=${leaving} onFocusIn=${onActivate} onPointerDown=${onActivate}>${children}</li>`;
}

/**
 * What is rendered, by section; `heading` is the index of its heading, or -1.
 * @param {Item[]} all
 * @param {number[]} indexes
 */
function partsOf(all, indexes) {
  /** @type {Map<string, { section: Section, heading: number, rows: number[] }>} */
  const parts = new Map();
  for (const at of indexes) {
    const { section, row } = all[at];
    const part = parts.get(section.key) ?? { section, heading: -1, rows: [] };
    parts.set(section.key, part);
    if (row) part.rows.push(at);
    else part.heading = at;
  }
  return Array.from(parts.values());
}

/** What the user has folded or unfolded, in this browser. */
function useFolding() {
  const { folded } = usePreferences();
  const toggled = useMemo(() => new Set(folded), [folded]);
  const toggle = (/** @type {string} */ key) => setPreferences({ folded: toggled.has(key) ? folded.filter((other) => other !== key) : [...folded, key].slice(-FOLDED_MAX) });
  return { toggled, toggle };
}

/**
 * Dragging and swiping rows.
 * @param {{ account: Account, list: { current: HTMLElement | null }, items: Item[], index: Map<string, number>, rows: Row[], onMove: (row: Row, to: Move) => void }} props
 */
function useGestures({ account, list, items, index, rows, onMove }) {
  const tasksOf = (/** @type {string} */ key) => {
    const { task } = /** @type {Row} */ (items[index.get(key) ?? -1].row);
    const { tasks } = account.view.get();
    return selected.get().has(task.id) ? Array.from(selected.get(), (id) => tasks.get(id) ?? task) : [task];
  };
  const { drop, dragged, handlers } = useDrag({ list, rows, onMove, onList: (key, listId) => void moveToList(account, tasksOf(key), listId) });
  const swipe = /** @type {Record<string, Function>} */ (useSwipe({
    onRight: (key) => void complete(account, tasksOf(key)),
    onLeft: (key, row) => overlayDialog.set({ name: "date", tasks: tasksOf(key), anchor: row }),
  }));
  const both = Object.entries(handlers).map(([name, drag]) => [name, (/** @type {any} */ event) => {
    drag(event);
    swipe[name]?.(event);
  }]);
  return { drop, dragged, handlers: Object.fromEntries(both) };
}

/**
 * Moves of rows, and the places they have then, in words.
 * @param {Account} account
 * @param {Section[]} sections
 * @param {(key: string) => void} keepFocus
 */
function useMoves(account, sections, keepFocus) {
  const [announcement, announce] = useState("");
  const moved = useRef("");
  useEffect(() => {
    const rows = sections[0]?.rows ?? [];
    const row = rows.find(({ key }) => key === moved.current);
    moved.current = "";
    if (row) announce(describePlace(rows, row));
  }, [sections]);
  /** @param {Row} row @param {Move} to */
  const onMove = (row, to) => {
    moved.current = row.key;
    keepFocus(row.key);
    move(account, row.task, to);
  };
  return { announcement, announce, onMove };
}

/** @param {Row[]} rows @param {Row} row */
function describePlace(rows, row) {
  const siblings = siblingsOf(rows, row);
  const parent = rows.find(({ task }) => task.id === row.task.parent_id);
  return `“${row.task.title}” is ${siblings.indexOf(row) + 1} of ${siblings.length}${parent ? ` below “${parent.task.title}”` : ""}`;
}
