// The next seven days of the upcoming view, with the numbers of tasks due on them.

import { weekday } from "../formatting/due-dates.js";
import { html } from "../vendor/preact.js";
import { wantedRow } from "./use-active-row.js";

/** @param {{ week: { date: string, count: number, first: string }[] }} props */
export function WeekStrip({ week }) {
  return html`<ul class="week" role="list" aria-label="Next seven days">${week.map(({ date, count, first }, index) => html`<li key=${date}>
    <button class="plain" aria-disabled=${first ? undefined : "true"} aria-current=${index ? undefined : "date"} onClick=${() => first && wantedRow.set(first)}>
      <small>${weekday(date)}</small><strong>${Number(date.slice(8))}</strong>
      <small class="count"><span aria-hidden="true">${count || "·"}</span><span class="hidden">${count === 1 ? "1 task" : `${count} tasks`}</span></small></button></li>`)}</ul>`;
}
