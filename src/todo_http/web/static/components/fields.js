// Forms: fields with labels, hints and the server's error messages, and the state of a form.

import { Problem } from "../api.js";
import { html, useRef, useState } from "../vendor/preact.js";

let count = 0;

/** An id that no other element has. */
export function useId() {
  const [id] = useState(() => {
    count += 1;
    return `n${count}`;
  });
  return id;
}

/**
 * @param {object} props
 * @param {string} props.label
 * @param {string} [props.error]
 * @param {any} [props.hint]
 * @param {"input" | "select" | "textarea"} [props.as]
 * @param {any} [props.children] the options of a select
 * @param {string} [props.className]
 * @param {string} [props.missing] what is said when the field is empty; without it, it may be
 */
export function Field({ label, error = "", hint = "", as = "input", children, className = "", missing, ...rest }) {
  const id = useId();
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const common = { id, required: Boolean(missing), "data-missing": missing, ...rest, "aria-describedby": describedBy || undefined, "aria-invalid": error ? "true" : undefined };
  return html`<div class="field ${className}">
    <label for=${id}>${label}</label>
    ${as === "input" && html`<input ...${common} />`}
    ${as === "textarea" && html`<textarea ...${common} />`}
    ${as === "select" && html`<span class="select"><select ...${common}>${children}</select></span>`}
    ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
    ${error && html`<p class="error" id="${id}-error">${error}</p>`}
  </div>`;
}

/** A field for a password, which can be shown. @param {any} props those of a field */
export function PasswordField(props) {
  const [shown, setShown] = useState(false);
  return html`<div class="password">
    <${Field} ...${props} type=${shown ? "text" : "password"} autocapitalize="none" spellcheck=${false} />
    <button type="button" class="plain" aria-label="Show password" aria-pressed=${shown ? "true" : "false"} onClick=${() => setShown(!shown)}>${shown ? "Hide" : "Show"}</button>
  </div>`;
}

/**
 * The options of a select.
 * @param {readonly (readonly string[])[]} choices values and labels
 * @param {string} selected
 */
export function options(choices, selected) {
  return choices.map(([value, label]) => html`<option key=${value} value=${value} selected=${value === selected}>${label}</option>`);
}

/**
 * The state of a form: whether it is being sent, and what was wrong with it.
 * @param {(values: Record<string, string>) => Promise<unknown>} send gets the values of the fields by name
 */
export function useForm(send) {
  const [problem, setProblem] = useState(/** @type {Error | null} */ (null));
  const [busy, setBusy] = useState(false);
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    if (busy || !form.current) return;
    const empty = missingIn(form.current);
    if (empty) return fail(empty);
    setBusy(true);
    const values = /** @type {Record<string, string>} */ (Object.fromEntries(new FormData(form.current, event.submitter)));
    try {
      await send(values);
      setProblem(null);
    } catch (error) {
      fail(/** @type {Error} */ (error));
    } finally {
      setBusy(false);
    }
  }

  /** @param {Error} error */
  function fail(error) {
    setProblem(error);
    requestAnimationFrame(() => /** @type {HTMLElement | null} */ (form.current?.querySelector("[aria-invalid]"))?.focus());
  }

  const error = (/** @type {string} */ name) => (problem instanceof Problem ? problem.of(name) : "");
  const hasFieldErrors = problem instanceof Problem && problem.errors.length > 0;
  return { form, submit, busy, error, message: problem && !hasFieldErrors ? problem.message : "" };
}

/**
 * The problem of a form with empty fields that must not be empty, in the form of the server's; or null.
 * @param {HTMLFormElement} form
 */
function missingIn(form) {
  const fields = /** @type {HTMLInputElement[]} */ (Array.from(form.querySelectorAll("[data-missing]")));
  const errors = fields.filter(({ value }) => !value.trim()).map(({ name, dataset }) => ({ pointer: `/${name}`, code: "missing", detail: dataset.missing }));
  return errors.length ? new Problem(400, { errors }) : null;
}

/**
 * The error of a form as a whole, announced by screen readers.
 * @param {{ message: string }} props
 */
export function FormProblem({ message }) {
  return html`<div class="problem" role="alert">${message && html`<p class="notice bad">${message}</p>`}</div>`;
}
