// A dialog that asks before something that cannot be undone.

import { html, useState } from "../vendor/preact.js";
import { Dialog } from "./dialog.js";
import { FormProblem } from "./fields.js";

/**
 * @param {object} props
 * @param {string} props.title
 * @param {string} props.action the label of the button that does it
 * @param {() => Promise<unknown>} props.onConfirm the dialog is closed when it has succeeded
 * @param {() => void} props.onClose
 * @param {any} props.children
 */
export function ConfirmDialog({ title, action, onConfirm, onClose, children }) {
  const [problem, setProblem] = useState("");
  const confirm = () => onConfirm().then(onClose, (error) => setProblem(error.message));
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <p>${children}</p>
    <${FormProblem} message=${problem} />
    <div class="buttons">
      <button class="danger" onClick=${confirm}>${action}</button>
      <button class="secondary" onClick=${onClose}>Cancel</button>
    </div>
  <//>`;
}
