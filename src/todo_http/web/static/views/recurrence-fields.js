// The fields for a recurrence, with the rule in words and the next dates.

import { Problem } from "../api.js";
import { Field, options } from "../components/fields.js";
import { describeDate, momentIn } from "../formatting/due-dates.js";
import { LOCALE } from "../formatting/locale.js";
import { COMMON_RULES, withRule } from "../formatting/recurrence.js";
import { html, useEffect, useState } from "../vendor/preact.js";

/** @import { Preview, Task, Upcoming } from "../types.js" */
/** @typedef {Upcoming & { error: string }} Meaning */

const CUSTOM = "custom";
const EXAMPLE = "FREQ=WEEKLY;INTERVAL=2";
const TYPING_MILLISECONDS = 250;
/** @type {Meaning} */
const NOTHING = { text: "", dates: [], error: "" };

/**
 * @param {object} props
 * @param {Task} props.task as it was when editing began
 * @param {string} props.zone of the user
 * @param {string} props.rule empty if the task does not repeat
 * @param {boolean} props.custom whether the rule is typed
 * @param {string | null} props.due the due date of the form
 * @param {string} props.error
 * @param {Preview} props.preview
 * @param {(chosen: { rule: string, custom?: boolean }) => void} props.onChange
 */
export function RecurrenceFields({ task, zone, rule, custom, due, error, preview, onChange }) {
  const { text, dates, error: mistake } = usePreview(preview, task, rule.trim(), due);
  const now = momentIn(zone);
  const chosen = custom ? CUSTOM : rule;
  const onChoice = (/** @type {any} */ { target: { value } }) =>
    onChange(value === CUSTOM ? { rule: rule || EXAMPLE, custom: true } : { rule: value, custom: false });
  const wrong = (due && mistake) || error;
  return html`
    <${Field} as="select" label="Repeats" value=${chosen} disabled=${!due} error=${custom ? "" : wrong} onChange=${onChoice}>
      ${options([...COMMON_RULES, [CUSTOM, "Custom"]], chosen)}
    <//>
    <div class="recurrence wide" aria-live="polite">
      ${custom && due && html`<${Field} label="Rule" value=${rule} autocomplete="off" spellcheck=${false} error=${wrong}
        onInput=${(/** @type {any} */ event) => onChange({ rule: event.target.value })} />`}
      ${text && html`<p class="hint"><strong>${text}</strong>${dates.length > 0 && html`<br />Then ${dates.map((date) => describeDate(date, now, LOCALE)).join(", ")}`}</p>`}
    </div>`;
}

/**
 * What the rule means, asked for when typing pauses. Responses about what was there before are ignored.
 * @param {Preview} preview
 * @param {Task} task
 * @param {string} rule
 * @param {string | null} due
 * @returns {Meaning}
 */
function usePreview(preview, task, rule, due) {
  const saved = { text: (rule === task.recurrence?.rule && task.recurrence.text) || "" };
  const [shown, setShown] = useState({ ...NOTHING, ...saved });
  useEffect(() => {
    const stopped = new AbortController();
    const { signal } = stopped;
    const show = (/** @type {Partial<Meaning>} */ result) => {
      if (!signal.aborted) setShown({ ...NOTHING, ...result });
    };
    if (!rule || !due) show(NOTHING);
    const timer = rule && due && setTimeout(() => {
      preview(task, withRule(task.recurrence, rule), due, signal).then(show, (reason) =>
        show(reason instanceof Problem ? { error: reason.of("rule") || reason.message } : saved));
    }, TYPING_MILLISECONDS);
    return () => {
      clearTimeout(timer || undefined);
      stopped.abort();
    };
  }, [rule, due]);
  return shown;
}
