// The chips in the panel of a task: date, repetition, priority, list and tags. Each opens what changes it.

import { overlayDialog } from "../actions.js";
import { Icon } from "../components/icons.js";
import { Menu } from "../components/menu.js";
import { usePopover } from "../components/popover.js";
import { change } from "../data/commands.js";
import { normalize } from "../data/search.js";
import { describeDue, describeDueFully, parseDue } from "../formatting/due-dates.js";
import { LOCALE } from "../formatting/locale.js";
import { tagPath } from "../routes.js";
import { html } from "../vendor/preact.js";
import { Dot } from "./dot.js";

/** @import { Account, Moment, Task } from "../types.js" */

export const PRIORITIES = /** @type {const} */ ([["high", "High"], ["medium", "Medium"], ["low", "Low"], [null, "None"]]);

/** @param {{ account: Account, task: Task, now: Moment }} props */
export function PanelFacts({ account, task, now }) {
  const { lists } = account.view.get();
  const list = lists.get(task.list_id ?? "");
  const open = (/** @type {string} */ name) => (/** @type {any} */ { currentTarget }) => overlayDialog.set({ name, tasks: [task], anchor: currentTarget });
  const due = parseDue(task.due_date);
  const described = due && describeDue(due, now, LOCALE, task.completed);
  const later = parseDue(task.deferred_until);
  return html`<div class="chips">
    <button class="chip due ${described?.tone ?? ""}" aria-haspopup="dialog" title=${due ? describeDueFully(due, now, LOCALE) : undefined} onClick=${open("date")}>
      <${Icon} name="today" />${described ? html`<span class="hidden">Due </span>${described.tone === "overdue" && html`<span class="hidden">overdue </span>`}${described.text}` : "Date"}
    </button>
    ${task.recurrence && html`<button class="chip" aria-haspopup="dialog" onClick=${open("date")}><${Icon} name="repeat" /><span class="hidden">Repeats </span>${task.recurrence.text ?? "Not saved yet"}</button>`}
    <${Priority} account=${account} task=${task} />
    <button class="chip" aria-haspopup="dialog" onClick=${open("list")}>${list ? html`<${Dot} list=${list} />` : html`<${Icon} name="inbox" />`}<span class="hidden">List </span><span dir="auto">${list?.name ?? "Inbox"}</span></button>
    ${later && html`<span class="chip">Deferred until ${describeDue(later, now, LOCALE, true).text}
      <button class="plain" aria-label="Do not defer" onClick=${() => change(account, [task], { deferred_until: null }, "No longer deferred: %")}><${Icon} name="close" /></button></span>`}
    ${task.tags.map((tag) => html`<span class="chip" key=${tag}><a href=${tagPath(tag)} dir="auto">#${tag}</a>
      <button class="plain" aria-label="Remove the tag ${tag}" onClick=${() => removeTag(account, task, tag)}><${Icon} name="close" /></button></span>`)}
    <button class="chip" aria-haspopup="dialog" onClick=${open("tags")}><${Icon} name="tag" />${task.tags.length ? html`<span class="hidden">Change </span>…<span class="hidden">tags</span>` : "Tags"}</button>
  </div>`;
}

/** @param {{ account: Account, task: Task }} props */
function Priority({ account, task }) {
  const menu = usePopover();
  const items = PRIORITIES.map(([priority, label]) => ({
    label, icon: priority ?? undefined, checked: task.priority === priority,
    onSelect: () => void change(account, [task], { priority }, `${label === "None" ? "No" : label} priority: %`),
  }));
  const [, label] = PRIORITIES.find(([priority]) => priority === task.priority) ?? PRIORITIES[3];
  return html`<button class="chip ${task.priority ?? ""}" aria-haspopup="menu" aria-expanded=${menu.anchor ? "true" : "false"} onClick=${menu.toggle}>
      <${Icon} name=${task.priority ?? "flag"} />${task.priority ? html`${label}<span class="hidden"> priority</span>` : "Priority"}
    </button>
    ${menu.anchor && html`<${Menu} anchor=${menu.anchor} label="Priority" items=${[{ label: "Priority", items }]} onClose=${menu.close} />`}`;
}

/** @param {Account} account @param {Task} task @param {string} tag */
function removeTag(account, task, tag) {
  change(account, [task], { tags: task.tags.filter((other) => normalize(other) !== normalize(tag)) }, `Removed #${tag} from %`);
}
