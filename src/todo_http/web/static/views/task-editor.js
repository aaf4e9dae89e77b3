// The form in which a task is changed.

import { Problem } from "../api.js";
import { Field, FormProblem } from "../components/fields.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { readDue, writeDue } from "../formatting/due-dates.js";
import { DueFields, PriorityField } from "./task-fields.js";

/** @import { Fields, Task } from "../types.js" */

/**
 * @param {object} props
 * @param {Task} props.task
 * @param {string} props.zone
 * @param {Fields} [props.draft] what was wanted and refused
 * @param {Problem | null} [props.problem] why
 * @param {(fields: Fields) => void} props.onSave gets only what is different
 * @param {() => void} props.onCancel
 * @param {any} [props.children] more to say below the fields
 */
export function TaskEditor({ task, zone, draft, problem = null, onSave, onCancel, children }) {
  const [start] = useState(task); // what changes meanwhile elsewhere is found out when this is sent
  const [form, setForm] = useState(() => formOf({ ...task, ...draft }));
  const [found, setFound] = useState(/** @type {Problem | null} */ (problem));
  const root = useRef(/** @type {HTMLFormElement | null} */ (null));
  useEffect(() => {
    const first = root.current?.querySelector("[aria-invalid]") ?? root.current?.querySelector("input");
    /** @type {HTMLElement | null | undefined} */ (first)?.focus();
    if (root.current) bringIntoSight(root.current);
  }, []);
  const set = (/** @type {object} */ more) => setForm({ ...form, ...more });
  const read = (/** @type {string} */ name) => (/** @type {any} */ event) => set({ [name]: event.target.value });
  const error = (/** @type {string} */ name) => found?.of(name) ?? "";

  /** @param {Event} event */
  const save = (event) => {
    event.preventDefault();
    const fields = changes(start, form);
    if (form.title.trim()) return onSave(fields);
    setFound(new Problem(400, { errors: [{ pointer: "/title", code: "blank", detail: "This must not be empty." }] }, 0));
    root.current?.querySelector("input")?.focus();
  };
  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save(event);
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    onCancel();
  };
  return html`<form class="editor" ref=${root} onSubmit=${save} onKeyDown=${pressed} noValidate aria-label="Edit ${task.title}">
    <${FormProblem} message=${found && !found.errors.length ? found.message : ""} />
    <${Field} className="wide" label="Title" value=${form.title} autocomplete="off" error=${error("title")} onInput=${read("title")} />
    <${Field} className="wide" as="textarea" rows="3" label="Description" value=${form.description} error=${error("description")}
      onInput=${read("description")} />
    <${DueFields} zone=${zone} date=${form.date} time=${form.time} basis=${form.basis} native=${form.native}
      error=${error("due_date")} onChange=${set} />
    <${PriorityField} value=${form.priority} error=${error("priority")} onChange=${set} />
    <div class="buttons wide">
      <button class="primary">Save</button>
      <button type="button" class="secondary" onClick=${onCancel}>Cancel</button>
      ${children}
    </div>
  </form>`;
}

/** @param {Pick<Task, "title" | "description" | "priority" | "due_date">} task */
function formOf(task) {
  const due = readDue(task.due_date);
  const native = due?.kind === "fixed" ? (due.zone ?? due.offset) : "";
  return {
    title: task.title,
    description: task.description ?? "",
    priority: task.priority ?? "",
    date: due?.date ?? "",
    time: due && due.kind !== "day" ? due.time : "",
    basis: native || "floating",
    native,
  };
}

/**
 * All of the form if it fits, else from its beginning on. The list needs a moment to make room for it.
 * @param {HTMLElement} form
 */
function bringIntoSight(form) {
  const scroll = () => form.scrollIntoView({ block: form.offsetHeight < innerHeight * 0.75 ? "nearest" : "start" });
  requestAnimationFrame(() => requestAnimationFrame(scroll));
}

/**
 * Only what is different from before; a due date that was not touched keeps the form that it had.
 * @param {Task} task
 * @param {ReturnType<typeof formOf>} form
 */
function changes(task, form) {
  const before = formOf(task);
  /** @type {Fields} */
  const fields = {};
  if (form.title.trim() !== task.title) fields.title = form.title.trim();
  if (form.description !== before.description) fields.description = form.description || null;
  if (form.priority !== before.priority) fields.priority = /** @type {any} */ (form.priority || null);
  if (form.date !== before.date || form.time !== before.time || form.basis !== before.basis) {
    fields.due_date = writeDue(form.date, form.time, form.basis);
  }
  return fields;
}
