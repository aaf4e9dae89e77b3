// The popover in which a task gets its due date, its time and its recurrence.

import { Field, options } from "../components/fields.js";
import { Popover } from "../components/popover.js";
import { scheduleTasks } from "../data/schedule.js";
import { namedDays } from "../formatting/calendar.js";
import { formatTime, parseDue, weekday, zoneName } from "../formatting/due-dates.js";
import { LOCALE } from "../formatting/locale.js";
import { NO_DATE, dueOf, scheduleChanges, scheduleOf, withDate } from "../formatting/schedule.js";
import { parseTime } from "../formatting/time-input.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { MonthGrid } from "./month-grid.js";
import { RepeatFields, useMeaning } from "./repeat-fields.js";
import { useNow } from "./use-now.js";

/** @import { Account, Fields, Moment, Recurrence, Task, Upcoming } from "../types.js" */
/** @import { Schedule } from "../formatting/schedule.js" */

const COMMON_TIMES = ["09:00", "12:00", "15:00", "18:00", "20:00"];

/**
 * A day closes it; whatever closes it saves what was entered, except what is no time or what the server refused as a rule.
 * @param {object} props
 * @param {string | null} props.due
 * @param {Recurrence | null} props.recurrence
 * @param {boolean} [props.mixed] whether it is about several tasks with different dates
 * @param {Moment} props.now
 * @param {(recurrence: Recurrence, due: string, signal: AbortSignal) => Promise<Upcoming>} props.preview
 * @param {(fields: Pick<Fields, "due_date" | "recurrence">, entered: Partial<Schedule>) => void} props.onChange called with what is different
 * @param {() => void} props.onClose
 * @param {Element} props.anchor
 */
function DatePopover({ due, recurrence, mixed = false, now, preview, onChange, onClose, anchor }) {
  const [before] = useState(() => ({ recurrence, schedule: scheduleOf(due, recurrence, now.zone) }));
  const [entered, setEntered] = useState(/** @type {Partial<Schedule>} */ ({}));
  const schedule = withDate({ ...before.schedule, ...entered }, now);
  const meaning = useMeaning(preview, schedule.rule, schedule.mode, dueOf(schedule, now.zone), before.recurrence);
  const unsaved = useRef(/** @type {Partial<Schedule>} */ ({}));
  const refused = useRef("");
  refused.current = meaning.error;
  const update = (/** @type {Partial<Schedule>} */ changes) => setEntered((unsaved.current = { ...unsaved.current, ...changes }));
  const save = () => {
    const { rule, mode, ...others } = unsaved.current;
    const changes = refused.current ? others : unsaved.current;
    const fields = scheduleChanges(before.schedule, withDate({ ...before.schedule, ...changes }, now), now.zone);
    unsaved.current = {};
    if (Object.keys(mixed ? changes : fields).length) onChange(fields, changes);
  };
  const latest = useRef(save);
  latest.current = save;
  useEffect(() => { // whatever closes it, also leaving the page
    const leave = () => latest.current();
    addEventListener("pagehide", leave);
    return () => {
      removeEventListener("pagehide", leave);
      leave();
    };
  }, []);
  return html`<${Popover} anchor=${anchor} label="Date" className="calendar" onClose=${onClose}>
    ${(/** @type {() => void} */ close) => html`<${Form} schedule=${schedule} mixed=${mixed} meaning=${meaning} now=${now} onChange=${update} onDone=${close} />`}
  <//>`;
}

/**
 * The same for tasks, whose times and rules stay unless others are entered.
 * @param {object} props
 * @param {Account} props.account
 * @param {Task[]} props.tasks
 * @param {() => void} props.onClose
 * @param {Element} props.anchor
 */
export function TasksDatePopover({ account, tasks, onClose, anchor }) {
  const [{ due_date: due, recurrence }, ...others] = tasks;
  const sameDue = others.every((task) => task.due_date === due);
  const sameRule = others.every((task) => task.recurrence?.rule === recurrence?.rule);
  const now = useNow(account.user.time_zone);
  const example = others.length ? { ...tasks[0], recurrence: null } : tasks[0];
  return html`<${DatePopover} due=${sameDue ? due : null} recurrence=${sameRule ? recurrence : null} mixed=${!sameDue || !sameRule} now=${now} anchor=${anchor}
    preview=${(/** @type {[Recurrence, string, AbortSignal]} */ ...asked) => account.preview(example, ...asked)}
    onChange=${(/** @type {Fields} */ _, /** @type {Partial<Schedule>} */ entered) => scheduleTasks(account, tasks, entered, now)} onClose=${onClose} />`;
}

/**
 * @param {object} props
 * @param {Schedule} props.schedule
 * @param {boolean} props.mixed
 * @param {import("./repeat-fields.js").Meaning} props.meaning
 * @param {Moment} props.now
 * @param {(changes: Partial<Schedule>) => void} props.onChange
 * @param {() => void} props.onDone
 */
function Form({ schedule, mixed, meaning, now, onChange, onDone }) {
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
      ${(schedule.date || mixed) && html`<button type="button" class="secondary" onClick=${() => choose(NO_DATE)}>No date</button>`}
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
  const bases = [["floating", "Wherever I am"], ...[...new Set([now.zone, fixed])].map((zone) => [zone, `Fixed in ${zoneName(zone)}`])];
  return html`
    <${Field} label="Time" value=${typed} placeholder="None" list="times" autocomplete="off" error=${error} onInput=${onInput} onChange=${onTyped} />
    <datalist id="times">${COMMON_TIMES.map((common) => html`<option key=${common} value=${formatTime(common, LOCALE)} />`)}</datalist>
    ${fixed && time && html`<${Field} as="select" label="Time is" value=${basis} hint=${elsewhere(schedule, now)}
      onChange=${(/** @type {any} */ { target }) => onChange({ basis: target.value })}>${options(bases, basis)}<//>`}`;
}

/** The time where it is fixed, if that is somewhere else. @param {Schedule} schedule @param {Moment} now */
function elsewhere(schedule, now) {
  const due = parseDue(dueOf(schedule, now.zone));
  if (due?.kind !== "fixed" || !due.zone || due.zone === now.zone) return "";
  const day = due.date === schedule.date ? "" : `${weekday(due.date)} `;
  return `${day}${formatTime(due.time, LOCALE)} in ${zoneName(due.zone)}`;
}
