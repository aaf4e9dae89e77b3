// What users do to tasks and lists, one or several at once: each is one action with a message and an "Undo".

import { newId } from "../api.js";
import { showToast } from "../components/toasts.js";
import { tellNextDate } from "./next-date.js";
import { descendants } from "./task-tree.js";

/** @import { Account, Action, Anchor, Change, Fields, Task, UserList } from "../types.js" */

/** @typedef {(account: Account, tasks: Task[]) => Action | null} Command */

/** A title for a message, or the number of tasks. @param {Pick<Task, "title">[]} tasks */
export function named(tasks) {
  const [{ title }] = tasks;
  if (tasks.length > 1) return `${tasks.length} tasks`;
  return `“${title.length > 40 ? `${title.slice(0, 39)}…` : title}”`;
}

/** @param {Account} account @param {string} label @param {Change[]} changes */
export function act(account, label, changes) {
  if (!changes.length) return null;
  const action = account.act(label, changes);
  const toast = showToast(label, { action: "Undo", onAction: () => account.undo(action) });
  if (changes.length === 1 && changes[0].occurrence) tellNextDate(account, action, toast);
  return action;
}

/** @param {Task} task @param {Change["kind"]} kind @param {Partial<Change>} [more] @returns {Change} */
function changeOf({ id, title }, kind, more = {}) {
  return { entity: "task", kind, id, title, fields: {}, ...more };
}

/** Adds a task; returns its id. @param {Account} account @param {Fields & { title: string }} fields */
export function addTask(account, fields) {
  const id = newId();
  account.act(`Added ${named([fields])}`, [{ entity: "task", kind: "add", id, title: fields.title, fields }]);
  return id;
}

/** Completes tasks with their subtasks, of recurring ones the current occurrence; or reopens them. @param {Account} account @param {Task[]} tasks @param {boolean} [completed] */
export function complete(account, tasks, completed = !tasks[0].completed) {
  const changes = tasks.filter((task) => task.completed !== completed || task.recurrence)
    .map((task) => changeOf(task, "complete", { fields: { completed }, ...(task.recurrence && !task.completed && { occurrence: task.due_date }) }));
  const all = Array.from(account.view.get().tasks.values());
  const below = completed && tasks.some((task) => !task.recurrence && descendants(all, task.id).some((id) => !account.view.get().tasks.get(id)?.completed));
  return act(account, `${completed ? "Completed" : "Reopened"} ${named(tasks)}${below ? " and its subtasks" : ""}`, changes);
}

/** Goes on to the next occurrence without completing this one. @type {Command} */
export function skip(account, [task]) {
  return act(account, `Skipped ${named([task])}`, [changeOf(task, "skip", { occurrence: task.due_date })]);
}

/** Moves tasks to the trash, with their subtasks. @type {Command} */
export function remove(account, tasks) {
  const all = Array.from(account.view.get().tasks.values());
  const below = new Set(tasks.flatMap(({ id }) => descendants(all, id)));
  return act(account, `Deleted ${named(tasks)}`, tasks.filter(({ id }) => !below.has(id)).map((task) => changeOf(task, "remove")));
}

/**
 * Gives tasks other values, such as a due date or a priority.
 * @param {Account} account
 * @param {Task[]} tasks
 * @param {Fields | ((task: Task) => Fields)} fields
 * @param {string} label with "%" for the tasks, such as Scheduled % for Friday
 */
export function change(account, tasks, fields, label) {
  const changes = tasks.flatMap((task) => {
    const edit = editOf(task, typeof fields === "function" ? fields(task) : fields);
    return edit ? [edit] : [];
  });
  return act(account, label.replace("%", named(tasks)), changes);
}

/**
 * A change of a task as it is shown, or null if nothing is different.
 * @param {Task} task
 * @param {Fields} fields
 * @returns {Change | null}
 */
function editOf(task, fields) {
  const before = /** @type {Record<string, any>} */ (task);
  const different = Object.entries(fields).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]));
  if (!different.length) return null;
  const base = Object.fromEntries(different.map(([name]) => [name, before[name]]));
  return changeOf(task, "change", { fields: Object.fromEntries(different), base });
}

/**
 * Saves what somebody types in a task, without a message; one action until something else is done.
 * @param {Account} account
 * @param {Task} task
 * @param {Fields} fields
 */
export function edit(account, task, fields) {
  const found = editOf(task, fields);
  return found && account.edit(`Changed ${named([task])}`, found);
}

/** Moves a task among its siblings or below another parent. @param {Account} account @param {Task} task @param {{ fields: Fields, anchor: Anchor }} move */
export function move(account, task, { fields, anchor }) {
  return act(account, `Moved ${named([task])}`, [changeOf(task, "move", { fields, anchor })]);
}

/** @param {Account} account @param {Task[]} tasks @param {string | null} listId null is the inbox */
export function moveToList(account, tasks, listId) {
  const name = listId ? account.view.get().lists.get(listId)?.name ?? "" : "Inbox";
  return change(account, tasks, { list_id: listId }, `Moved % to ${name}`);
}

/** Adds a list; returns its id. @param {Account} account @param {{ name: string, color?: string | null }} fields */
export function addList(account, fields) {
  const id = newId();
  act(account, `Added the list “${fields.name}”`, [{ entity: "list", kind: "add", id, title: fields.name, fields }]);
  return id;
}

/** @param {Account} account @param {UserList} list @param {Partial<Pick<UserList, "name" | "color" | "archived">>} fields */
export function changeList(account, list, fields) {
  const base = Object.fromEntries(Object.keys(fields).map((name) => [name, /** @type {any} */ (list)[name]]));
  return act(account, `Changed the list “${list.name}”`, [{ entity: "list", kind: "change", id: list.id, title: list.name, fields, base }]);
}

/** @param {Account} account @param {UserList} list @param {Anchor} anchor */
export function moveList(account, list, anchor) {
  return act(account, `Moved the list “${list.name}”`, [{ entity: "list", kind: "move", id: list.id, title: list.name, fields: {}, anchor }]);
}

/** Deletes a list; its tasks too, unless they are kept in the inbox. @param {Account} account @param {UserList} list @param {"trash" | "inbox"} tasks */
export function removeList(account, list, tasks) {
  return act(account, `Deleted the list “${list.name}”`, [{ entity: "list", kind: "remove", id: list.id, title: list.name, fields: { tasks } }]);
}
