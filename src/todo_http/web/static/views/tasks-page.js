// The page of a list of tasks: heading, quick entry, filters, and the tasks or a message instead of them.

import { Problem } from "../api.js";
import { options } from "../components/fields.js";
import { Icon } from "../components/icons.js";
import { showToast } from "../components/toasts.js";
import { offline } from "../connection.js";
import { keepFocus } from "../focus.js";
import { setFilter } from "../router.js";
import { PRIORITY_FILTERS, queryOf, sortsOf } from "../routes.js";
import { useStore } from "../store.js";
import { rowsOf } from "../tasks/task-state.js";
import { descendants } from "../tasks/task-tree.js";
import { html, useEffect, useMemo, useState } from "../vendor/preact.js";
import { ListDialog } from "./list-dialog.js";
import { Dot } from "./list-picker.js";
import { QuickEntry } from "./quick-entry.js";
import { SearchField } from "./search-field.js";
import { TaskList } from "./task-list.js";
import { useNow } from "./use-now.js";

/** @import { Fields, Moment, Overview, Query, Rejection, Route, Row, Task, TaskController, User } from "../types.js" */

/**
 * @param {object} props
 * @param {User} props.user
 * @param {TaskController} props.controller
 * @param {Route} props.route
 * @param {{ view: string, name: string }} props.list the view
 * @param {Rejection | null} props.rejection
 * @param {() => void} props.onRejectionShown
 */
export function TasksPage({ user, controller, route, list, rejection, onRejectionShown }) {
  const now = useNow(user.time_zone);
  const state = useStore(controller.state);
  const requests = useStore(controller.requests);
  const overview = useStore(controller.overview);
  const [dialog, setDialog] = useState(false);
  const query = queryOf(route);
  const own = overview.lists.find(({ id }) => id === route.listId);
  const name = nameOf(list.name, route, overview);
  const day = query.due ? now.date : ""; // at midnight "today" becomes another list
  useEffect(() => void controller.show(query), [JSON.stringify(query), day, user.time_zone]);
  useEffect(() => {
    document.title = `${name} · Todo`;
  }, [name]);
  const rows = useMemo(() => rowsOf(state, requests, now), [state, requests, now]);
  const filtered = Boolean(query.q || query.priority || query.tag);
  const searchError = state.problem instanceof Problem ? state.problem.of("q") : ""; // shown beside the field
  const shared = { rejection, onRejectionShown };
  return html`<div class="page">
    <div class="heading">
      <h1>${own && html`<${Dot} list=${own} />`}<span dir="auto">${name}</span></h1>
      ${own && html`<button class="plain square" aria-label="Edit list" title="Edit list" onClick=${() => setDialog(true)}><${Icon} name="edit" /></button>`}
      <p class="date">${formatToday(now)}</p>
    </div>
    <${QuickEntry} controller=${controller} now=${now} date=${list.view === "today" ? now.date : ""} list=${route.listId === "inbox" ? null : route.listId} ...${shared} />
    <${Filters} route=${route} query=${query} error=${searchError} />
    <${Count} rows=${rows.length} more=${Boolean(state.next)} status=${state.status} filtered=${filtered} />
    <${TaskList} rows=${rows} now=${now} query=${query} overview=${overview} hasMore=${Boolean(state.next)} busy=${state.busy} onMore=${controller.loadMore}
      ...${shared} ...${actions(controller, rows)} />
    ${!rows.length && state.status === "ready" && html`<${EmptyList} view=${list.view} filtered=${filtered} />`}
    ${!rows.length && state.status === "loading" && html`<${Skeleton} />`}
    ${state.status === "failed" && !searchError && html`<${LoadError} problem=${state.problem}
      onRetry=${() => keepFocus(() => controller.show(query))} />`}
    ${dialog && own && html`<${ListDialog} controller=${controller} list=${own} onClose=${() => setDialog(false)} />`}
  </div>`;
}

/**
 * The actions on tasks in the list, each with a message and a way to undo it.
 * @param {TaskController} controller
 * @param {Row[]} rows
 */
function actions(controller, rows) {
  return {
    onAdd: controller.add,
    onMove: controller.move,
    onSkip: controller.skip,
    preview: controller.preview,
    /** @param {Task} task */
    onTick(task) {
      const completed = !task.completed;
      if (task.recurrence) return controller.complete(task, completed); // the message names the next date, which the response has
      const tasks = rows.map((row) => row.task);
      const below = completed ? descendants(tasks, task.id) : [];
      const subtasks = tasks.filter((other) => below.includes(other.id) && !other.completed);
      controller.complete(task, completed);
      const undo = () => {
        controller.complete({ ...task, completed }, !completed);
        subtasks.forEach((subtask) => controller.complete({ ...subtask, revision: -1 }, false));
      };
      const text = `${completed ? "Completed" : "Reopened"} “${shorten(task.title)}”${subtasks.length ? " and its subtasks" : ""}`;
      showToast(text, { action: "Undo", onAction: undo });
    },
    /** @param {Task} task */
    onRemove(task) {
      const { id } = controller.remove(task);
      showToast(`Deleted “${shorten(task.title)}”`, {
        action: "Undo", onAction: () => controller.withdraw(id), onExpired: () => controller.release(id),
      });
    },
    /** @param {Task} task @param {Fields} fields */
    onSave(task, fields) {
      if (Object.keys(fields).length) controller.change(task, fields);
    },
  };
}

/** @param {string} name of the view, if it has one @param {Route} route @param {Overview} overview */
function nameOf(name, { listId }, { lists, ready }) {
  if (name || listId === "inbox") return name || "Inbox";
  return lists.find(({ id }) => id === listId)?.name ?? (ready ? "There is no such list" : "");
}

/** @param {{ route: Route, query: Query, error: string }} props */
function Filters({ route, query, error }) {
  const removeTag = () => keepFocus(() => setFilter("tag", ""));
  return html`<div class="filters" role="search">
    <${SearchField} key=${route.listId ?? route.view} value=${query.q ?? ""} error=${error} />
    <label class="select"><span class="hidden">Priority filter</span>
      <select value=${query.priority ?? ""} onChange=${(/** @type {any} */ event) => setFilter("priority", event.target.value)}>
        ${options(PRIORITY_FILTERS, query.priority ?? "")}
      </select>
    </label>
    <label class="select"><span class="hidden">Sort by</span>
      <select value=${query.sort} onChange=${(/** @type {any} */ event) => setFilter("sort", event.target.value)}>
        ${options(sortsOf(route), query.sort)}
      </select>
    </label>
    ${query.tag && html`<button class="chip" aria-label="#${query.tag}, show all tags" onClick=${removeTag}>#${query.tag}<${Icon} name="close" /></button>`}
  </div>`;
}

/**
 * The number of tasks, announced by screen readers when it changes.
 * @param {{ rows: number, more: boolean, status: string, filtered: boolean }} props
 */
function Count({ rows, more, status, filtered }) {
  const number = `${rows.toLocaleString("en")}${more ? "+" : ""}`;
  const text = `${number} ${rows === 1 && !more ? "task" : "tasks"}${filtered ? " found" : ""}`;
  return html`<p class="count" aria-live="polite">${status === "ready" && text}</p>`;
}

const EMPTY_TEXTS = /** @type {Record<string, [string, string]>} */ ({
  open: ["Nothing to do", "Type what comes to mind above, and press Enter."],
  today: ["Nothing is due today", "What you add here is due today."],
  overdue: ["Nothing is overdue", "Everything is on time."],
  done: ["Nothing done yet", "What you tick off gathers here."],
  list: ["Nothing to do in this list", "What you add here goes into this list."],
  all: ["No tasks yet", "Type what comes to mind above, and press Enter."],
});

/** @param {{ view: string, filtered: boolean }} props */
function EmptyList({ view, filtered }) {
  const [title, hint] = filtered ? ["Nothing found", "Other words, or fewer filters, may find more."] : EMPTY_TEXTS[view];
  return html`<div class="empty">
    <${Icon} name=${filtered ? "search" : view} />
    <p class="lead">${title}</p>
    <p>${hint}</p>
  </div>`;
}

/** @param {{ problem: Error | null, onRetry: () => void }} props */
function LoadError({ problem, onRetry }) {
  const isOffline = useStore(offline);
  return html`<div class="empty" role="alert">
    <${Icon} name="offline" />
    <p class="lead">${isOffline ? "You are offline" : "The tasks could not be loaded"}</p>
    <p>${isOffline ? "The tasks appear as soon as there is a connection." : problem?.message}</p>
    <button class="secondary" onClick=${onRetry}>Try again</button>
  </div>`;
}

/** Grey rows, shown only when loading takes a while. */
function Skeleton() {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 200);
    return () => clearTimeout(timer);
  }, []);
  return shown && html`<div class="skeleton" aria-hidden="true">${[72, 48, 60, 36, 54].map((width) => html`<i class="w${width}"></i>`)}</div>`;
}

/** @param {string} title */
function shorten(title) {
  return title.length > 40 ? `${title.slice(0, 39)}…` : title;
}

/** @param {Moment} now */
function formatToday(now) {
  return new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" }).format(Date.parse(now.date));
}
