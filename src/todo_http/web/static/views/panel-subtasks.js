// The subtasks in the panel of a task, with their own ticks.

import { newId } from "../api.js";
import { Icon } from "../components/icons.js";
import { act, addTask, complete, move } from "../data/commands.js";
import { stepOf } from "../data/task-moves.js";
import { byPosition } from "../data/task-tree.js";
import { openTask } from "../router.js";
import { html, useState } from "../vendor/preact.js";

/** @import { Account, Change, Row, Task } from "../types.js" */

const LINES_MAX = 100;

/** @param {{ account: Account, task: Task }} props */
export function PanelSubtasks({ account, task }) {
  const { tasks } = account.view.get();
  const subtasks = Array.from(tasks.values()).filter(({ parent_id: parent }) => parent === task.id).sort(byPosition);
  const done = subtasks.filter(({ completed }) => completed).length;
  const rows = /** @type {Row[]} */ (subtasks.map((subtask) => ({ key: subtask.id, task: subtask, waiting: false, level: 1 })));
  /** @param {KeyboardEvent} event @param {Row} row */
  const onKey = (event, row) => {
    const direction = event.altKey && /** @type {Record<string, "up" | "down">} */ ({ ArrowUp: "up", ArrowDown: "down" })[event.key];
    const step = direction && stepOf(rows, row, direction);
    if (!step) return;
    event.preventDefault();
    move(account, row.task, step);
  };
  return html`<section class="subtasks" aria-label="Subtasks">
    <h2>Subtasks${subtasks.length > 0 && html` <span>${done} of ${subtasks.length}</span>`}</h2>
    <ul role="list">
      ${rows.map((row) => html`<li key=${row.key} onKeyDown=${(/** @type {KeyboardEvent} */ event) => onKey(event, row)}>
        <label class="tickbox"><input class="tick ${row.task.priority ?? ""}" type="checkbox" checked=${row.task.completed} aria-label="Complete ${row.task.title}"
          onChange=${() => void complete(account, [row.task])} /></label>
        <button class="plain words ${row.task.completed ? "completed" : ""}" dir="auto" onClick=${() => openTask(row.task.id)}>${row.task.title}</button>
      </li>`)}
    </ul>
    <${AddSubtask} account=${account} task=${task} />
  </section>`;
}

/** @param {{ account: Account, task: Task }} props */
function AddSubtask({ account, task }) {
  const [text, setText] = useState("");
  const [lines, setLines] = useState(/** @type {string[]} */ ([]));
  const title = text.replace(/\s+/g, " ").trim();
  /** @param {Event} event */
  const add = (event) => {
    event.preventDefault();
    if (!title) return;
    addTask(account, { title: Array.from(title).slice(0, 255).join(""), parent_id: task.id, list_id: task.list_id });
    setText("");
  };
  /** @param {ClipboardEvent} event */
  const onPaste = (event) => {
    const pasted = (event.clipboardData?.getData("text/plain") ?? "").split("\n").map((line) => line.replace(/^\s*[-*•]?\s*(\[[ x]\])?\s*/, "").trim()).filter(Boolean);
    if (pasted.length > 1) setLines(pasted.slice(0, LINES_MAX));
  };
  const addLines = () => {
    const changes = lines.map((line) => /** @type {Change} */ ({
      entity: "task", kind: "add", id: newId(), title: line, fields: { title: Array.from(line).slice(0, 255).join(""), parent_id: task.id, list_id: task.list_id },
    }));
    act(account, `Added ${lines.length} subtasks`, changes);
    setLines([]);
    setText("");
  };
  return html`<form class="add-subtask" onSubmit=${add}>
    <${Icon} name="add" />
    <input id="add-subtask" type="text" dir="auto" aria-label="Add a subtask" placeholder="Add a subtask" value=${text} autocomplete="off" enterkeyhint="done"
      onInput=${(/** @type {any} */ event) => setText(event.target.value)} onPaste=${onPaste} />
    ${title && html`<button class="plain">Add</button>`}
    ${lines.length > 1 && html`<button type="button" class="link" onClick=${addLines}>Add ${lines.length} subtasks</button>
      <button type="button" class="link" onClick=${() => setLines([])}>Keep as one</button>`}
  </form>`;
}
