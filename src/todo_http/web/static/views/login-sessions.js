// The list of login sessions, which can be ended.

import { FormProblem } from "../components/fields.js";
import { showToast } from "../components/toasts.js";
import { deviceName } from "../formatting/devices.js";
import { momentIn } from "../formatting/due-dates.js";
import { call } from "../session.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";

/** @typedef {{ id: string, created_at: string, last_used_at: string, client: string | null, current: boolean }} LoginSession */

/** @param {{ zone: string }} props */
export function LoginSessions({ zone }) {
  const [sessions, setSessions] = useState(/** @type {LoginSession[] | null} */ (null));
  const [problem, setProblem] = useState("");
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  /** @param {() => Promise<any>} work */
  const attempt = (work) => work().then(() => setProblem(""), (error) => setProblem(error.message));
  const load = async () => setSessions((await call("GET", "/api/auth/sessions")).body.reverse());
  useEffect(() => void attempt(load), []);

  /** @param {string} path @param {string} message */
  const end = (path, message) => attempt(async () => {
    await call("DELETE", path);
    await load();
    heading.current?.focus(); // the focused button has been removed
    showToast(message);
  });
  const others = sessions?.some((session) => !session.current);
  return html`<section aria-labelledby="sessions">
    <h2 id="sessions" ref=${heading} tabindex="-1">Where you are signed in</h2>
    <${FormProblem} message=${problem} />
    <ul class="sessions" role="list" aria-label="Login sessions" aria-busy=${sessions ? "false" : "true"}>
      ${sessions?.map((session) => html`<li key=${session.id}>
        <div>
          <strong>${deviceName(session.client)}</strong>
          <p class="hint">${session.current ? "This browser" : `Last seen ${describeInstant(session.last_used_at, zone)}`},
            ${" "}signed in ${describeInstant(session.created_at, zone)}</p>
        </div>
        ${session.current
          ? html`<span class="badge">Here</span>`
          : html`<button class="secondary" aria-label="End session of ${deviceName(session.client)}"
              onClick=${() => end(`/api/auth/sessions/${session.id}`, "Session ended")}>End</button>`}
      </li>`)}
    </ul>
    ${others && html`<div class="buttons"><button class="secondary"
      onClick=${() => end("/api/auth/sessions", "All other sessions ended")}>End all others</button></div>`}
  </section>`;
}

/** @param {string} instant @param {string} zone */
function describeInstant(instant, zone) {
  const { date, time } = momentIn(zone, Date.parse(instant));
  return date === momentIn(zone).date ? `today ${time}` : `${date} ${time}`;
}
