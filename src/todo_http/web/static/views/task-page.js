// One task on a page of its own, at an address that can be kept.

import { go, LISTS } from "../router.js";
import { FormProblem } from "../components/fields.js";
import { say } from "../components/toasts.js";
import { call } from "../session.js";
import { html, useEffect, useState } from "../vendor/preact.js";
import { momentIn } from "../formatting/due-dates.js";
import { TaskEditor } from "./task-editor.js";

/** @import { Fields, Place, Task, User } from "../types.js" */
/** @import { Board } from "../tasks/task-controller.js" */

/** @param {{ user: User, board: Board, place: Place }} props */
export function TaskPage({ user, board, place }) {
  const [task, setTask] = useState(/** @type {Task | null} */ (null));
  const [problem, setProblem] = useState("");
  useEffect(() => {
    const address = `/api/${user.id}/tasks/${encodeURIComponent(place.taskId ?? "")}`;
    call("GET", address).then(({ body }) => setTask(body), (error) => setProblem(error.status === 404 ? "There is no such task." : error.message));
  }, [place.taskId]);
  useEffect(() => void (document.title = `${task?.title ?? "Task"} · Todo`), [task]);
  const back = () => go(LISTS[0].path);
  /** @param {Fields} fields */
  const save = (fields) => {
    if (task && Object.keys(fields).length) {
      board.change(task, fields);
      say("Saved");
    }
    back();
  };
  return html`<div class="page single">
    <div class="heading"><h1>${task?.title ?? "Task"}</h1></div>
    <${FormProblem} message=${problem} />
    ${task && html`<${TaskEditor} task=${task} zone=${user.time_zone} onSave=${save} onCancel=${back} />
    <dl class="history">
      <div><dt>Added</dt><dd>${moment(task.created_at, user.time_zone)}</dd></div>
      <div><dt>Last changed</dt><dd>${moment(task.updated_at, user.time_zone)}</dd></div>
      ${task.completed_at && html`<div><dt>Done</dt><dd>${moment(task.completed_at, user.time_zone)}</dd></div>`}
    </dl>`}
    <p><a href="/">All open tasks</a></p>
  </div>`;
}

/**
 * @param {string} instant
 * @param {string} zone
 */
function moment(instant, zone) {
  const { date, time } = momentIn(zone, Date.parse(instant));
  return `${date} ${time}`;
}
