// The way in: signing in, and making an account.

import { Field, FormProblem, useForm } from "../components/fields.js";
import { follow, go } from "../router.js";
import { signIn, signUp, whyEnded } from "../session.js";
import { html, useEffect, useRef } from "../vendor/preact.js";

/** @param {{ view: string }} props */
export function Entrance({ view }) {
  const creating = view === "sign-up";
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  const title = creating ? "Create an account" : "Sign in";
  useEffect(() => {
    document.title = `${title} · Todo`;
    if (document.activeElement === document.body) heading.current?.focus();
  }, [title]);
  return html`<main class="entrance" onClick=${follow}>
    <${Wordmark} />
    <h1 ref=${heading} tabindex="-1">${title}</h1>
    <p class="aside">Your tasks: typed in one line, found as you type, kept when the network is not.</p>
    ${whyEnded() && html`<p class="notice" role="status">${whyEnded()}</p>`}
    ${creating ? html`<${SignUp} key="up" />` : html`<${SignIn} key="in" />`}
  </main>`;
}

function SignIn() {
  const form = useForm(async ({ email, password }) => {
    await signIn(email, password);
    arrive();
  });
  return html`<form ref=${form.form} onSubmit=${form.submit} noValidate>
    <${FormProblem} message=${form.message} />
    <${Field} label="Email" name="email" type="email" autocomplete="username" required error=${form.error("email")} />
    <${Field} label="Password" name="password" type="password" autocomplete="current-password" required
      error=${form.error("password")} />
    <button class="primary" aria-disabled=${form.busy}>Sign in</button>
    <p class="aside">New here? <a href="/sign-up">Create an account</a></p>
  </form>`;
}

function SignUp() {
  const form = useForm(async ({ name, email, password }) => {
    await signUp({ name, email, password });
    arrive();
  });
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

/** Whoever came for a certain page is shown it now; whoever came to sign in, the tasks. */
function arrive() {
  if (["/sign-in", "/sign-up"].includes(location.pathname)) go("/", { replace: true });
}
