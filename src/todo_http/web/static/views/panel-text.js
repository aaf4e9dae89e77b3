// The texts of a task in its panel: fields that grow as one types and save as one goes.

import { edit } from "../data/commands.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.js";

/** @import { Account, Task } from "../types.js" */

const PAUSE = 600; // milliseconds without a key, after which it is saved
const NOTES_MAX = 10_000;
const LINK = /https?:\/\/[^\s<>"]{1,2000}/g;

/**
 * @param {object} props
 * @param {Account} props.account
 * @param {Task} props.task
 * @param {"title" | "description"} props.name
 * @param {string} props.label
 * @param {number} props.most the most code points
 * @param {boolean} [props.required]
 * @param {string} [props.className]
 * @param {string} [props.placeholder]
 * @param {boolean} [props.autofocus]
 * @param {() => void} [props.onLeave]
 */
export function GrowingText({ account, task, name, label, most, required = false, className = "", placeholder = "", autofocus = false, onLeave }) {
  const saved = task[name] ?? "";
  const [draft, setDraft] = useState(/** @type {string | null} */ (null)); // null while it is not being edited
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const current = useRef({ task, draft });
  current.current = { task, draft };
  const single = name === "title";
  const text = draft ?? saved;
  const error = problemOf(text, most, required);

  const save = () => {
    const { task: latest, draft: typed } = current.current;
    if (typed === null || problemOf(typed, most, required)) return;
    const value = single ? typed.replace(/\s+/g, " ").trim() : typed.trim() && typed;
    edit(account, latest, /** @type {any} */ ({ [name]: value || null }));
  };
  useEffect(() => {
    if (draft === null) return undefined;
    const timer = setTimeout(save, PAUSE);
    return () => clearTimeout(timer);
  }, [draft]);
  useEffect(() => {
    const saveIfHidden = () => document.visibilityState === "hidden" && save();
    document.addEventListener("visibilitychange", saveIfHidden);
    addEventListener("pagehide", save);
    if (autofocus) field.current?.focus();
    return () => {
      document.removeEventListener("visibilitychange", saveIfHidden);
      removeEventListener("pagehide", save);
      save();
    };
  }, []);
  useLayoutEffect(() => grow(field.current), [text]);

  const leave = () => {
    save();
    setDraft(error ? draft : null); // what cannot be saved stays to be corrected
    onLeave?.();
  };
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    if (event.isComposing || event.key !== "Enter" || !(single || event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    field.current?.blur();
  };
  return html`<div class="growing">
    <textarea ref=${field} class=${className} rows="1" dir="auto" aria-label=${label} aria-invalid=${error ? "true" : undefined} placeholder=${placeholder}
      value=${text} onInput=${(/** @type {any} */ event) => setDraft(event.target.value)} onBlur=${leave} onKeyDown=${onKey}></textarea>
    ${error && html`<p class="error" role="alert">${error}</p>`}
  </div>`;
}

/** @param {string} text @param {number} most @param {boolean} required */
function problemOf(text, most, required) {
  const length = text.length > most ? Array.from(text.trim()).length : 0;
  if (length > most) return `${length - most} characters too many. Not saved.`;
  return required && !text.trim() ? "A task needs a title. Not saved." : "";
}

/** The height of the text, where the browser does not know `field-sizing`. @param {HTMLTextAreaElement | null} field */
function grow(field) {
  if (!field || CSS.supports("field-sizing", "content")) return;
  field.style.setProperty("height", "auto");
  field.style.setProperty("height", `${field.scrollHeight + 2}px`);
}

/**
 * The notes: shown with links until they are edited.
 * @param {{ account: Account, task: Task }} props
 */
export function Notes({ account, task }) {
  const [editing, setEditing] = useState(false);
  const hasLinks = !editing && task.description && task.description.search(LINK) >= 0;
  if (!hasLinks) {
    return html`<${GrowingText} account=${account} task=${task} name="description" label="Notes" most=${NOTES_MAX} placeholder="Notes" className="notes"
      autofocus=${editing} onLeave=${() => setEditing(false)} />`;
  }
  const start = (/** @type {any} */ event) => !event.target.closest("a") && !getSelection()?.toString() && setEditing(true);
  return html`<div class="growing">
    <div class="notes shown" dir="auto" onClick=${start}>${withLinks(task.description ?? "")}</div>
    <button class="link" onClick=${() => setEditing(true)}>Edit notes</button>
  </div>`;
}

/** A text with its addresses as links. @param {string} text */
function withLinks(text) {
  const parts = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(LINK)) {
    const address = found.replace(/[.,;:!?)\]}'»”]+$/, "");
    parts.push(text.slice(end, index), html`<a href=${address} target="_blank" rel="noopener noreferrer">${address}</a>`);
    end = index + address.length;
  }
  return [...parts, text.slice(end)];
}
