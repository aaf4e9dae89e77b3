// The field in which subtasks of a task are typed, below it.

import { Icon } from "../components/icons.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";

/**
 * @param {object} props
 * @param {string} props.title of the parent
 * @param {(title: string) => void} props.onAdd
 * @param {() => void} props.onClose
 */
export function SubtaskForm({ title, onAdd, onClose }) {
  const [text, setText] = useState("");
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => input.current?.focus(), []);
  /** @param {SubmitEvent} event */
  const onSubmit = (event) => {
    event.preventDefault();
    input.current?.focus();
    if (!text.trim()) return;
    onAdd(text.trim());
    setText("");
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    onClose();
  };
  return html`<form class="line subtask" onSubmit=${onSubmit} onKeyDown=${onKeyDown} noValidate>
    <input ref=${input} value=${text} aria-label="Subtask of ${title}" placeholder="Add a subtask" autocomplete="off" enterkeyhint="done"
      onInput=${(/** @type {any} */ event) => setText(event.target.value)} />
    <button class="primary">Add</button>
    <button type="button" class="plain square" aria-label="Close" title="Close" onClick=${onClose}><${Icon} name="close" /></button>
  </form>`;
}
