// The line in which tasks are typed: shows what was understood, takes it back with Backspace, and keeps drafts.

import { newId } from "../api.js";
import { showToast } from "../components/toasts.js";
import { act, addList, addTask } from "../data/commands.js";
import { draftOf, keepDraft, linesOf, contextOf, fieldsOf } from "../entry/drafts.js";
import { parseEntry, understood } from "../entry/parser.js";
import { LOCALE } from "../formatting/locale.js";
import { navigate } from "../router.js";
import { listPath } from "../routes.js";
import { html, useMemo, useRef, useState } from "../vendor/preact.js";
import { useNow } from "./use-now.js";

/** @import { Account, Change, Fields } from "../types.js" */

const TITLE_MAX = 255;

/**
 * @param {object} props
 * @param {Account} props.account
 * @param {string} [props.id] by which the keys find it
 * @param {string} props.name under which the draft is kept
 * @param {Fields} [props.defaults] what a task gets in the present view, unless the line says something else
 * @param {string} [props.text] a line to begin with
 * @param {boolean} [props.autofocus]
 * @param {boolean} [props.away] whether the view does not show what is added
 * @param {() => void} [props.onAdded]
 * @param {() => void} [props.onLeave] Escape was pressed
 */
export function QuickEntry({ account, id, name, defaults = {}, text: first, autofocus = false, away = false, onAdded, onLeave }) {
  const now = useNow(account.user.time_zone);
  const [text, setText] = useState(first || draftOf(name));
  const [literal, setLiteral] = useState(/** @type {string[]} */ ([]));
  const [lines, setLines] = useState(/** @type {string[]} */ ([]));
  const [error, setError] = useState("");
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const context = useMemo(() => contextOf(account.view.get(), now, literal), [text, literal, now.date]);
  const entry = parseEntry(text, context);

  const change = (/** @type {string} */ next) => {
    setText(next);
    keepDraft(name, next);
    setError("");
    if (!next.trim()) setLiteral([]);
  };
  const clear = () => {
    change("");
    setLines([]);
  };
  const add = () => {
    if (!text.trim()) return;
    const title = Array.from(entry.title);
    if (!title.length) return setError("A title is missing: everything was understood as something else.");
    if (title.length > TITLE_MAX) return setError(`The title is ${title.length - TITLE_MAX} characters too long. Put details into the notes.`);
    const list = entry.fields.list && addList(account, { name: entry.fields.list });
    const fields = /** @type {Fields & { title: string }} */ ({ ...fieldsOf(entry, defaults), ...(list && { list_id: list }), title: entry.title });
    addTask(account, fields);
    const elsewhere = away || (fields.list_id ?? null) !== (defaults.list_id ?? null);
    if (elsewhere) tellPlace(account, fields);
    clear();
    onAdded?.();
    return undefined;
  };
  const addLines = () => {
    const changes = lines.map((line) => {
      const parsed = parseEntry(line, { ...context, literal: [] });
      const title = Array.from(parsed.title || line).slice(0, TITLE_MAX).join("");
      return /** @type {Change} */ ({ entity: "task", kind: "add", id: newId(), title, fields: { ...fieldsOf(parsed, defaults), title } });
    });
    act(account, `Added ${changes.length} tasks`, changes);
    clear();
    onAdded?.();
  };
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    if (event.isComposing) return;
    const { selectionStart: at, selectionEnd: end } = /** @type {HTMLTextAreaElement} */ (event.target);
    const span = event.key === "Backspace" && at === end && entry.spans.find((found) => found.end === at);
    if (span) setLiteral([...literal, span.text]);
    else if (event.key === "Enter") add();
    else if (event.key === "Escape") leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const leave = () => {
    field.current?.blur();
    onLeave?.();
  };
  /** @param {ClipboardEvent} event */
  const onPaste = (event) => setLines(linesOf(event.clipboardData?.getData("text/plain") ?? ""));
  const told = understood(entry, now, LOCALE.hour12);
  return html`<div class="quick-entry">
    <div class="line">
      <div class="echo" aria-hidden="true" dir="auto">${echoOf(text, entry.spans)}</div>
      <textarea id=${id} ref=${field} rows="1" autofocus=${autofocus} dir="auto" aria-label="Add a task" placeholder="Add a task" value=${text} autocomplete="off" enterkeyhint="done" spellcheck="true"
        aria-describedby=${`${name}-understood`} aria-invalid=${error ? "true" : undefined}
        onInput=${(/** @type {any} */ event) => change(event.target.value.replace(/\n/g, " "))} onKeyDown=${onKey} onPaste=${onPaste}></textarea>
      ${text.trim() && html`<button type="button" class="primary" onClick=${add}>Add</button>`}
    </div>
    <p class="understood" id=${`${name}-understood`} role="status">${told && html`<span>${told}</span><span class="hint"> · Backspace at a phrase keeps it as text</span>`}</p>
    ${error && html`<p class="error" role="alert">${error}</p>`}
    ${lines.length > 1 && html`<p class="pasted"><button type="button" class="secondary" onClick=${addLines}>Add ${lines.length} tasks</button>
      <button type="button" class="link" onClick=${() => setLines([])}>Keep as one</button></p>`}
  </div>`;
}

/** The line with what was understood marked, behind the transparent field. @param {string} text @param {{ start: number, end: number }[]} spans */
function echoOf(text, spans) {
  const parts = [];
  let end = 0;
  for (const span of Array.from(spans).sort((one, other) => one.start - other.start)) {
    parts.push(text.slice(end, span.start), html`<mark>${text.slice(span.start, span.end)}</mark>`);
    end = span.end;
  }
  return [...parts, text.slice(end), "\u200b"];
}

/** Says where a task is that the present view does not show. @param {Account} account @param {Fields} fields */
function tellPlace(account, { list_id: id = null }) {
  const name = id ? account.view.get().lists.get(id)?.name ?? "another list" : "Inbox";
  showToast(`Added to ${name}`, { action: "Show", onAction: () => navigate(listPath(id)) });
}
