// One task in the list, with what can be done to it.

import { Icon } from "../components/icons.js";
import { describeDue, describeDueFully, parseDue } from "../formatting/due-dates.js";
import { LOCALE } from "../formatting/locale.js";
import { html } from "../vendor/preact.js";
import { Dot } from "./list-picker.js";

/** @import { Moment, Row, Task, UserList } from "../types.js" */

/**
 * @param {object} props
 * @param {Row} props.row
 * @param {Moment} props.now
 * @param {boolean} props.active whether the row is in the tab order
 * @param {UserList} [props.list] the list it is in, where that is not obvious
 * @param {object} [props.grip] handlers for the grip, if it can be dragged
 * @param {() => void} props.onTick
 * @param {() => void} props.onSubtask
 * @param {() => void} props.onEdit
 * @param {() => void} props.onRemove
 */
export function TaskRow({ row, now, active, list, grip, onTick, onSubtask, onEdit, onRemove }) {
  const { task } = row;
  const tabindex = active ? "0" : "-1";
  return html`<div class="row ${task.completed ? "completed" : ""}">
    <label class="tickbox">
      <input class="tick" type="checkbox" checked=${task.completed} aria-label="Complete ${task.title}" tabindex=${tabindex}
        onChange=${onTick} />
    </label>
    <div class="words" onClick=${(/** @type {MouseEvent} */ event) => isPlainClick(event) && onEdit()}>
      <span class="title" dir="auto">${task.title}</span>
      <${Facts} task=${task} now=${now} waiting=${row.waiting} list=${list} tabindex=${tabindex} />
    </div>
    <div class="tools">
      <button class="plain square mouse" aria-label="Add a subtask to ${task.title}" title="Add a subtask" tabindex=${tabindex} onClick=${onSubtask}>
        <${Icon} name="subtask" /></button>
      <button class="plain square mouse" aria-label="Edit ${task.title}" title="Edit" tabindex=${tabindex} onClick=${onEdit}>
        <${Icon} name="edit" /></button>
      <button class="plain square" aria-label="Delete ${task.title}" title="Delete" tabindex=${tabindex} onClick=${onRemove}>
        <${Icon} name="remove" /></button>
      ${grip && html`<span class="grip" title="Drag to move" ...${grip}><${Icon} name="grip" /></span>`}
    </div>
  </div>`;
}

/**
 * The details of a task, in words.
 * @param {{ task: Task, now: Moment, waiting: boolean, list?: UserList, tabindex: string }} props
 */
function Facts({ task, now, waiting, list, tabindex }) {
  const due = parseDue(task.due_date);
  const described = due && describeDue(due, now, LOCALE, task.completed);
  if (!due && !task.priority && !task.description && !waiting && !list && !task.tags.length) return null;
  return html`<span class="facts">
    ${described && html`<span class="fact due ${described.tone}" title=${describeDueFully(due, now, LOCALE)}>
      ${described.tone === "overdue" && html`<${Icon} name="overdue" /><span class="hidden">Overdue: </span>`}
      ${due.kind === "fixed" && html`<${Icon} name="pin" /><span class="hidden">Fixed time: </span>`}${described.text}
    </span>`}
    ${task.recurrence && html`<span class="fact" title=${task.recurrence.text}><${Icon} name="repeat" /><span class="hidden">Repeats: ${
      task.recurrence.text ?? "not saved yet"}</span></span>`}
    ${task.priority && html`<span class="fact ${task.priority}"><${Icon} name=${task.priority} />
      ${task.priority[0].toUpperCase() + task.priority.slice(1)}<span class="hidden"> priority</span></span>`}
    ${task.description && html`<span class="fact"><${Icon} name="note" /><span class="hidden">Has a description</span></span>`}
    ${list && html`<span class="fact"><${Dot} list=${list} /><span class="hidden">List: </span>${list.name}</span>`}
    ${task.tags.map((tag) => html`<a class="fact tag" key=${tag} href="?tag=${encodeURIComponent(tag)}" tabindex=${tabindex}>#${tag}</a>`)}
    ${waiting && html`<span class="fact waiting" title="Not saved yet"><span class="hidden">Not saved yet</span></span>`}
  </span>`;
}

/** False on links, and when text is being selected. @param {MouseEvent} event */
function isPlainClick(event) {
  const isLink = event.target instanceof Element && event.target.closest("a");
  return event.button === 0 && !isLink && !getSelection()?.toString();
}
