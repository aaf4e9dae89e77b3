// What can be done with a task as a whole, in the menu of its panel.

import { newId } from "../api.js";
import { Icon } from "../components/icons.js";
import { Menu } from "../components/menu.js";
import { usePopover } from "../components/popover.js";
import { showToast } from "../components/toasts.js";
import { act, complete, move, named, remove, skip } from "../data/commands.js";
import { descendants } from "../data/task-tree.js";
import { closeTask, openTask } from "../router.js";
import { html } from "../vendor/preact.js";

/** @import { Account, Change, Task } from "../types.js" */

/** @param {{ account: Account, task: Task }} props */
export function PanelMenu({ account, task }) {
  const menu = usePopover();
  const { recurrence, completed } = task;
  const items = [
    recurrence && !completed && { label: "Skip this date", icon: /** @type {const} */ ("repeat"), onSelect: () => void skip(account, [task]) },
    recurrence && !completed && hasCompletions(account, task) && { label: "Take back the latest completion", onSelect: () => void complete(account, [task], false) },
    { label: "Add a subtask", icon: /** @type {const} */ ("subtask"), onSelect: () => document.getElementById("add-subtask")?.focus() },
    task.parent_id && { label: "Make it a task of its own", onSelect: () => void move(account, task, { fields: { parent_id: null }, anchor: { after: task.parent_id } }) },
    { label: "Duplicate", onSelect: () => duplicate(account, task) },
    { label: "Copy the link", onSelect: () => copyLink(task) },
    { label: "Delete", icon: /** @type {const} */ ("remove"), tone: /** @type {const} */ ("danger"), onSelect: () => (closeTask(), void remove(account, [task])) },
  ];
  return html`<button class="plain square" aria-label="More" title="More" aria-haspopup="menu" aria-expanded=${menu.anchor ? "true" : "false"} onClick=${menu.toggle}><${Icon} name="dots" /></button>
    ${menu.anchor && html`<${Menu} anchor=${menu.anchor} label="More" items=${items} onClose=${menu.close} />`}`;
}

/** Whether an occurrence of a task was completed, as far as the local copy goes back. @param {Account} account @param {Task} task */
function hasCompletions(account, task) {
  for (const { task_id: id } of account.view.get().completions.values()) if (id === task.id) return true;
  return false;
}

/** A copy of a task and its subtasks, behind it. @param {Account} account @param {Task} task */
function duplicate(account, task) {
  const { tasks } = account.view.get();
  const ids = new Map([task.id, ...descendants(tasks.values(), task.id)].map((id) => [id, newId()]));
  /** @type {Change[]} */
  const changes = Array.from(ids, ([before, id]) => {
    const { title, description, priority, due_date, recurrence, list_id, parent_id, tags } = /** @type {Task} */ (tasks.get(before));
    const { rule, anchor, catch_up } = recurrence ?? {};
    const again = rule ? { rule, anchor, ...(anchor === "schedule" && catch_up && { catch_up }) } : null;
    const fields = { title, description, priority, due_date, recurrence: again, list_id, parent_id: ids.get(parent_id ?? "") ?? parent_id, tags };
    return { entity: "task", kind: "add", id, title, fields };
  });
  act(account, `Duplicated ${named([task])}`, changes);
  openTask(/** @type {string} */ (ids.get(task.id)));
}

/** @param {Task} task */
function copyLink({ id }) {
  const address = `${location.origin}/inbox?task=${id}`;
  Promise.resolve(navigator.clipboard?.writeText(address)).then(() => showToast("Link copied"), () => showToast(address));
}

