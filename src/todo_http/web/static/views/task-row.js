// One task in the list, with what can be done to it.

import { Icon } from "../components/icons.js";
import { describeDue, describeDueFully, parseDue } from "../formatting/due-dates.js";
import { html } from "../vendor/preact.js";

/** @import { Moment, Row, Task } from "../types.js" */

/**
 * @param {object} props
 * @param {Row} props.row
 * @param {Moment} props.now
 * @param {boolean} props.active whether the row is in the tab order
 * @param {() => void} props.onTick
 * @param {() => void} props.onEdit
 * @param {() => void} props.onRemove
 */
export function TaskRow({ row, now, active, onTick, onEdit, onRemove }) {
  const { task } = row;
  const tabindex = active ? "0" : "-1";
  return html`<div class="row ${task.completed ? "completed" : ""}">
    <label class="tickbox">
      <input class="tick" type="checkbox" checked=${task.completed} aria-label="Complete ${task.title}" tabindex=${tabindex}
        onChange=${onTick} />
    </label>
    <div class="words" onClick=${(/** @type {MouseEvent} */ event) => isPlainClick(event) && onEdit()}>
      <span class="title" dir="auto">${task.title}</span>
      <${Facts} task=${task} now=${now} waiting=${row.waiting} />
    </div>
    <div class="tools">
      <button class="plain square" aria-label="Edit ${task.title}" title="Edit" tabindex=${tabindex} onClick=${onEdit}>
        <${Icon} name="edit" /></button>
      <button class="plain square" aria-label="Delete ${task.title}" title="Delete" tabindex=${tabindex} onClick=${onRemove}>
        <${Icon} name="remove" /></button>
    </div>
  </div>`;
}

/**
 * The details of a task, in words.
 * @param {{ task: Task, now: Moment, waiting: boolean }} props
 */
function Facts({ task, now, waiting }) {
  const due = parseDue(task.due_date);
  const described = due && describeDue(due, now, task.completed);
  if (!due && !task.priority && !task.description && !waiting) return null;
  return html`<span class="facts">
    ${described && html`<span class="fact due ${described.tone}" title=${describeDueFully(due, now)}>
      ${described.tone === "overdue" && html`<${Icon} name="overdue" />`}
      ${due.kind === "fixed" && html`<${Icon} name="pin" /><span class="hidden">Fixed time: </span>`}${described.text}
    </span>`}
    ${task.priority && html`<span class="fact ${task.priority}"><${Icon} name=${task.priority} />
      ${task.priority[0].toUpperCase() + task.priority.slice(1)}<span class="hidden"> priority</span></span>`}
    ${task.description && html`<span class="fact"><${Icon} name="note" /><span class="hidden">Has a description</span></span>`}
    ${waiting && html`<span class="fact waiting" title="Not saved yet"><span class="hidden">Not saved yet</span></span>`}
  </span>`;
}

/** False when text is being selected. @param {MouseEvent} event */
function isPlainClick(event) {
  return event.button === 0 && !getSelection()?.toString();
}
