// A month of which a day can be chosen: a date grid as the ARIA practices describe it.

import { Icon } from "../components/icons.js";
import { useId } from "../components/fields.js";
import { addMonths, dayAfterKey, weeksOf, withinYears } from "../formatting/calendar.js";
import { WEEKDAYS, weekdayOf } from "../formatting/due-dates.js";
import { html, useLayoutEffect, useRef, useState } from "../vendor/preact.js";

/**
 * @param {object} props
 * @param {string} props.selected a date, or empty
 * @param {string} props.today
 * @param {number} props.weekStart
 * @param {(date: string) => void} props.onChoose
 */
export function MonthGrid({ selected, today, weekStart, onChoose }) {
  const [day, setDay] = useState(selected || today); // the one that the Tab key reaches
  const grid = useRef(/** @type {HTMLElement | null} */ (null));
  const moved = useRef(false);
  const id = useId();
  useLayoutEffect(() => {
    if (moved.current) /** @type {HTMLElement | null} */ (grid.current?.querySelector("[tabindex='0']"))?.focus();
    moved.current = false;
  }, [day]);
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = dayAfterKey(day, event, weekStart);
    if (event.key === "Enter" || event.key === " ") onChoose(day);
    else if (!next) return;
    event.preventDefault();
    moved.current = true;
    if (next) setDay(next);
  };
  const turn = (/** @type {number} */ months) => setDay(withinYears(addMonths(day, months)));
  const weeks = weeksOf(day, weekStart);
  const cell = (/** @type {string} */ date) => html`<td key=${date} role="gridcell" tabindex=${date === day ? "0" : "-1"} autofocus=${date === day}
    class=${date.slice(0, 7) === day.slice(0, 7) ? "" : "outside"} aria-label="${dayOf(date)} ${monthOf(date)}" aria-selected=${String(date === selected)}
    aria-current=${date === today ? "date" : undefined} onClick=${() => onChoose(withinYears(date))}>${dayOf(date)}</td>`;
  return html`<div class="month">
    <button type="button" class="plain square" aria-label="Previous month" onClick=${() => turn(-1)}><${Icon} name="back" /></button>
    <h2 id=${id} aria-live="polite">${monthOf(day)} ${day.slice(0, 4)}</h2>
    <button type="button" class="plain square" aria-label="Next month" onClick=${() => turn(1)}><${Icon} name="forward" /></button>
    <table role="grid" aria-labelledby=${id} ref=${grid} onKeyDown=${onKeyDown}>
      <thead><tr>${weeks[0].map(nameOf).map((name) => html`<th key=${name} scope="col" abbr=${name}>${name.slice(0, 2)}</th>`)}</tr></thead>
      <tbody>${weeks.map((week) => html`<tr key=${week[0]}>${week.map(cell)}</tr>`)}</tbody>
    </table>
  </div>`;
}

/** @param {string} date */
function nameOf(date) {
  return WEEKDAYS[weekdayOf(date)];
}

/** @param {string} date */
function dayOf(date) {
  return Number(date.slice(8));
}

/** @param {string} date */
function monthOf(date) {
  return new Date(date).toLocaleDateString("en", { month: "long", timeZone: "UTC" });
}
