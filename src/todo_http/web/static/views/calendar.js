// The popover in which a task gets its due date, its time and its recurrence.

import { Field, options } from "../components/fields.js";
import { Popover } from "../components/popover.js";
import { namedDays } from "../formatting/calendar.js";
import { addDays, describeDueFully, formatTime, parseDue, weekday, zoneName } from "../formatting/due-dates.js";
import { LOCALE } from "../formatting/locale.js";
import { firstDay } from "../formatting/recurrence.js";
import { dueOf, scheduleChanges, scheduleOf } from "../formatting/schedule.js";
import { parseTime } from "../formatting/time-input.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { MonthGrid } from "./month-grid.js";
import { RepeatFields, useMeaning } from "./repeat-fields.js";

/** @import { Fields, Moment, Recurrence, Upcoming } from "../types.js" */
/** @import { Schedule } from "../formatting/schedule.js" */

const COMMON_TIMES = ["09:00", "12:00", "15:00", "18:00", "20:00"];
const CLEARED = { date: "", time: "", rule: "" };

/**
 * A day closes it; whatever closes it saves what was entered, except what is no time or what the server refused as a rule.
 * @param {object} props
 * @param {string | null} props.due
 * @param {Recurrence | null} props.recurrence
 * @param {Moment} props.now
 * @param {(recurrence: Recurrence, due: string, signal: AbortSignal) => Promise<Upcoming>} props.preview
 * @param {(fields: Pick<Fields, "due_date" | "recurrence">) => void} props.onChange called with what is different
 * @param {() => void} props.onClose
 * @param {Element} props.anchor
 */
export function DatePopover({ due, recurrence, now, preview, onChange, onClose, anchor }) {
  const { zone } = now;
  const [original] = useState({ due, recurrence });
  const saved = useRef(scheduleOf(due, recurrence, zone));
  const latest = useRef(saved.current);
  const [schedule, show] = useState(saved.current);
  const meaning = useMeaning(preview, schedule.rule, schedule.mode, dueOf(schedule, zone), original.recurrence);
  const refused = useRef("");
  refused.current = meaning.error;
  const save = () => {
    const { rule, mode } = saved.current;
    const next = refused.current ? { ...latest.current, rule, mode } : latest.current;
    const fields = scheduleChanges(saved.current, next, zone);
    saved.current = next;
    if (Object.keys(fields).length) onChange(fields);
  };
  useEffect(() => save, []); // the page may be left without closing it
  const update = (/** @type {Partial<Schedule>} */ changes) => {
    const next = { ...latest.current, ...changes };
    if (!next.date && next.rule) next.date = firstDay(next.rule, now.date);
    if (!next.date && next.time) next.date = next.time > now.time ? now.date : addDays(now.date, 1);
    latest.current = next;
    show(next);
  };
  const finish = () => {
    save();
    onClose();
  };
  return html`<${Popover} anchor=${anchor} label="Due date" className="date" onClose=${finish}>
    ${(/** @type {() => void} */ close) => html`<${Form} schedule=${schedule} meaning=${meaning} now=${now} onChange=${update} onDone=${close} />`}
  <//>`;
}

/**
 * @param {object} props
 * @param {Schedule} props.schedule
 * @param {import("./repeat-fields.js").Meaning} props.meaning
 * @param {Moment} props.now
 * @param {(changes: Partial<Schedule>) => void} props.onChange
 * @param {() => void} props.onDone
 */
function Form({ schedule, meaning, now, onChange, onDone }) {
  const choose = (/** @type {Partial<Schedule>} */ changes) => {
    onChange(changes);
    onDone();
  };
  const submit = (/** @type {any} */ event) => {
    event.preventDefault();
    const wrong = event.currentTarget.querySelector("[aria-invalid=true], input:invalid");
    if (wrong) wrong.focus();
    else onDone();
  };
  return html`<form onSubmit=${submit} noValidate>
    <div class="named">
      ${namedDays(now.date).map(([name, date]) => html`<button type="button" key=${name} aria-pressed=${String(date === schedule.date)}
        onClick=${() => choose({ date })}>${name} <small>${weekday(date)}</small></button>`)}
    </div>
    <${MonthGrid} selected=${schedule.date} today=${now.date} weekStart=${LOCALE.weekStart}
      onChoose=${(/** @type {string} */ date) => choose({ date })} />
    <${TimeFields} schedule=${schedule} now=${now} onChange=${onChange} />
    <${RepeatFields} schedule=${schedule} meaning=${meaning} now=${now} onChange=${onChange} />
    <div class="buttons">
      ${schedule.date && html`<button type="button" class="secondary" onClick=${() => choose(CLEARED)}>No date</button>`}
      <button class="primary">Done</button>
    </div>
  </form>`;
}

/**
 * @param {object} props
 * @param {Schedule} props.schedule
 * @param {Moment} props.now
 * @param {(changes: Partial<Schedule>) => void} props.onChange
 */
function TimeFields({ schedule, now, onChange }) {
  const { time, basis, fixed } = schedule;
  const shown = time && formatTime(time, LOCALE);
  const [before] = useState(time);
  const [typed, setTyped] = useState(shown);
  const [error, setError] = useState("");
  /** @param {any} event */
  const onInput = ({ target }) => {
    const { value } = target;
    const next = value.trim() ? parseTime(value) : "";
    target.setCustomValidity(next === null ? "Write it like 17:00 or 5 pm." : "");
    setTyped(value);
    onChange({ time: next ?? before });
  };
  /** When it has been typed: writes the time as it was understood. @param {any} event */
  const onTyped = ({ target }) => {
    setError(target.validationMessage);
    if (target.validity.valid) setTyped(shown);
  };
  const due = parseDue(dueOf(schedule, now.zone));
  const bases = [["floating", "Wherever I am"], ...[...new Set([now.zone, fixed])].map((zone) => [zone, `Fixed in ${zoneName(zone)}`])];
  return html`
    <${Field} label="Time" value=${typed} placeholder="None" list="times" autocomplete="off" error=${error} onInput=${onInput} onChange=${onTyped} />
    <datalist id="times">${COMMON_TIMES.map((common) => html`<option key=${common} value=${formatTime(common, LOCALE)} />`)}</datalist>
    ${fixed && time && html`<${Field} as="select" label="Time is" value=${basis} hint=${due && describeDueFully(due, now, LOCALE)}
      onChange=${(/** @type {any} */ { target }) => onChange({ basis: target.value })}>${options(bases, basis)}<//>`}`;
}
