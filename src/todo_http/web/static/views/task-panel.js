// The detail panel of a task.

import { Icon } from "../components/icons.js";
import { closeTask } from "../router.js";
import { useStore } from "../store.js";
import { html } from "../vendor/preact.js";

/** @import { Account, User } from "../types.js" */

/** @param {{ account: Account, user: User, taskId: string }} props */
export function TaskPanel({ account, taskId }) {
  const task = useStore(account.view).tasks.get(taskId);
  return html`<aside class="panel" aria-label="Task">
    <button class="plain square" aria-label="Close" onClick=${closeTask}><${Icon} name="close" /></button>
    <p dir="auto">${task?.title}</p>
  </aside>`;
}
