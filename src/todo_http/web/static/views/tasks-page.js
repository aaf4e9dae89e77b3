// One list of tasks: what it is, a line to add to it, the filters, and the tasks or what there is to say instead.

import { Problem } from "../api.js";
import { isOffline } from "../connection.js";
import { keepFocus } from "../focus.js";
import { Icon } from "../components/icons.js";
import { options } from "../components/fields.js";
import { say } from "../components/toasts.js";
import { PRIORITY_FILTERS, SORTS, filterBy, queryAt } from "../router.js";
import { rowsOf } from "../tasks/task-state.js";
import { html, useEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { useNow } from "./use-now.js";
import { QuickEntry } from "./quick-entry.js";
import { SearchField } from "./search-field.js";
import { TaskList } from "./task-list.js";

/** @import { Fields, Moment, Place, Query, Refusal, Task, User, Write } from "../types.js" */
/** @import { Board } from "../tasks/task-controller.js" */

/**
 * @param {object} props
 * @param {User} props.user
 * @param {Board} props.board
 * @param {Place} props.place
 * @param {{ view: string, name: string, query: Query }} props.list
 * @param {Refusal | null} props.refusal
 * @param {() => void} props.onRefusalSeen
 */
export function TasksView({ user, board, place, list, refusal, onRefusalSeen }) {
  const now = useNow(user.time_zone);
  const query = queryAt(place);
  const asked = JSON.stringify(query);
  const day = query.due ? now.date : ""; // at midnight "today" is another list
  useEffect(() => void board.show(query), [asked, day, user.time_zone]);
  useEffect(() => void (document.title = `${list.name} · Todo`), [list.name]);
  const state = board.state();
  const rows = useMemo(() => rowsOf(state, now), [state, now]);
  const filtered = Boolean(query.q || query.priority);
  const wordsRefused = state.problem instanceof Problem && state.problem.of("q"); // told beside the field
  return html`<div class="page">
    <div class="heading">
      <h1>${list.name}</h1>
      <p class="date">${spoken(now)}</p>
    </div>
    <${QuickEntry} board=${board} now=${now} date=${list.view === "today" ? now.date : ""} refusal=${refusal}
      onRefusalSeen=${onRefusalSeen} />
    <${Filters} view=${list.view} query=${query} error=${wordsRefused || ""} />
    <${Count} rows=${rows.length} more=${Boolean(state.next)} status=${state.status} filtered=${filtered} />
    <${TaskList} rows=${rows} now=${now} hasMore=${Boolean(state.next)} busy=${state.busy} refusal=${refusal}
      onRefusalSeen=${onRefusalSeen} onMore=${board.more} ...${actions(board)} />
    ${!rows.length && state.status === "ready" && html`<${Nothing} view=${list.view} filtered=${filtered} />`}
    ${!rows.length && state.status === "loading" && html`<${Skeleton} />`}
    ${state.status === "failed" && !wordsRefused && html`<${Failed} problem=${state.problem} onAgain=${() => keepFocus(() => board.show(query))} />`}
  </div>`;
}

/**
 * What can be done to a task in the list, with a word about it and a way back.
 * @param {Board} board
 */
function actions(board) {
  return {
    /** @param {Task} task */
    onTick(task) {
      const completed = !task.completed;
      board.change(task, { completed });
      const undo = () => board.change({ ...task, completed }, { completed: !completed });
      say(`${completed ? "Completed" : "Reopened"} “${short(task.title)}”`, { action: "Undo", act: undo });
    },
    /** @param {Task} task */
    onRemove(task) {
      const write = board.remove(task);
      say(`Deleted “${short(task.title)}”`, { action: "Undo", act: () => board.keep(write), gone: () => board.release(write) });
    },
    /** @param {Task} task @param {Fields} fields */
    onSave(task, fields) {
      if (Object.keys(fields).length) board.change(task, fields);
    },
  };
}

/** @param {{ view: string, query: Query, error: string }} props */
function Filters({ view, query, error }) {
  return html`<div class="filters" role="search">
    <${SearchField} key=${view} value=${query.q ?? ""} error=${error} />
    <label class="select"><span class="hidden">Priority filter</span>
      <select value=${query.priority ?? ""} onChange=${(/** @type {any} */ event) => filterBy("priority", event.target.value)}>
        ${options(PRIORITY_FILTERS, query.priority ?? "")}
      </select>
    </label>
    <label class="select"><span class="hidden">Sort by</span>
      <select value=${query.sort} onChange=${(/** @type {any} */ event) => filterBy("sort", event.target.value)}>
        ${options(SORTS, query.sort)}
      </select>
    </label>
  </div>`;
}

/**
 * How many tasks there are; read out when it changes.
 * @param {{ rows: number, more: boolean, status: string, filtered: boolean }} props
 */
function Count({ rows, more, status, filtered }) {
  const number = `${rows.toLocaleString("en")}${more ? "+" : ""}`;
  const words = status !== "ready" ? "" : `${number} ${rows === 1 && !more ? "task" : "tasks"}${filtered ? " found" : ""}`;
  return html`<p class="count" aria-live="polite">${words}</p>`;
}

const NOTHING = /** @type {Record<string, [string, string]>} */ ({
  open: ["Nothing to do", "Type what comes to mind above, and press Enter."],
  today: ["Nothing is due today", "What you add here is due today."],
  overdue: ["Nothing is overdue", "Everything is on time."],
  done: ["Nothing done yet", "What you tick off gathers here."],
  all: ["No tasks yet", "Type what comes to mind above, and press Enter."],
});

/** @param {{ view: string, filtered: boolean }} props */
function Nothing({ view, filtered }) {
  const [title, hint] = filtered ? ["Nothing found", "Other words, or fewer filters, may find more."] : NOTHING[view];
  return html`<div class="empty">
    <${Icon} name=${filtered ? "search" : view} />
    <p class="lead">${title}</p>
    <p>${hint}</p>
  </div>`;
}

/** @param {{ problem: Error | null, onAgain: () => void }} props */
function Failed({ problem, onAgain }) {
  const words = isOffline() ? "The tasks appear as soon as there is a connection." : problem?.message;
  return html`<div class="empty" role="alert">
    <${Icon} name="offline" />
    <p class="lead">${isOffline() ? "You are offline" : "The tasks could not be loaded"}</p>
    <p>${words}</p>
    <button class="secondary" onClick=${onAgain}>Try again</button>
  </div>`;
}

/** Grey rows, but only when it takes long enough to wonder. */
function Skeleton() {
  const [shown, setShown] = useState(false);
  const timer = useRef(0);
  useEffect(() => {
    timer.current = setTimeout(() => setShown(true), 200);
    return () => clearTimeout(timer.current);
  }, []);
  return shown && html`<div class="skeleton" aria-hidden="true">${[72, 48, 60, 36, 54].map((width) => html`<i class="w${width}"></i>`)}</div>`;
}

/** @param {string} title */
function short(title) {
  return title.length > 40 ? `${title.slice(0, 39)}…` : title;
}

/** @param {Moment} now */
function spoken(now) {
  return new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" }).format(Date.parse(now.date));
}
