// A note for those whose browser is in another time zone than their account.

import { momentIn, zoneName } from "../formatting/due-dates.js";
import { setPreferences, usePreferences } from "../preferences.js";
import { call, updateUser } from "../session.js";
import { showError } from "../components/toasts.js";
import { html } from "../vendor/preact.js";

/** @import { User } from "../types.js" */

const HALF_A_YEAR = 182 * 86_400_000; // with and without summer time

/** @param {{ user: User }} props */
export function ZoneNote({ user: { time_zone: zone } }) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const pair = `${here} ${zone}`;
  const { keptZone } = usePreferences();
  if (keptZone === pair || isSame(here, zone)) return null;
  const change = () => call("PATCH", "/api/auth/me", { body: { time_zone: here } })
    .then(({ body }) => updateUser(body), (error) => showError(error.message));
  return html`<div class="note" role="group" aria-label="Time zone">
    <p>This browser is in ${zoneName(here)}, your account in ${zoneName(zone)}.</p>
    <div class="buttons">
      <button class="secondary" onClick=${change}>Use ${zoneName(here)}</button>
      <button class="secondary" onClick=${() => setPreferences({ keptZone: pair })}>Keep ${zoneName(zone)}</button>
    </div>
  </div>`;
}

/** Whether clocks in two zones show the same time all year. @param {string} one @param {string} other */
function isSame(one, other) {
  const shown = (/** @type {string} */ zone) => [0, HALF_A_YEAR].map((later) => {
    const { date, time } = momentIn(zone, Date.now() + later);
    return date + time;
  });
  return String(shown(one)) === String(shown(other));
}
