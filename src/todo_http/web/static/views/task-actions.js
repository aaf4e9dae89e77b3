// The actions of the workspace: what they are called, their keys, and what they do.

import { overlayDialog } from "../actions.js";
import { showToast } from "../components/toasts.js";
import { change, complete, remove, skip } from "../data/commands.js";
import { scheduleTasks } from "../data/schedule.js";
import { addDays, momentIn } from "../formatting/due-dates.js";
import { closeTask, currentRoute, navigate, openTask } from "../router.js";
import { activeTask, clearSelection, selected, toggleSelected } from "./selection.js";

/** @import { ActionContext, RegisteredAction } from "../actions.js" */
/** @import { Task } from "../types.js" */

/** @type {[string, string, string][]} */
const VIEWS = [["Inbox", "/inbox", "g i"], ["Today", "/today", "g t"], ["Upcoming", "/upcoming", "g u"], ["Completed", "/completed", "g c"], ["Trash", "/trash", "g x"], ["Settings", "/settings", "g s"]];

/** @type {[string, Task["priority"], string][]} */
const PRIORITIES = [["High priority", "high", "1"], ["Medium priority", "medium", "2"], ["Low priority", "low", "3"], ["No priority", null, "0"]];

const open = (/** @type {string} */ name) => (/** @type {ActionContext} */ { tasks, anchor }) => overlayDialog.set({ name, tasks, anchor });

/** @type {RegisteredAction[]} */
export const WORKSPACE_ACTIONS = [
  { id: "add", label: "Add a task", group: "General", keys: ["q", "n"], icon: "add", run: () => focusEntry() || overlayDialog.set({ name: "add" }) },
  { id: "palette", label: "Go to or do", group: "General", keys: ["Mod+k"], icon: "search", run: () => overlayDialog.set({ name: "palette" }) },
  { id: "search", label: "Search", group: "General", keys: ["/", "f"], icon: "search", run: () => navigate("/search") },
  { id: "undo", label: "Undo", group: "General", keys: ["Mod+z", "z"], run: ({ account }) => announce("Undone", account.undo(), "Nothing to undo") },
  { id: "redo", label: "Redo", group: "General", keys: ["Mod+Shift+z", "Mod+y"], run: ({ account }) => announce("Done again", account.redo(), "Nothing to redo") },
  { id: "help", label: "Keyboard shortcuts", group: "General", keys: ["?"], icon: "keys", run: () => overlayDialog.set({ name: "help" }) },
  { id: "escape", label: "Clear the selection, close the task", group: "General", keys: ["Escape"], run: leave },
  ...VIEWS.map(([label, path, key]) => ({ id: path, label, group: "Go to", keys: [key], icon: path.slice(1), run: () => navigate(path) })),
  ...taskActions([
    { id: "open", label: "Open", keys: ["Enter", "e"], icon: "edit", run: ({ tasks: [task] }) => openTask(task.id) },
    { id: "select", label: "Select", keys: ["x"], run: () => toggleSelected(activeTask.get()) },
    { id: "complete", label: "Complete or reopen", keys: ["c"], icon: "completed", run: ({ account, tasks }) => void complete(account, tasks) },
    { id: "skip", label: "Skip this date", icon: "repeat", available: ({ tasks }) => tasks.length === 1 && Boolean(tasks[0].recurrence) && !tasks[0].completed, run: ({ account, tasks }) => void skip(account, tasks) },
    { id: "due-today", label: "Due today", keys: ["t"], icon: "today", run: (context) => schedule(context, 0) },
    { id: "due-tomorrow", label: "Due tomorrow", keys: ["m"], run: (context) => schedule(context, 1) },
    { id: "date", label: "Date and repeat …", keys: ["d"], icon: "upcoming", run: open("date") },
    ...PRIORITIES.map(([label, priority, key]) => ({ id: label, label, keys: [key], icon: priority ?? undefined, run: (/** @type {ActionContext} */ { account, tasks }) => void change(account, tasks, { priority }, `${label}: %`) })),
    { id: "list", label: "Move to a list …", keys: ["l"], icon: "list", run: open("list") },
    { id: "tags", label: "Tags …", keys: ["@"], icon: "tag", run: open("tags") },
    { id: "delete", label: "Delete", keys: ["Delete", "Backspace", "#"], icon: "remove", run: ({ account, tasks }) => void remove(account, tasks) },
  ]),
];

/** @param {Omit<RegisteredAction, "group" | "needsTasks">[]} actions @returns {RegisteredAction[]} */
function taskActions(actions) {
  return actions.map((action) => ({ ...action, group: "Tasks", needsTasks: true }));
}

/** Focuses the line of the present view in which a task is added, if it has one. */
function focusEntry() {
  const field = /** @type {HTMLElement | null} */ (document.querySelector("#quick-entry"));
  field?.focus();
  return Boolean(field);
}

/** @param {string} label @param {{ label: string } | null} action @param {string} nothing */
function announce(label, action, nothing) {
  showToast(action ? `${label}: ${action.label}` : nothing);
}

/** Clears the selection, else closes the open task. */
function leave() {
  if (selected.get().size) clearSelection();
  else if (currentRoute.get().taskId) closeTask();
  else return false;
  return true;
}

/** @param {ActionContext} context @param {number} days from today */
function schedule({ account, tasks }, days) {
  const now = momentIn(account.user.time_zone);
  scheduleTasks(account, tasks, { date: addDays(now.date, days) }, now);
}
