// One task in a list: its tick, its title, and a quiet line with what else is known of it.

import { overlayDialog } from "../actions.js";
import { Icon } from "../components/icons.js";
import { dueDayOf } from "../data/due-days.js";
import { describeDue, describeDueFully, formatTime, momentIn } from "../formatting/due-dates.js";
import { LOCALE } from "../formatting/locale.js";
import { tagPath } from "../routes.js";
import { html } from "../vendor/preact.js";
import { Dot } from "./dot.js";

/** @import { Item, Moment, Row, Section, Task, View } from "../types.js" */

/**
 * @param {object} props
 * @param {Item & { row: Row }} props.item
 * @param {View} props.view
 * @param {Moment} props.now
 * @param {{ done: number, all: number } | undefined} props.subtasks
 * @param {boolean} props.active whether the row is in the tab order
 * @param {boolean} props.selected
 * @param {boolean} props.inList whether the list of the task need not be told
 * @param {() => void} props.onTick
 * @param {(event: MouseEvent) => void} props.onOpen
 * @param {() => void} props.onFold
 */
export function TaskRow({ item, view, now, subtasks, active, selected, inList, onTick, onOpen, onFold }) {
  const { task, done, key } = item.row;
  const tabindex = active ? "0" : "-1";
  const completed = done ? true : task.completed;
  const title = done?.title ?? task.title;
  const again = done && done.id !== done.task_id; // an occurrence, which is not taken back here
  const more = (/** @type {any} */ event) => {
    event.preventDefault();
    overlayDialog.set({ name: "menu", tasks: [task], anchor: event.currentTarget });
  };
  return html`<div class="row ${completed ? "completed" : ""}">
    <label class="tickbox">${again
      ? html`<${Icon} name="repeat" />`
      : html`<input class="tick ${task.priority ?? ""}" type="checkbox" checked=${completed} aria-label="Complete ${title}" aria-describedby="f${key}" tabindex=${tabindex} onChange=${onTick} />`}
    </label>
    <div class="words" onClick=${(/** @type {MouseEvent} */ event) => isPlain(event) && onOpen(event)}>
      <button class="title" dir="auto" tabindex=${again ? tabindex : "-1"}>${title}</button>
      <${Facts} id="f${key}" row=${item.row} section=${item.section} view=${view} now=${now} subtasks=${subtasks} selected=${selected} inList=${inList} tabindex=${tabindex} />
    </div>
    ${item.isParent && html`<button class="plain square fold" aria-expanded=${item.folded ? "false" : "true"} aria-label="Subtasks of ${title}" tabindex=${tabindex} onClick=${onFold}><${Icon} name="more" /></button>`}
    ${!again && html`<button class="plain square dots" aria-label="More for ${title}" aria-haspopup="menu" tabindex=${tabindex} onClick=${more}><${Icon} name="dots" /></button>`}
  </div>`;
}

/**
 * What is known of a task, in words; a screen reader hears it with the tick.
 * @param {{ id: string, row: Row, section: Section, view: View, now: Moment, subtasks?: { done: number, all: number }, selected: boolean, inList: boolean, tabindex: string }} props
 */
function Facts({ id, row, section, view, now, subtasks, selected, inList, tabindex }) {
  const { task, waiting, level, done } = row;
  const list = inList ? undefined : view.lists.get(task.list_id ?? "");
  const parent = level === 1 ? view.tasks.get(task.parent_id ?? "") : undefined;
  const facts = [
    selected && html`<span class="hidden">Selected</span>`,
    done && html`<span class="fact">${formatTime(momentIn(now.zone, Date.parse(done.completed_at)).time, LOCALE)}</span>`,
    !done && task.due_date && html`<${DueFact} task=${task} day=${section.day} now=${now} />`,
    task.priority && html`<span class="hidden">${task.priority} priority</span>`,
    task.recurrence && !done && html`<span class="fact" title=${task.recurrence.text}><${Icon} name="repeat" /><span class="hidden">${task.recurrence.text ?? "repeats"}</span></span>`,
    subtasks && html`<span class="fact"><${Icon} name="subtask" /><span class="hidden">subtasks: </span>${subtasks.done}/${subtasks.all}</span>`,
    task.description && html`<span class="fact"><${Icon} name="note" /><span class="hidden">has notes</span></span>`,
    parent && html`<span class="fact parent"><span class="hidden">part of </span><${Icon} name="back" /><bdi>${parent.title}</bdi></span>`,
    list && html`<span class="fact"><span class="hidden">list: </span><${Dot} list=${list} /><bdi>${list.name}</bdi></span>`,
    ...task.tags.map((tag) => html`<a class="fact" href=${tagPath(tag)} draggable="false" tabindex=${tabindex}><bdi>#${tag}</bdi></a>`),
    waiting && html`<span class="fact waiting" title="Not saved yet"><span class="hidden">not saved yet</span></span>`,
  ].filter(Boolean);
  return html`<span class="facts" id=${id}>${facts.map((fact, place) => [place > 0 && html`<span class="hidden">, </span>`, fact])}</span>`;
}

/** @param {{ task: Task, day: string, now: Moment }} props */
function DueFact({ task, day, now }) {
  const { due, date, time } = dueDayOf(task, now.zone);
  if (!due) return null;
  const { text, tone } = describeDue(due, now, LOCALE, task.completed);
  const told = date === day && tone !== "overdue"; // by the heading
  if (told && !time) return html`<span class="hidden">${text}</span>`;
  return html`<span class="fact ${told ? "" : tone}" title=${describeDueFully(due, now, LOCALE)}>
    ${tone === "overdue" && html`<${Icon} name="overdue" /><span class="hidden">Overdue: </span>`}
    ${told ? html`<span class="hidden">${text}</span><span aria-hidden="true">${formatTime(time, LOCALE)}</span>` : text}</span>`;
}

/** False on links, and when text is being selected. @param {MouseEvent} event */
function isPlain(event) {
  const isLink = event.target instanceof Element && event.target.closest("a");
  return event.button === 0 && !isLink && !getSelection()?.toString();
}
