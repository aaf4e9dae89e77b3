// The page of one task, at an address of its own.

import { FormProblem } from "../components/fields.js";
import { showToast } from "../components/toasts.js";
import { formatInstant } from "../formatting/due-dates.js";
import { navigate } from "../router.js";
import { call } from "../session.js";
import { useStore } from "../store.js";
import { html, useEffect, useState } from "../vendor/preact.js";
import { TaskEditor } from "./task-editor.js";

/** @import { Fields, Route, Task, TaskController, User } from "../types.js" */

/** @param {{ user: User, controller: TaskController, route: Route }} props */
export function TaskPage({ user, controller, route }) {
  const overview = useStore(controller.overview);
  const [task, setTask] = useState(/** @type {Task | null} */ (null));
  const [problem, setProblem] = useState("");
  useEffect(() => {
    call("GET", `/api/${user.id}/tasks/${encodeURIComponent(route.taskId ?? "")}`).then(
      ({ body }) => setTask(body),
      (error) => setProblem(error.status === 404 ? "There is no such task." : error.message),
    );
  }, [route.taskId]);
  useEffect(() => {
    document.title = `${task?.title ?? "Task"} · Todo`;
  }, [task]);
  const close = () => navigate("/");
  /** @param {Fields} fields */
  const save = (fields) => {
    if (task && Object.keys(fields).length) {
      controller.change(task, fields);
      showToast("Saved");
    }
    close();
  };
  return html`<div class="page single">
    <div class="heading"><h1>${task?.title ?? "Task"}</h1></div>
    <${FormProblem} message=${problem} />
    ${task && html`<${TaskEditor} task=${task} zone=${user.time_zone} overview=${overview} preview=${controller.preview} onSave=${save} onCancel=${close} />
    <dl class="history">
      <div><dt>Added</dt><dd>${formatInstant(task.created_at, user.time_zone)}</dd></div>
      <div><dt>Last changed</dt><dd>${formatInstant(task.updated_at, user.time_zone)}</dd></div>
      ${task.completed_at && html`<div><dt>Done</dt><dd>${formatInstant(task.completed_at, user.time_zone)}</dd></div>`}
    </dl>`}
    <p><a href="/">All open tasks</a></p>
  </div>`;
}
