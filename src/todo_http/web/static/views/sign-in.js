// The page to sign in, or to create an account.

import { Field, FormProblem, useForm } from "../components/fields.js";
import { followLink } from "../router.js";
import { canSignUp, sessionEndReason, signIn, signUp } from "../session.js";
import { html, useEffect, useRef } from "../vendor/preact.js";

/** @param {{ view: string }} props */
export function SignInPage({ view }) {
  const isNew = view === "sign-up";
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  const title = isNew ? "Create an account" : "Sign in";
  const reason = sessionEndReason();
  useEffect(() => {
    document.title = `${title} · Todo`;
    if (document.activeElement === document.body) heading.current?.focus();
  }, [title]);
  return html`<main class="sign-in" onClick=${followLink}>
    <${Wordmark} />
    <h1 ref=${heading} tabindex="-1">${title}</h1>
    <p class="aside">Your tasks: typed in one line, found as you type, kept when the network is not.</p>
    ${reason && html`<p class="notice" role="status">${reason}</p>`}
    ${isNew ? html`<${canSignUp() ? SignUpForm : SignUpClosed} key="up" />` : html`<${SignInForm} key="in" />`}
  </main>`;
}

function SignUpClosed() {
  return html`<p>Sign-up is closed here. Ask the operator of this service for an account.</p>
    <p class="aside">You have an account? <a href="/sign-in">Sign in instead</a></p>`;
}

function SignInForm() {
  const form = useForm(({ email, password }) => signIn(email, password));
  return html`<form ref=${form.form} onSubmit=${form.submit} noValidate>
    <${FormProblem} message=${form.message} />
    <${Field} label="Email" name="email" type="email" autocomplete="username" required error=${form.error("email")} />
    <${Field} label="Password" name="password" type="password" autocomplete="current-password" required
      error=${form.error("password")} />
    <button class="primary" aria-disabled=${form.busy}>Sign in</button>
    ${canSignUp()
      ? html`<p class="aside">New here? <a href="/sign-up">Create an account</a></p>`
      : html`<p class="aside">New here? Ask the operator of this service for an account.</p>`}
  </form>`;
}

function SignUpForm() {
  const form = useForm(({ name, email, password }) => signUp({ name, email, password }));
  return html`<form ref=${form.form} onSubmit=${form.submit} noValidate>
    <${FormProblem} message=${form.message} />
    <${Field} label="Name" name="name" autocomplete="name" required error=${form.error("name")} />
    <${Field} label="Email" name="email" type="email" autocomplete="username" required error=${form.error("email")} />
    <${Field} label="Password" name="password" type="password" autocomplete="new-password" required
      hint="At least 8 characters; long beats complicated." error=${form.error("password")} />
    <button class="primary" aria-disabled=${form.busy}>Create account</button>
    <p class="aside">You have an account? <a href="/sign-in">Sign in instead</a></p>
  </form>`;
}

/** The name of the service, with the mark that is also its icon. */
export function Wordmark() {
  return html`<span class="wordmark">
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" /><path d="M9 16.8l4.8 4.8L23.5 11" />
    </svg>Todo</span>`;
}
