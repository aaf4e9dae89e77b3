// The settings: profile, appearance, password, login sessions, signing out, and deleting the account.

import { overlayDialog } from "../actions.js";
import { Field, FormProblem, PasswordField, options, useForm } from "../components/fields.js";
import { showToast } from "../components/toasts.js";
import { setPreferences, usePreferences } from "../preferences.js";
import { redirectHome } from "../router.js";
import { call, endDeletedAccount, updateUser } from "../session.js";
import { html, useEffect, useState } from "../vendor/preact.js";
import { LoginSessions } from "./login-sessions.js";
import { SignOut } from "./sign-out.js";

/** @import { Account, User } from "../types.js" */

/** @param {{ user: User, account: Account }} props */
export function SettingsPage({ user, account }) {
  const [passwords, setPasswords] = useState(0); // a new password ends the other sessions
  useEffect(() => {
    document.title = "Settings · Todo";
  }, []);
  return html`<div class="page settings">
    <div class="heading"><h1>Settings</h1><${SignOut} user=${user} account=${account} /></div>
    <${Profile} user=${user} />
    <${Appearance} />
    <${Password} email=${user.email} onChanged=${() => setPasswords(passwords + 1)} />
    <${LoginSessions} key=${passwords} zone=${user.time_zone} />
    <${Deletion} user=${user} account=${account} />
  </div>`;
}

/** @param {{ user: User }} props */
function Profile({ user }) {
  const deviceZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [name, setName] = useState(user.name);
  const [zone, setZone] = useState(user.time_zone);
  const zones = zoneNames(user.time_zone, deviceZone).map((name) => [name, name.replaceAll("_", " ")]);
  const form = useForm(async ({ name, time_zone }) => {
    updateUser((await call("PATCH", "/api/auth/me", { body: { name, time_zone } })).body);
    showToast("Profile saved");
  });
  const chooseDeviceZone = () => {
    setZone(deviceZone);
    /** @type {HTMLElement | null | undefined} */ (form.form.current?.querySelector("select"))?.focus();
  };
  const hint = zone === deviceZone
    ? "It decides what “today” and “overdue” mean."
    : html`This device is in ${deviceZone.replaceAll("_", " ")}.
      <button type="button" class="link" onClick=${chooseDeviceZone}>Use that</button>`;
  return html`<section aria-labelledby="profile">
    <h2 id="profile">Profile</h2>
    <form ref=${form.form} onSubmit=${form.submit} noValidate>
      <${FormProblem} message=${form.message} />
      <p class="pair"><span>Email</span> <strong>${user.email}</strong></p>
      <${Field} label="Name" name="name" value=${name} autocomplete="name" missing="Enter your name." error=${form.error("name")}
        onInput=${(/** @type {any} */ event) => setName(event.target.value)} />
      <${Field} as="select" label="Time zone" name="time_zone" value=${zone} hint=${hint} error=${form.error("time_zone")}
        onChange=${(/** @type {any} */ event) => setZone(event.target.value)}>${options(zones, zone)}<//>
      <div class="buttons"><button class="primary" aria-disabled=${form.busy}>Save profile</button></div>
    </form>
  </section>`;
}

const CHOICES = /** @type {const} */ ([
  ["theme", "Theme", [["system", "As the system"], ["light", "Light"], ["dark", "Dark"]]],
  ["density", "Rows", [["comfortable", "Comfortable"], ["compact", "Compact"]]],
]);

function Appearance() {
  const current = usePreferences();
  return html`<section aria-labelledby="appearance">
    <h2 id="appearance">Appearance and keys</h2>
    <div class="form">
      ${CHOICES.map(([name, label, choices]) => html`<${Field} key=${name} as="select" label=${label} value=${current[name]}
        onChange=${(/** @type {any} */ event) => setPreferences({ [name]: event.target.value })}>${options(choices, current[name])}<//>`)}
      <label class="check"><input type="checkbox" checked=${current.keys}
        onChange=${(/** @type {any} */ event) => setPreferences({ keys: event.target.checked })} />Single-key shortcuts</label>
      <p class="hint">Switch them off if you speak to your computer, or press keys by accident.
        ${" "}<button class="link" onClick=${() => overlayDialog.set({ name: "help" })}>Show all shortcuts</button></p>
    </div>
  </section>`;
}

/** @param {{ email: string, onChanged: () => void }} props the email is for password managers */
function Password({ email, onChanged }) {
  const form = useForm(async ({ current_password, new_password }) => {
    await call("POST", "/api/auth/password", { body: { current_password, new_password } });
    form.form.current?.reset();
    showToast("Password changed. You have been signed out everywhere else.");
    onChanged();
  });
  return html`<section aria-labelledby="password">
    <h2 id="password">Password</h2>
    <form ref=${form.form} onSubmit=${form.submit} noValidate>
      <${FormProblem} message=${form.message} />
      <input type="text" name="username" autocomplete="username" value=${email} hidden />
      <${PasswordField} label="Current password" name="current_password" autocomplete="current-password" missing="Enter your password."
        error=${form.error("current_password")} />
      <${PasswordField} label="New password" name="new_password" autocomplete="new-password" missing="Choose a password."
        hint="At least 8 characters; long beats complicated." error=${form.error("new_password")} />
      <div class="buttons"><button class="primary" aria-disabled=${form.busy}>Change password</button></div>
    </form>
  </section>`;
}

/** @param {{ user: User, account: Account }} props */
function Deletion({ user, account }) {
  const form = useForm(async ({ password }) => {
    await call("DELETE", "/api/auth/me", { body: { password } });
    account.forget();
    endDeletedAccount();
    redirectHome();
  });
  return html`<section aria-labelledby="deletion" class="deletion">
    <h2 id="deletion">Delete account</h2>
    <form ref=${form.form} onSubmit=${form.submit} noValidate>
      <p>The account and every task in it are removed at once and for good.</p>
      <${FormProblem} message=${form.message} />
      <input type="text" name="username" autocomplete="username" value=${user.email} hidden />
      <${PasswordField} label="Your password" name="password" autocomplete="current-password" missing="Enter your password."
        error=${form.error("password")} />
      <div class="buttons"><button class="danger" aria-disabled=${form.busy}>Delete my account</button></div>
    </form>
  </section>`;
}

/**
 * The zones that this browser knows, and others that are in use.
 * @param {string[]} used
 */
function zoneNames(...used) {
  return Array.from(new Set([...Intl.supportedValuesOf("timeZone"), "UTC", ...used])).sort();
}
