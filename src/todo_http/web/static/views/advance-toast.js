// The message after a recurring task was completed, skipped or taken back, with a way to undo it.

import { showToast } from "../components/toasts.js";
import { describeDate } from "../formatting/due-dates.js";
import { LOCALE } from "../formatting/locale.js";

/** @import { Moment, Task, TaskChange, TaskController } from "../types.js" */

/**
 * @param {TaskController} controller
 * @param {TaskChange} change
 * @param {Task} task as it is after the change
 * @param {Moment} now
 */
export function showAdvance(controller, { kind, fields, title }, task, now) {
  const name = `“${title.slice(0, 40)}”`;
  const date = describeDate(task.due_date, now, LOCALE);
  if (kind === "complete" && !fields.completed) return showToast(`${name} is due on ${date} again`);
  const next = task.completed ? "that was the last date" : `next on ${date}`;
  const undo = () => controller.complete(task, false);
  showToast(`${kind === "skip" ? "Skipped" : "Completed"} ${name}; ${next}`, { action: "Undo", onAction: undo });
}
