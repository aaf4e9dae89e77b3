// Starts the client: the way in for whoever is not signed in, the tasks for whoever is.

import { go, usePlace } from "./places.js";
import { applyTheme } from "./preferences.js";
import { onSession, user } from "./session.js";
import { html, render, useEffect, useErrorBoundary, useState } from "./vendor/preact.js";
import { Entrance } from "./views/entrance.js";

/** Only whoever is signed in needs the rest of the client; it is fetched then, and at once when that is known from the start. */
async function loadWorkspace() {
  const [view] = await Promise.all([import("./views/workspace.js"), stylesheet("/web/look/tasks.css")]);
  return view;
}

/** @param {string} href */
function stylesheet(href) {
  return new Promise((resolve, reject) => {
    if (document.querySelector(`link[href="${href}"]`)) return resolve(null);
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href, onload: resolve, onerror: reject });
    document.head.append(link);
  });
}

function Client() {
  const place = usePlace();
  const [who, setWho] = useState(user);
  const [error] = useErrorBoundary(console.error);
  useEffect(() => onSession(() => setWho(user())), []);
  const atTheDoor = place.view === "sign-in" || place.view === "sign-up";
  useEffect(() => {
    if (who && atTheDoor) go("/", { replace: true });
  }, [who, atTheDoor]);
  if (error) return html`<${Broken} />`;
  if (!who) return html`<${Entrance} view=${place.view} />`;
  return html`<${Inside} user=${who} place=${place} key=${who.id} />`;
}

/** @param {{ user: import("./types.js").User, place: import("./types.js").Place }} props */
function Inside(props) {
  const [view, setView] = useState(/** @type {any} */ (null));
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    loadWorkspace().then(setView, () => setFailed(true));
  }, []);
  if (failed) return html`<${Broken} />`;
  return view && html`<${view.Workspace} ...${props} />`;
}

/** Better than an empty page. Nothing is lost: what was not sent is kept in the browser. */
function Broken() {
  return html`<main class="entrance">
    <h1>This page could not be shown</h1>
    <p>Nothing is lost. Load the page again; if that does not help, try again in a minute.</p>
    <button class="primary" onClick=${() => location.reload()}>Load again</button>
  </main>`;
}

applyTheme();
if (user()) void loadWorkspace().catch(() => null);
render(html`<${Client} />`, /** @type {Element} */ (document.getElementById("client")));
