// The fields of a form, each with its label, and with what the server has found wrong with it right beside it.

import { Problem } from "../api.js";
import { html, useRef, useState } from "../vendor/preact.js";

let count = 0;

/** An id that no other element has. */
export function useName() {
  return useState(() => `n${(count += 1)}`)[0];
}

/**
 * One field.
 * @param {object} props
 * @param {string} props.label
 * @param {string} [props.error]
 * @param {any} [props.hint]
 * @param {"input" | "select" | "textarea"} [props.as]
 * @param {any} [props.children] the options of a select
 * @param {string} [props.className]
 */
export function Field({ label, error = "", hint = "", as = "input", children, className = "", ...rest }) {
  const id = useName();
  const told = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const common = { id, ...rest, "aria-describedby": told || undefined, "aria-invalid": error ? "true" : undefined };
  return html`<div class="field ${className}">
    <label for=${id}>${label}</label>
    ${as === "input" && html`<input ...${common} />`}
    ${as === "textarea" && html`<textarea ...${common} />`}
    ${as === "select" && html`<span class="select"><select ...${common}>${children}</select></span>`}
    ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
    ${error && html`<p class="error" id="${id}-error">${error}</p>`}
  </div>`;
}

/**
 * The options of a select.
 * @param {readonly (readonly string[])[]} pairs value and words
 * @param {string} chosen
 */
export function options(pairs, chosen) {
  return pairs.map(([value, words]) => html`<option key=${value} value=${value} selected=${value === chosen}>${words}</option>`);
}

/**
 * What a form does with its state: send, be busy meanwhile, and show what was wrong.
 * @param {(values: Record<string, string>) => Promise<unknown>} work gets what is in the fields, by their names
 */
export function useForm(work) {
  const [problem, setProblem] = useState(/** @type {Error | null} */ (null));
  const [busy, setBusy] = useState(false);
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    if (busy || !form.current) return;
    setBusy(true);
    const values = /** @type {Record<string, string>} */ (Object.fromEntries(new FormData(form.current)));
    try {
      await work(values);
      setProblem(null);
    } catch (error) {
      setProblem(/** @type {Error} */ (error));
      requestAnimationFrame(() => /** @type {HTMLElement | null} */ (form.current?.querySelector("[aria-invalid]"))?.focus());
    } finally {
      setBusy(false);
    }
  }

  const error = (/** @type {string} */ name) => (problem instanceof Problem ? problem.of(name) : "");
  const fields = problem instanceof Problem ? problem.errors.length : 0;
  return { form, submit, busy, error, problem, message: problem && !fields ? problem.message : "" };
}

/**
 * What is wrong with a form as a whole; told at once to whoever does not see it.
 * @param {{ message: string }} props
 */
export function FormProblem({ message }) {
  return html`<div class="problem" role="alert">${message && html`<p class="notice bad">${message}</p>`}</div>`;
}
