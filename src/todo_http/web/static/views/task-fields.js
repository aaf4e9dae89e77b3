// The fields for due date, priority and list, used wherever a task is edited.

import { Field, options } from "../components/fields.js";
import { html } from "../vendor/preact.js";
import { zoneName } from "../formatting/due-dates.js";

/** @import { UserList } from "../types.js" */

const PRIORITIES = [["", "None"], ["high", "High"], ["medium", "Medium"], ["low", "Low"]];

/**
 * @param {object} props
 * @param {string} props.zone of the user
 * @param {string} props.date
 * @param {string} props.time empty for the whole day
 * @param {string} props.basis "floating", a zone, or an offset
 * @param {string} [props.original] the zone or offset of the saved due date
 * @param {string} [props.error]
 * @param {(chosen: { date?: string, time?: string, basis?: string }) => void} props.onChange
 */
export function DueFields({ zone, date, time, basis, original = "", error = "", onChange }) {
  const bases = [["floating", "Wherever I am"], [zone, `Fixed in ${zoneName(zone)}`]];
  if (original && original !== zone) bases.push([original, `Fixed in ${zoneName(original)}`]);
  const onInput = (/** @type {string} */ name) => (/** @type {any} */ event) => onChange({ [name]: event.target.value });
  return html`
    <${Field} label="Due date" type="date" value=${date} min="1970-01-01" max="9999-12-31" error=${error} onInput=${onInput("date")} />
    <${Field} label="Time" type="time" value=${time} onInput=${onInput("time")} disabled=${!date} />
    ${date && time && html`<${Field} as="select" label="Time is" value=${basis} onChange=${onInput("basis")}>
      ${options(bases, basis)}
    <//>`}`;
}

/** @param {{ value: string, error?: string, onChange: (chosen: { priority: string }) => void }} props */
export function PriorityField({ value, error = "", onChange }) {
  return html`<${Field} as="select" label="Priority" value=${value} error=${error}
    onChange=${(/** @type {any} */ event) => onChange({ priority: event.target.value })}>${options(PRIORITIES, value)}<//>`;
}

/** @param {{ value: string, lists: UserList[], error: string, onChange: (chosen: { list_id: string }) => void }} props */
export function ListField({ value, lists, error, onChange }) {
  const choices = lists.filter(({ id, archived }) => !archived || id === value).map(({ id, name }) => [id, name]);
  return html`<${Field} label="List" as="select" error=${error}
    onChange=${(/** @type {any} */ event) => onChange({ list_id: event.target.value })}>${options([["", "Inbox"], ...choices], value)}<//>`;
}
