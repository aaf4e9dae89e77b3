// The list of tasks: renders the rows in sight, handles their keys, and keeps the focus in the list.

import { showError } from "../components/toasts.js";
import { useKeys } from "../keyboard.js";
import { siblingsOf, stepOf } from "../tasks/task-moves.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { SubtaskForm } from "./subtask-form.js";
import { TaskEditor } from "./task-editor.js";
import { TaskRow } from "./task-row.js";
import { useDrag } from "./use-drag.js";
import { useVirtualRows } from "./use-virtual-rows.js";

/** @import { Fields, Moment, Move, Overview, Preview, Query, Rejection, Row, Task } from "../types.js" */

/** @import { Direction } from "../tasks/task-moves.js" */

const ROWS_BEFORE_END = 60;

/**
 * @param {object} props
 * @param {Row[]} props.rows
 * @param {Moment} props.now
 * @param {Query} props.query
 * @param {Overview} props.overview
 * @param {boolean} props.hasMore
 * @param {boolean} props.busy
 * @param {Rejection | null} props.rejection
 * @param {() => void} props.onRejectionShown
 * @param {() => void} props.onMore
 * @param {(task: Task) => void} props.onTick
 * @param {(task: Task) => void} props.onRemove
 * @param {(task: Task, fields: Fields) => void} props.onSave
 * @param {(fields: Fields) => void} props.onAdd
 * @param {(task: Task, move: Move) => void} props.onMove
 * @param {(task: Task) => void} props.onSkip
 * @param {Preview} props.preview
 */
export function TaskList({
  rows, now, query, overview, hasMore, busy, rejection, onRejectionShown, onMore, onTick, onRemove, onSave, onAdd, onMove, onSkip, preview,
}) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const [editing, setEditing] = useState(/** @type {{ key: string, rejection?: Rejection } | null} */ (null));
  const active = useActiveRow(list, rows);
  const activeIndex = Math.max(0, rows.findIndex((row) => row.key === active.key));
  const [parent, setParent] = useState(""); // the key of the row that gets a subtask
  const [announcement, setAnnouncement] = useState("");
  const manual = query.sort === "position";
  const view = useVirtualRows(list, rows, [activeIndex, ...rows.flatMap(({ key }, index) => (key === editing?.key || key === parent ? [index] : []))]);

  useEffect(() => {
    if (hasMore && view.end > rows.length - ROWS_BEFORE_END) onMore();
  }, [hasMore, view.end, rows.length]);
  useEffect(() => {
    if (rejection?.request.change.kind !== "change") return;
    const { request, problem } = rejection;
    const row = rows.find(({ task }) => task.id === request.resource);
    if (row) setEditing({ key: row.key, rejection });
    else showError(`“${request.change.title}”: ${problem.message}`);
    onRejectionShown();
  }, [rejection]);

  const edit = (/** @type {Row} */ row) => setEditing({ key: row.key });
  const closeEditor = () => {
    if (editing) active.focus(editing.key);
    setEditing(null);
  };
  const closeSubtask = () => {
    active.focus(parent);
    setParent("");
  };
  /** @param {Row} row @param {Move} step */
  const move = (row, step) => {
    onMove(row.task, step);
    active.focus(row.key);
    setMoved(row.key);
  };
  const drag = useDrag(list, rows, move);
  const [moved, setMoved] = useState("");
  useEffect(() => {
    const row = rows.find(({ key }) => key === moved);
    if (!row) return;
    setAnnouncement(describePlace(rows, row));
    setMoved("");
  }, [moved, rows]);
  const step = (/** @type {Direction} */ direction) => (/** @type {Row} */ row) => {
    const found = manual && stepOf(rows, row, direction);
    if (found) move(row, found);
    else setAnnouncement(manual ? `“${row.task.title}” cannot be moved further` : "Only a list in manual order can be rearranged");
  };
  useListKeys(list, rows, activeIndex, active.focus, {
    e: edit, d: ({ task }) => onRemove(task), Delete: ({ task }) => onRemove(task), s: ({ key }) => setParent(key),
    "Alt+ArrowUp": step("up"), "Alt+ArrowDown": step("down"), "Alt+Shift+ArrowRight": step("in"), "Alt+Shift+ArrowLeft": step("out"),
  });

  /** @param {Row} row */
  const editor = (row) => {
    const { key, task } = row;
    const { request, problem } = editing?.rejection ?? {};
    const save = (/** @type {Fields} */ fields) => {
      onSave(task, fields);
      closeEditor();
    };
    return html`<${TaskEditor} key=${request?.id} task=${task} zone=${now.zone} overview=${overview} draft=${request?.change.fields} problem=${problem}
      preview=${preview} onSave=${save} onCancel=${closeEditor}>
      <button type="button" class="link" onClick=${() => (setEditing(null), setParent(key))}>Add a subtask</button>
      ${task.recurrence && !task.completed && html`<button type="button" class="link" onClick=${() => (closeEditor(), onSkip(task))}>Skip this date</button>`}
      ${manual && html`<button type="button" class="link" onClick=${() => (closeEditor(), step("up")(row))}>Move up</button>
        <button type="button" class="link" onClick=${() => (closeEditor(), step("down")(row))}>Move down</button>`}
      ${task.user_id && html`<a class="own-page" href="/tasks/${task.id}">Page of this task</a>`}
    <//>`;
  };
  /** @param {number} index */
  const item = (index) => {
    const row = rows[index];
    const drop = drag.drop?.end === row.key ? drag.drop : null;
    const dragged = drag.drop?.row.key === row.key ? "dragged" : "";
    const className = `level-${Math.min(row.level, 8)} ${drop ? `drop-${drop.below ? "below" : "above"}` : ""} ${dragged}`;
    const own = query.list ? undefined : overview.lists.find(({ id }) => id === row.task.list_id);
    return html`<${Item} key=${row.key} row=${row} index=${index} top=${view.tops[index]} drop=${drop?.level} observe=${view.observe}
      className=${className} size=${hasMore ? -1 : rows.length} onFocus=${() => active.setKey(row.key)}>
      ${editing?.key === row.key ? editor(row) : html`<${TaskRow} row=${row} now=${now} active=${index === activeIndex}
        list=${own} grip=${manual && drag.gripOf(row)} onTick=${() => onTick(row.task)} onSubtask=${() => setParent(row.key)} onEdit=${() => edit(row)} onRemove=${() => onRemove(row.task)} />`}
      ${parent === row.key && html`<${SubtaskForm} title=${row.task.title} onClose=${closeSubtask}
        onAdd=${(/** @type {string} */ title) => onAdd({ title, parent_id: row.task.id })} />`}
    <//>`;
  };
  return html`<ul class="tasks" role="list" aria-label="Tasks" aria-busy=${busy ? "true" : "false"} ref=${list}
    style=${{ height: `${view.tops[rows.length]}px` }}>
    ${view.indexes.map(item)}
  </ul>
  <p class="hidden" role="status">${announcement}</p>`;
}

/** @param {Row[]} rows @param {Row} row */
function describePlace(rows, row) {
  const siblings = siblingsOf(rows, row);
  const parent = rows.find(({ task }) => task.id === row.task.parent_id);
  return `“${row.task.title}” is ${siblings.indexOf(row) + 1} of ${siblings.length}${parent ? ` below “${parent.task.title}”` : ""}`;
}

/**
 * @param {{ current: HTMLElement | null }} list
 * @param {Row[]} rows
 * @param {number} activeIndex
 * @param {(key: string) => void} focus
 * @param {Record<string, (row: Row) => void>} actions on the active row, by key
 */
function useListKeys(list, rows, activeIndex, focus, actions) {
  const hasFocus = () => Boolean(list.current?.contains(document.activeElement));
  const moveTo = (/** @type {number} */ index) => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, index))];
    if (row) focus(row.key);
    return Boolean(row);
  };
  const moveBy = (/** @type {number} */ step) => moveTo(hasFocus() ? activeIndex + step : activeIndex);
  const onActiveRow = (/** @type {(row: Row) => void} */ work) => () => {
    if (!hasFocus() || !rows[activeIndex]) return false;
    work(rows[activeIndex]);
    return true;
  };
  useKeys({
    ArrowDown: () => moveBy(1),
    ArrowUp: () => moveBy(-1),
    j: () => moveBy(1),
    k: () => moveBy(-1),
    Home: () => hasFocus() && moveTo(0),
    End: () => hasFocus() && moveTo(rows.length - 1),
    ...Object.fromEntries(Object.entries(actions).map(([key, work]) => [key, onActiveRow(work)])),
  });
}

/**
 * A row at its position in the whole list.
 * @param {any} props
 */
function Item({ row, index, top, size, className, drop, observe, onFocus, children }) {
  const element = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => observe(element.current), []);
  return html`<li ref=${element} role="listitem" class=${className} aria-level=${row.level} data-key=${row.key} style=${{ top: `${top}px`, "--drop": drop }} aria-setsize=${size}
    aria-posinset=${index + 1} aria-label=${row.task.title} onFocusIn=${onFocus}>${children}</li>`;
}

/**
 * The row in the tab order. When it is removed, its neighbour takes its place, and the focus if it had it.
 * @param {{ current: HTMLElement | null }} list
 * @param {Row[]} rows
 */
function useActiveRow(list, rows) {
  const [key, setKey] = useState("");
  /** The key of the row to be focused after rendering. */
  const pendingFocus = useRef("");
  const previousRows = useRef(/** @type {Row[]} */ ([]));
  let current = key;
  if (key && !rows.some((row) => row.key === key)) {
    const index = previousRows.current.findIndex((row) => row.key === key);
    current = rows[Math.min(Math.max(index, 0), rows.length - 1)]?.key ?? "";
    const focusedKey = document.activeElement?.closest("li")?.dataset.key;
    if (focusedKey === key) pendingFocus.current = current || "none";
  }
  useLayoutEffect(() => {
    previousRows.current = rows;
    if (current !== key) setKey(current);
    if (!pendingFocus.current) return;
    const tick = list.current?.querySelector(`[data-key="${CSS.escape(pendingFocus.current)}"] .tick`);
    const target = tick ?? (rows.length ? null : document.getElementById("main"));
    if (!(target instanceof HTMLElement)) return;
    pendingFocus.current = "";
    target.focus({ preventScroll: !tick });
    tick?.closest("li")?.scrollIntoView({ block: "nearest" });
  });
  return {
    key: current,
    setKey,
    /** @param {string} rowKey */
    focus(rowKey) {
      pendingFocus.current = rowKey;
      setKey(rowKey);
    },
  };
}
