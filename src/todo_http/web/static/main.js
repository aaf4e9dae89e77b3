// Starts the client: the way in for whoever is not signed in, the tasks for whoever is.

import { go, usePlace } from "./router.js";
import { applyTheme } from "./preferences.js";
import { onSession, user } from "./session.js";
import { html, render, useEffect, useErrorBoundary, useState } from "./vendor/preact.js";
import { Entrance } from "./views/sign-in.js";
import { Workspace } from "./views/workspace.js";

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
  return who ? html`<${Workspace} user=${who} place=${place} key=${who.id} />` : html`<${Entrance} view=${place.view} />`;
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
render(html`<${Client} />`, /** @type {Element} */ (document.getElementById("client")));
