// The fields for a recurrence: common rules, intervals and days, or a rule as text; in words, with the next dates.

import { Problem } from "../api.js";
import { Field, options } from "../components/fields.js";
import { WEEKDAYS, describeDate, weekdayOf } from "../formatting/due-dates.js";
import { LOCALE } from "../formatting/locale.js";
import { COMMON_RULES, DAYS, MODES, UNITS, isCommon, partsOf, recurrenceOf, ruleOf } from "../formatting/recurrence.js";
import { html, useEffect, useState } from "../vendor/preact.js";

/** @import { Moment, Recurrence, Upcoming } from "../types.js" */
/** @import { Schedule } from "../formatting/schedule.js" */
/** @typedef {Upcoming & { error: string }} Meaning */

const PARTS = "parts";
const TEXT = "text";
const TYPING_MILLISECONDS = 250;
/** @type {Meaning} */
const NOTHING = { text: "", dates: [], error: "" };

/**
 * @param {object} props
 * @param {Schedule} props.schedule
 * @param {Meaning} props.meaning of its rule
 * @param {Moment} props.now
 * @param {(changes: Partial<Schedule>) => void} props.onChange
 */
export function RepeatFields({ schedule: { date, rule, mode }, meaning, now, onChange }) {
  const [form, setForm] = useState(() => (isCommon(rule) ? "" : partsOf(rule) ? PARTS : TEXT)); // how the rule is entered
  const parts = partsOf(rule);
  const onRule = (/** @type {string} */ next) => onChange({ rule: next });
  const onChoice = (/** @type {any} */ { target: { value } }) => {
    const isForm = value === PARTS || value === TEXT;
    setForm(isForm ? value : "");
    if (!isForm) onRule(value);
    else if (!rule || (value === PARTS && !parts)) onRule(ruleOf({ unit: "WEEKLY", interval: 2, days: [] }));
  };
  const isParts = form === PARTS && parts;
  const choices = [...COMMON_RULES, [PARTS, "Custom…"], [TEXT, "As an RRULE…"]];
  return html`
    <${Field} as="select" label="Repeat" value=${form || rule} error=${form === TEXT ? "" : meaning.error} onChange=${onChoice}>
      ${options(choices, form || rule)}
    <//>
    ${isParts && html`<${PartsFields} parts=${parts} date=${date} onChange=${onRule} />`}
    ${form === TEXT && html`<${Field} label="Rule" value=${rule} autocomplete="off" spellcheck=${false} error=${meaning.error}
      onInput=${(/** @type {any} */ { target }) => onRule(target.value.trim())} />`}
    ${rule && html`<${Field} as="select" label="Next date" value=${mode}
      onChange=${(/** @type {any} */ { target }) => onChange({ mode: target.value })}>${options(MODES, mode)}<//>`}
    <p class="hint" aria-live="polite">${rule && meaning.text && html`<strong>${meaning.text}</strong>${meaning.dates.length > 0 && html`<br />Then ${
      meaning.dates.map((next) => describeDate(next, now, LOCALE).replaceAll(" ", "\u00a0")).join(", ")}`}`}</p>`;
}

/**
 * @param {object} props
 * @param {import("../formatting/recurrence.js").Parts} props.parts
 * @param {string} props.date the due date
 * @param {(rule: string) => void} props.onChange
 */
function PartsFields({ parts, date, onChange }) {
  const { unit, interval, days } = parts;
  const update = (/** @type {object} */ changes) => onChange(ruleOf({ ...parts, ...changes }));
  const chosen = days.length ? days : [DAYS[weekdayOf(date)]];
  const toggle = (/** @type {string} */ day) =>
    update({ days: chosen.includes(day) ? chosen.filter((other) => other !== day) : [...chosen, day] });
  const week = DAYS.map((_, index) => DAYS[(index + LOCALE.weekStart) % 7]);
  return html`<div class="parts">
    <${Field} label="Every" type="number" min="1" max="999" value=${interval}
      onInput=${(/** @type {any} */ { target }) => target.validity.valid && target.value && update({ interval: Number(target.value) })} />
    <span class="select"><select aria-label="Unit" value=${unit} onChange=${(/** @type {any} */ { target }) => update({ unit: target.value })}>
      ${options(UNITS, unit)}
    </select></span>
    ${unit === "WEEKLY" && html`<div role="group" aria-label="Days of the week">
      ${week.map((day) => html`<button type="button" key=${day} aria-pressed=${String(chosen.includes(day))} aria-label=${nameOf(day)}
        onClick=${() => toggle(day)}>${nameOf(day).slice(0, 2)}</button>`)}
    </div>`}
  </div>`;
}

/** @param {string} day as rules name it */
function nameOf(day) {
  return WEEKDAYS[DAYS.indexOf(day)];
}

/**
 * What the rule means, asked for when typing pauses. Responses about what was there before are ignored.
 * @param {(recurrence: Recurrence, due: string, signal: AbortSignal) => Promise<Upcoming>} preview
 * @param {string} rule
 * @param {string} mode
 * @param {string | null} due
 * @param {Recurrence | null} saved
 * @returns {Meaning}
 */
export function useMeaning(preview, rule, mode, due, saved) {
  const known = { text: (rule === saved?.rule && saved.text) || "" };
  const [shown, setShown] = useState({ ...NOTHING, ...known });
  useEffect(() => {
    const stopped = new AbortController();
    const { signal } = stopped;
    const show = (/** @type {Partial<Meaning>} */ result) => {
      if (!signal.aborted) setShown({ ...NOTHING, ...result });
    };
    const recurrence = recurrenceOf(rule, mode);
    if (!recurrence || !due) show(NOTHING);
    else setTimeout(() => {
      if (signal.aborted) return;
      preview(recurrence, due, signal).then(show, (reason) =>
        show(reason instanceof Problem ? { error: reason.of("rule") || reason.message } : known));
    }, TYPING_MILLISECONDS);
    return () => stopped.abort();
  }, [rule, mode, due]);
  return shown;
}
