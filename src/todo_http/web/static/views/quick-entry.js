// The field in which a task is typed. What is recognised in it is shown at once and can be undone.

import { showError } from "../components/toasts.js";
import { Icon } from "../components/icons.js";
import { focusTasks } from "../focus.js";
import { daysBetween, formatDue, shortDate } from "../formatting/due-dates.js";
import { formValues, parseEntry } from "../formatting/quick-entry.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { DueFields, PriorityField } from "./task-fields.js";

/** @import { Fields, Moment, Rejection, TaskController, Token } from "../types.js" */
/** @import { Problem } from "../api.js" */
/** @typedef {{ date?: string, time?: string, basis?: string, priority?: string }} Details set with the fields; they override the tokens */

/** What was typed, by the id of the request, in case it is rejected. @type {Map<string, string>} */
const typedLines = new Map();

/**
 * @param {object} props
 * @param {TaskController} props.controller
 * @param {Moment} props.now
 * @param {string} props.date the default due date, if any
 * @param {string | null} props.list the id of the list it is added to, if not the inbox
 * @param {Rejection | null} props.rejection
 * @param {() => void} props.onRejectionShown
 */
export function QuickEntry({ controller, now, date, list, rejection, onRejectionShown }) {
  const [line, setLine] = useState("");
  const [literal, setLiteral] = useState(/** @type {Set<string>} */ (new Set()));
  const [details, setDetails] = useState(/** @type {Details} */ ({}));
  const [open, setOpen] = useState(false);
  const [error, setError] = useState("");
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const { title, tokens } = parseEntry(line, now, literal);
  const parsed = formValues(tokens, now);
  const due = { date: parsed.date || date, time: parsed.time, basis: "floating", ...details };
  const priority = details.priority ?? parsed.priority ?? "";

  useEffect(() => {
    if (rejection?.request.change.kind !== "add") return;
    const { request, problem } = rejection;
    if (line) {
      showError(`“${request.change.title.slice(0, 40)}”: ${describeProblem(problem)}`);
    } else {
      setLine(typedLines.get(request.id) ?? request.change.title);
      setError(describeProblem(problem));
      input.current?.focus();
    }
    onRejectionShown();
  }, [rejection]);

  const reset = () => {
    setLine("");
    setLiteral(new Set());
    setDetails({});
    setError("");
  };
  /** @param {SubmitEvent} event */
  const onSubmit = (event) => {
    event.preventDefault();
    input.current?.focus();
    if (!title) return setError("This must not be empty.");
    /** @type {Fields} */
    const fields = { title };
    if (priority) fields.priority = /** @type {any} */ (priority);
    if (due.date) fields.due_date = formatDue(due.date, due.time, due.basis);
    if (parsed.tags.length) fields.tags = parsed.tags;
    if (list) fields.list_id = list;
    typedLines.set(controller.add(fields).id, line);
    reset();
  };
  /** @param {any} event */
  const onInput = (event) => {
    setLine(event.target.value);
    setError("");
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (open) setOpen(false);
    else if (line) reset();
    else focusTasks();
  };
  const update = (/** @type {Details} */ changes) => setDetails({ ...details, ...changes });
  const removeDefaultDate = () => {
    update({ date: "" });
    input.current?.focus();
  };
  return html`<form class="quick" onSubmit=${onSubmit} onKeyDown=${onKeyDown} noValidate>
    <div class="line">
      <${Icon} name="add" />
      <label class="hidden" for="quick-entry">Add a task</label>
      <input id="quick-entry" ref=${input} type="text" value=${line} onInput=${onInput} autocomplete="off" enterkeyhint="done"
        placeholder="Add a task" aria-keyshortcuts="n" aria-describedby="quick-hint${error ? " quick-error" : ""}"
        aria-invalid=${error ? "true" : undefined} />
      <button type="button" class="plain square" aria-label="Details" aria-expanded=${open ? "true" : "false"} title="Details"
        onClick=${() => setOpen(!open)}><${Icon} name="more" /></button>
      <button class="primary">Add</button>
    </div>
    ${error && html`<p class="error" id="quick-error" role="alert">${error}</p>`}
    <p class="hint" id="quick-hint">Try <kbd>!high</kbd> <kbd>tomorrow</kbd> <kbd>17:00</kbd> <kbd>#home</kbd> in the line.</p>
    <div class="chips" aria-live="polite">
      ${chips(tokens, literal, setLiteral)}
      ${date && due.date === date && !parsed.date && html`<button type="button" class="chip" onClick=${removeDefaultDate}>
        Today<span class="hidden">, take back</span><${Icon} name="close" /></button>`}
      ${!open && details.date && html`<span class="chip set">${describeDate(details.date, now)} ${details.time}</span>`}
    </div>
    ${open && html`<div class="details">
      <${DueFields} zone=${now.zone} date=${due.date} time=${due.time} basis=${due.basis} onChange=${update} />
      <${PriorityField} value=${priority} onChange=${update} />
    </div>`}
  </form>`;
}

/**
 * The recognised words. Pressing one puts it back into the title.
 * @param {Token[]} tokens
 * @param {Set<string>} literal
 * @param {(literal: Set<string>) => void} setLiteral
 */
function chips(tokens, literal, setLiteral) {
  return tokens.map(({ kind, raw, label, value }) => {
    const undo = () => {
      setLiteral(new Set(literal).add(raw.toLowerCase()));
      document.getElementById("quick-entry")?.focus();
    };
    return html`<button type="button" class="chip ${kind === "priority" ? value : ""}" key=${raw} onClick=${undo}
      title="Leave “${raw}” in the title">${label}<span class="hidden">, take back</span><${Icon} name="close" /></button>`;
  });
}

/** @param {string} date @param {Moment} now */
function describeDate(date, now) {
  return ["Today", "Tomorrow"][daysBetween(now.date, date)] ?? shortDate(date, now.date);
}

/** @param {Problem} problem */
function describeProblem(problem) {
  return problem.errors.map(({ detail }) => detail).join(" ") || problem.message;
}
