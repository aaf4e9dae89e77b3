// The list of tasks: only the rows in sight are on the page, and the keyboard never loses its place.

import { useKeys } from "../keyboard.js";
import { say } from "../components/toasts.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { TaskEditor } from "./task-editor.js";
import { TaskRow } from "./task-row.js";
import { useWindow } from "./use-virtual-rows.js";

/** @import { Fields, Moment, Refusal, Row, Task } from "../types.js" */

const ROWS_BEFORE_THE_END = 60;

/**
 * @param {object} props
 * @param {Row[]} props.rows
 * @param {Moment} props.now
 * @param {boolean} props.hasMore
 * @param {boolean} props.busy
 * @param {Refusal | null} props.refusal
 * @param {() => void} props.onRefusalSeen
 * @param {() => void} props.onMore
 * @param {(task: Task) => void} props.onTick
 * @param {(task: Task) => void} props.onRemove
 * @param {(task: Task, fields: Fields) => void} props.onSave
 */
export function TaskList({ rows, now, hasMore, busy, refusal, onRefusalSeen, onMore, onTick, onRemove, onSave }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const [editing, setEditing] = useState(/** @type {{ key: string, refusal?: Refusal } | null} */ (null));
  const place = useStay(list, rows);
  const activeIndex = Math.max(0, rows.findIndex((row) => row.key === place.active));
  const view = useWindow(list, rows, [activeIndex, rows.findIndex((row) => row.key === editing?.key)]);

  useEffect(() => {
    if (hasMore && view.end > rows.length - ROWS_BEFORE_THE_END) onMore();
  }, [hasMore, view.end, rows.length]);
  useEffect(() => {
    if (refusal?.write.kind !== "change") return;
    const row = rows.find((one) => one.task.id === refusal.write.id);
    if (row) setEditing({ key: row.key, refusal });
    else say(`“${refusal.write.title}”: ${refusal.problem.message}`, { tone: "error", seconds: 12 });
    onRefusalSeen();
  }, [refusal]);

  const inList = () => Boolean(list.current?.contains(document.activeElement));
  const move = (/** @type {number} */ to) => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, to))];
    if (!row) return false;
    place.focus(row.key);
    return true;
  };
  const step = (/** @type {number} */ by) => move(inList() ? activeIndex + by : activeIndex);
  const act = (/** @type {(row: Row) => void} */ work) => () => {
    if (!inList() || !rows[activeIndex]) return false;
    work(rows[activeIndex]);
    return true;
  };
  const edit = (/** @type {Row} */ row) => setEditing({ key: row.key });
  const remove = (/** @type {Row} */ row) => onRemove(row.task);
  const close = () => {
    if (editing) place.focus(editing.key);
    setEditing(null);
  };
  useKeys({
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    j: () => step(1),
    k: () => step(-1),
    Home: () => inList() && move(0),
    End: () => inList() && move(rows.length - 1),
    e: act(edit),
    d: act(remove),
    Delete: act(remove),
  });

  /** @param {Row} row @param {number} index */
  const item = (row, index) => html`<${Item} key=${row.key} row=${row} index=${index} top=${view.tops[index]} observe=${view.observe}
    size=${hasMore ? -1 : rows.length} onFocus=${() => place.setActive(row.key)}>
    ${editing?.key === row.key
      ? html`<${TaskEditor} task=${row.task} zone=${now.zone} draft=${editing.refusal?.write.fields} problem=${editing.refusal?.problem}
          key=${editing.refusal?.write.key} onCancel=${close}
          onSave=${(/** @type {Fields} */ fields) => (onSave(row.task, fields), close())}>
          ${row.task.user_id && html`<a class="own-page" href="/tasks/${row.task.id}">Page of this task</a>`}
        <//>`
      : html`<${TaskRow} row=${row} now=${now} active=${index === activeIndex} onTick=${() => onTick(row.task)}
          onEdit=${() => edit(row)} onRemove=${() => remove(row)} />`}
  <//>`;
  return html`<ul class="tasks" role="list" aria-label="Tasks" aria-busy=${busy ? "true" : "false"} ref=${list}
    style=${{ height: `${view.tops[rows.length]}px` }}>
    ${view.indexes.map((index) => item(rows[index], index))}
  </ul>`;
}

/**
 * A row at its place in the whole list.
 * @param {any} props
 */
function Item({ row, index, top, size, observe, onFocus, children }) {
  const element = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => observe(element.current), []);
  return html`<li ref=${element} role="listitem" data-key=${row.key} style=${{ top: `${top}px` }} aria-setsize=${size}
    aria-posinset=${index + 1} aria-label=${row.task.title} onFocusIn=${onFocus}>${children}</li>`;
}

/**
 * Which row the keyboard is at. When that row goes, its neighbour takes its place, with the focus if the row had it.
 * @param {{ current: HTMLElement | null }} list
 * @param {Row[]} rows
 */
function useStay(list, rows) {
  const [active, setActive] = useState("");
  const wanted = useRef("");
  const before = useRef(/** @type {Row[]} */ ([]));
  let now = active;
  if (active && !rows.some((row) => row.key === active)) {
    const index = before.current.findIndex((row) => row.key === active);
    now = rows[Math.min(Math.max(index, 0), rows.length - 1)]?.key ?? "";
    const focused = document.activeElement?.closest("li")?.dataset.key;
    if (focused === active) wanted.current = now || "nothing";
  }
  useLayoutEffect(() => {
    before.current = rows;
    if (now !== active) setActive(now);
    if (!wanted.current) return;
    const row = list.current?.querySelector(`[data-key="${CSS.escape(wanted.current)}"] .tick`);
    const target = row ?? (rows.length ? null : document.getElementById("main"));
    if (!(target instanceof HTMLElement)) return;
    wanted.current = "";
    target.focus({ preventScroll: !row });
    if (row) row.closest("li")?.scrollIntoView({ block: "nearest" });
  });
  return {
    active: now,
    setActive,
    /** @param {string} key */
    focus(key) {
      wanted.current = key;
      setActive(key);
    },
  };
}
