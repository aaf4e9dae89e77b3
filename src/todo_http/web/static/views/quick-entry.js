// The line in which a task is typed. What was understood of it is shown at once and can be taken back.

import { Problem } from "../api.js";
import { focusTasks } from "../focus.js";
import { Icon } from "../components/icons.js";
import { say } from "../components/toasts.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { calendarWords, daysFrom, writeDue } from "../formatting/due-dates.js";
import { meaning, readLine } from "../formatting/quick-entry.js";
import { DueFields, PriorityField } from "./task-fields.js";

/** @import { Fields, Moment, Refusal } from "../types.js" */
/** @import { Board } from "../tasks/task-controller.js" */
/** @import { Found } from "../formatting/quick-entry.js" */
/** @typedef {{ date?: string, time?: string, basis?: string, priority?: string }} Chosen with the fields, which count more than the words */

/** What was typed, by the key of the write, in case that it is refused. @type {Map<string, string>} */
const typed = new Map();

/**
 * @param {object} props
 * @param {Board} props.board
 * @param {Moment} props.now
 * @param {string} props.date when a task is due if nothing else is said; empty for never
 * @param {Refusal | null} props.refusal
 * @param {() => void} props.onRefusalSeen
 */
export function QuickEntry({ board, now, date, refusal, onRefusalSeen }) {
  const [line, setLine] = useState("");
  const [literal, setLiteral] = useState(/** @type {Set<string>} */ (new Set()));
  const [chosen, setChosen] = useState(/** @type {Chosen} */ ({}));
  const [open, setOpen] = useState(false);
  const [error, setError] = useState("");
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const { title, found } = readLine(line, now, literal);
  const read = meaning(found, now);
  const due = { date: read.date || date, time: read.time, basis: "floating", ...chosen };
  const priority = chosen.priority ?? read.priority ?? "";

  useEffect(() => {
    if (refusal?.write.kind !== "add") return;
    const words = whatIsWrong(refusal.problem);
    if (line) say(`“${refusal.write.title.slice(0, 40)}”: ${words}`, { tone: "error", seconds: 12 });
    else {
      setLine(typed.get(refusal.write.key) ?? refusal.write.title);
      setError(words);
      input.current?.focus();
    }
    onRefusalSeen();
  }, [refusal]);

  const reset = () => {
    setLine("");
    setLiteral(new Set());
    setChosen({});
    setError("");
  };
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    input.current?.focus();
    if (!title) return setError("This must not be empty.");
    /** @type {Fields} */
    const fields = { title };
    if (priority) fields.priority = /** @type {any} */ (priority);
    if (due.date) fields.due_date = writeDue(due.date, due.time, due.basis);
    typed.set(board.add(fields).key, line);
    reset();
  };
  /** @param {any} event */
  const write = (event) => {
    setLine(event.target.value);
    setError("");
  };
  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (open) setOpen(false);
    else if (line) reset();
    else focusTasks();
  };
  const anyDay = () => {
    choose({ date: "" });
    input.current?.focus();
  };
  const choose = (/** @type {Chosen} */ more) => setChosen({ ...chosen, ...more });
  return html`<form class="quick" onSubmit=${submit} onKeyDown=${pressed} noValidate>
    <div class="line">
      <${Icon} name="add" />
      <label class="hidden" for="quick-entry">Add a task</label>
      <input id="quick-entry" ref=${input} type="text" value=${line} onInput=${write} autocomplete="off" enterkeyhint="done"
        placeholder="Add a task" aria-keyshortcuts="n" aria-describedby="quick-hint${error ? " quick-error" : ""}"
        aria-invalid=${error ? "true" : undefined} />
      <button type="button" class="plain square" aria-label="Details" aria-expanded=${open ? "true" : "false"} title="Details"
        onClick=${() => setOpen(!open)}><${Icon} name="more" /></button>
      <button class="primary">Add</button>
    </div>
    ${error && html`<p class="error" id="quick-error" role="alert">${error}</p>`}
    <p class="hint" id="quick-hint">Try <kbd>!high</kbd> <kbd>tomorrow</kbd> <kbd>17:00</kbd> in the line.</p>
    <div class="chips" aria-live="polite">
      ${chips(found, literal, setLiteral)}
      ${date && due.date === date && !read.date && html`<button type="button" class="chip" onClick=${anyDay}>
        Today<span class="hidden">, take back</span><${Icon} name="close" /></button>`}
      ${!open && chosen.date && html`<span class="chip set">${dayChosen(chosen.date, now)} ${chosen.time}</span>`}
    </div>
    ${open && html`<div class="details">
      <${DueFields} zone=${now.zone} date=${due.date} time=${due.time} basis=${due.basis} onChange=${choose} />
      <${PriorityField} value=${priority} onChange=${choose} />
    </div>`}
  </form>`;
}

/**
 * The words that were understood. Pressing one says that it was not meant so.
 * @param {Found[]} found
 * @param {Set<string>} literal
 * @param {(literal: Set<string>) => void} setLiteral
 */
function chips(found, literal, setLiteral) {
  return found.map(({ kind, raw, words, value }) => {
    const undo = () => {
      setLiteral(new Set(literal).add(raw.toLowerCase()));
      document.getElementById("quick-entry")?.focus();
    };
    return html`<button type="button" class="chip ${kind === "priority" ? value : ""}" key=${kind} onClick=${undo}
      title="Leave “${raw}” in the title">${words}<span class="hidden">, take back</span><${Icon} name="close" /></button>`;
  });
}

/**
 * @param {string} date
 * @param {Moment} now
 */
function dayChosen(date, now) {
  return ["Today", "Tomorrow"][daysFrom(now.date, date)] ?? calendarWords(date, now.date);
}

/** @param {Problem} problem */
function whatIsWrong(problem) {
  return problem.errors.map((error) => error.detail).join(" ") || problem.message;
}
