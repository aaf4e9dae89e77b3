// The form to edit a task.

import { Problem } from "../api.js";
import { Field, FormProblem } from "../components/fields.js";
import { afterLayout } from "../focus.js";
import { formatDue, parseDue } from "../formatting/due-dates.js";
import { isCommon, withRule } from "../formatting/recurrence.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { RecurrenceFields } from "./recurrence-fields.js";
import { TagsField, withTag } from "./tags-field.js";
import { DueFields, ListField, PriorityField } from "./task-fields.js";

/** @import { Fields, Overview, Preview, Task } from "../types.js" */

/**
 * @param {object} props
 * @param {Task} props.task
 * @param {string} props.zone
 * @param {Overview} props.overview
 * @param {Preview} props.preview
 * @param {Fields} [props.draft] a change that was rejected
 * @param {Problem | null} [props.problem] the reason
 * @param {(fields: Fields) => void} props.onSave called with what is different
 * @param {() => void} props.onCancel
 * @param {any} [props.children] shown after the buttons
 */
export function TaskEditor({ task, zone, overview, preview, draft, problem = null, onSave, onCancel, children }) {
  const [original] = useState(task); // changes made elsewhere meanwhile are conflicts when this is sent
  const [form, setForm] = useState(() => formOf({ ...task, ...draft }));
  const [shownProblem, setShownProblem] = useState(/** @type {Problem | null} */ (problem));
  const root = useRef(/** @type {HTMLFormElement | null} */ (null));
  useEffect(() => {
    const first = root.current?.querySelector("[aria-invalid]") ?? root.current?.querySelector("input");
    /** @type {HTMLElement | null | undefined} */ (first)?.focus();
    if (root.current) scrollIntoView(root.current);
  }, []);
  const update = (/** @type {object} */ changes) => setForm({ ...form, ...changes });
  const onInput = (/** @type {string} */ name) => (/** @type {any} */ event) => update({ [name]: event.target.value });
  const error = (/** @type {string} */ name) => shownProblem?.of(name) ?? "";

  /** @param {Event} event */
  const save = (event) => {
    event.preventDefault();
    const fields = changesTo(original, form);
    if (form.title.trim()) return onSave(fields);
    setShownProblem(new Problem(400, { errors: [{ pointer: "/title", code: "blank", detail: "This must not be empty." }] }));
    root.current?.querySelector("input")?.focus();
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save(event);
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    onCancel();
  };
  return html`<form class="editor" ref=${root} onSubmit=${save} onKeyDown=${onKeyDown} noValidate aria-label="Edit ${task.title}">
    <${FormProblem} message=${shownProblem && !shownProblem.errors.length ? shownProblem.message : ""} />
    <${Field} className="wide" label="Title" value=${form.title} autocomplete="off" error=${error("title")} onInput=${onInput("title")} />
    <${Field} className="wide" as="textarea" rows="3" label="Description" value=${form.description} error=${error("description")}
      onInput=${onInput("description")} />
    <${DueFields} zone=${zone} date=${form.date} time=${form.time} basis=${form.basis} original=${form.originalBasis}
      error=${error("due_date")} onChange=${update} />
    <${RecurrenceFields} task=${original} zone=${zone} rule=${form.rule} custom=${form.custom} due=${formatDue(form.date, form.time, form.basis)}
      error=${error("recurrence")} preview=${preview} onChange=${update} />
    <${PriorityField} value=${form.priority} error=${error("priority")} onChange=${update} />
    <${ListField} value=${form.list_id} lists=${overview.lists} error=${error("list_id")} onChange=${update} />
    <${TagsField} tags=${form.tags} typed=${form.typed} known=${Object.keys(overview.counts.tags)} error=${error("tags")} onChange=${update} />
    <div class="buttons wide">
      <button class="primary">Save</button>
      <button type="button" class="secondary" onClick=${onCancel}>Cancel</button>
      ${children}
    </div>
  </form>`;
}

/** @param {Pick<Task, "title" | "description" | "priority" | "due_date" | "recurrence" | "list_id" | "tags">} task */
function formOf(task) {
  const due = parseDue(task.due_date);
  const originalBasis = due?.kind === "fixed" ? (due.zone ?? due.offset) : "";
  return {
    title: task.title,
    description: task.description ?? "",
    priority: task.priority ?? "",
    date: due?.date ?? "",
    time: due && due.kind !== "day" ? due.time : "",
    basis: originalBasis || "floating",
    originalBasis,
    rule: task.recurrence?.rule ?? "",
    custom: !isCommon(task.recurrence?.rule ?? ""),
    list_id: task.list_id ?? "",
    tags: task.tags,
    typed: "",
  };
}

/**
 * Shows the whole form if it fits, otherwise its start, once the list has made room for it.
 * @param {HTMLElement} form
 */
function scrollIntoView(form) {
  afterLayout(() => form.scrollIntoView({ block: form.offsetHeight < innerHeight * 0.75 ? "nearest" : "start" }));
}

/**
 * The fields that were changed. A due date that was not changed keeps its kind and zone.
 * @param {Task} task
 * @param {ReturnType<typeof formOf>} form
 */
function changesTo(task, form) {
  const before = formOf(task);
  /** @type {Fields} */
  const fields = {};
  if (form.title.trim() !== task.title) fields.title = form.title.trim();
  if (form.description !== before.description) fields.description = form.description || null;
  if (form.priority !== before.priority) fields.priority = /** @type {any} */ (form.priority || null);
  if (form.date !== before.date || form.time !== before.time || form.basis !== before.basis) {
    fields.due_date = formatDue(form.date, form.time, form.basis);
  }
  const rule = form.date ? form.rule.trim() : "";
  if (rule !== before.rule) fields.recurrence = rule ? withRule(task.recurrence, rule) : null;
  if (form.list_id !== before.list_id) fields.list_id = form.list_id || null;
  const tags = withTag(form.tags, form.typed);
  if (JSON.stringify(tags) !== JSON.stringify(task.tags)) fields.tags = tags;
  return fields;
}
