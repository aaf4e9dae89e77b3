// The page to sign in, or to create an account, which comes first for those who have not been here before.

import { Field, FormProblem, PasswordField, useForm } from "../components/fields.js";
import { preferences } from "../preferences.js";
import { followLink } from "../router.js";
import { canSignUp, sessionEndReason, signIn, signUp } from "../session.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { Picture } from "./picture.js";

/** @param {{ view: string }} props */
export function SignInPage({ view }) {
  const reason = sessionEndReason();
  const isRoute = view === "sign-in" || view === "sign-up";
  const [chosen, setChosen] = useState(!reason && !preferences().visited && canSignUp());
  const [email, setEmail] = useState("");
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  const isNew = isRoute ? view === "sign-up" : chosen;
  const title = isNew ? "Create an account" : "Sign in";
  useEffect(() => {
    document.title = `${title} · Todo`;
    if (document.activeElement === document.body) heading.current?.focus();
  }, [title]);
  /** Stays at an address that leads on to somewhere. @param {MouseEvent} event */
  const change = (event) => {
    if (isRoute) return;
    event.preventDefault();
    event.stopPropagation();
    setChosen(!isNew);
  };
  const address = { value: email, onInput: (/** @type {any} */ event) => setEmail(event.target.value) };
  const Form = isNew ? (canSignUp() ? SignUpForm : SignUpClosed) : SignInForm;
  return html`<main class="sign-in" onClick=${followLink}>
    <div>
      <${Wordmark} />
      <p class="lead">A to-do list that takes a task in one line, and works without a network.</p>
      <h1 ref=${heading} tabindex="-1">${title}</h1>
      ${reason && html`<p class="notice" role="status">${reason}</p>`}
      <${Form} key=${title} address=${address} />
      ${isNew
        ? html`<p class="aside">You have an account? <a href="/sign-in" onClick=${change}>Sign in instead</a></p>`
        : html`<p class="aside">New here? ${canSignUp()
          ? html`<a href="/sign-up" onClick=${change}>Create an account</a>`
          : "Ask the operator of this service for an account."}</p>`}
    </div>
    <${Picture} />
  </main>`;
}

function SignUpClosed() {
  return html`<p>Sign-up is closed here. Ask the operator of this service for an account.</p>`;
}

/** @param {{ address: any }} props */
function SignInForm({ address }) {
  const form = useForm(({ email, password }) => signIn(email, password));
  return html`<form ref=${form.form} onSubmit=${form.submit} noValidate>
    <${FormProblem} message=${form.message} />
    <${EmailField} ...${address} error=${form.error("email")} />
    <${PasswordField} label="Password" name="password" autocomplete="current-password" missing="Enter your password." error=${form.error("password")} />
    <button class="primary" aria-disabled=${form.busy}>Sign in</button>
  </form>`;
}

/** @param {{ address: any }} props */
function SignUpForm({ address }) {
  const form = useForm(({ name, email, password }) => signUp({ name, email, password }));
  return html`<form ref=${form.form} onSubmit=${form.submit} noValidate>
    <${FormProblem} message=${form.message} />
    <${Field} label="Name" name="name" autocomplete="name" missing="Enter your name." error=${form.error("name")} />
    <${EmailField} ...${address} error=${form.error("email")} />
    <${PasswordField} label="Password" name="password" autocomplete="new-password" missing="Choose a password."
      hint="At least 8 characters; long beats complicated." error=${form.error("password")} />
    <button class="primary" aria-disabled=${form.busy}>Create account</button>
  </form>`;
}

/** @param {any} props those of a field */
function EmailField(props) {
  return html`<${Field} label="Email" name="email" type="email" autocomplete="username" missing="Enter your email address." ...${props} />`;
}

/** The name of the service, with the mark that is also its icon. */
export function Wordmark() {
  return html`<span class="wordmark">
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" /><path d="M9 16.8l4.8 4.8L23.5 11" />
    </svg>Todo</span>`;
}
