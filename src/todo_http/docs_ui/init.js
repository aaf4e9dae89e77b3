// Shows the service's own OpenAPI document and sends requests with the account that is signed in on this page. Nothing is
// fetched from other servers: no validator badge, no fonts.

import { currentSession, distrust, signIn, signOut, startDemo, validToken } from "./session.js";

// The page requires Trusted Types, and Swagger UI puts descriptions into it as strings of HTML. Here they become
// elements: paragraphs, with code between backticks. That is all the Markdown that the document uses.
const PlainMarkdown = ({ React: { createElement } }) => ({
  wrapComponents: {
    Markdown: () => ({ source }) => {
      const words = (text) => text.split("`").map((part, place) => (place % 2 ? createElement("code", { key: place }, part) : part));
      const paragraphs = String(source ?? "").trim().split(/\n{2,}/).filter(Boolean);
      return createElement(
        "div",
        { className: "markdown" },
        paragraphs.map((text, place) => createElement("p", { key: place }, words(text))),
      );
    },
  },
});

const SCHEME = "bearer";
const SAMPLE = ["operations", "tasks", "addTask"];
const element = (id) => document.getElementById(id);
const spec = await (await fetch("openapi.json")).json();
let shown; // the user whose id the document has been filled in with

/** The document in which the path parameter of the user's id has a default. */
function filledIn(userId) {
  const filled = structuredClone(spec);
  for (const path of Object.values(filled.paths)) {
    for (const parameter of path.parameters ?? []) {
      if (parameter.name === "user_id" && userId) parameter.schema.default = userId;
    }
  }
  return filled;
}

/** Shows who is signed in. */
function show() {
  const session = currentSession();
  element("signed-out").hidden = session !== null;
  element("signed-in").hidden = session === null;
  element("email").textContent = session?.user.email ?? "";
  element("leave").textContent = session?.password ? "Sign out and delete this demo account" : "Sign out";
  if (shown !== session?.user.id) {
    shown = session?.user.id;
    ui.specActions.updateSpec(JSON.stringify(filledIn(shown)));
  }
  if (session) ui.preauthorizeApiKey(SCHEME, session.token);
  else if (ui.authSelectors.authorized()?.size) ui.authActions.logout([SCHEME]);
}

/** Does what a button asks for, with buttons disabled meanwhile, and shows why it has failed. */
async function run(action) {
  const buttons = document.querySelectorAll("#session button");
  for (const button of buttons) button.disabled = true;
  element("notice").textContent = "";
  try {
    await action();
  } catch (error) {
    element("notice").textContent = error.message;
  }
  for (const button of buttons) button.disabled = false;
  show();
  if (currentSession()) element(SAMPLE.join("-"))?.scrollIntoView();
}

async function tryDemo() {
  try {
    await startDemo();
  } catch (error) {
    if (error.status !== 403) throw error;
    element("demo").hidden = true;
    throw new Error("This service does not take new accounts. Sign in with yours.");
  }
}

/** Sends the access token of the page while it is valid; one that was typed into Authorize is sent as it is. */
async function authorized(request) {
  const session = currentSession();
  if (session && request.headers?.Authorization === `Bearer ${session.token}`) {
    const token = await validToken();
    if (token) request.headers.Authorization = `Bearer ${token}`;
    else element("notice").textContent = "The login session has ended. Sign in again.";
    if (token !== session.token) show();
  }
  return request;
}

function noticed(response) {
  const session = currentSession();
  if (session && response.status === 401) distrust(session.token);
  return response;
}

const ui = SwaggerUIBundle({
  spec: filledIn(currentSession()?.user.id),
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
  tryItOutEnabled: true,
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [PlainMarkdown],
  layout: "BaseLayout",
  requestInterceptor: authorized,
  responseInterceptor: noticed,
  onComplete: () => {
    if (!location.hash) ui.layoutActions.show(SAMPLE, true);
    show();
  },
});
shown = currentSession()?.user.id;
element("demo").addEventListener("click", () => run(tryDemo));
element("leave").addEventListener("click", () => run(signOut));
element("signed-out").addEventListener("submit", (event) => {
  event.preventDefault();
  const { email, password } = event.target.elements;
  run(async () => {
    await signIn(email.value, password.value);
    event.target.reset();
  });
});
