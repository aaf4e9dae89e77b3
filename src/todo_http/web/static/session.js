// Who is signed in here. Keeps the tokens, renews them in time, and tells the other tabs.

import { Problem, send } from "./api.js";

/** @import { Answer, Options, User } from "./types.js" */
/** @typedef {{ user: User, refresh_token: string }} Kept what outlives the page */
/** @typedef {{ token: string, renewAt: number, owner: string }} Access what does not; times in milliseconds since 1970 */

const STORED = "todo.session";
const UNTIL_ALL_TABS_KNOW = 100; // milliseconds that a message and the storage may take to reach them
const tabs = "BroadcastChannel" in window ? new BroadcastChannel(STORED) : null;

/** @type {Access | null} */
let access = null;
/** @type {Promise<void> | null} */
let renewing = null;
/** @type {Set<() => void>} */
const listeners = new Set();
let toldUser = kept()?.user ?? null;
/** Why nobody is signed in, when it was not this person's doing. */
let farewell = "";

/** @returns {User | null} */
export function user() {
  return toldUser;
}

export function whyEnded() {
  return farewell;
}

/**
 * Be told when somebody has signed in or out, in whichever tab, or has another name or time zone.
 * @param {() => void} listener
 */
export function onSession(listener) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/**
 * @param {string} email
 * @param {string} password
 */
export async function signIn(email, password) {
  begin((await send("POST", "/api/auth/login", { body: { email, password } })).body);
}

/**
 * Make an account and sign in to it, at home in the time zone of this device.
 * @param {{ name: string, email: string, password: string }} account
 */
export async function signUp(account) {
  const session = (await send("POST", "/api/auth/register", { body: account })).body;
  take(session);
  const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const atHome = await call("PATCH", "/api/auth/me", { body: { time_zone } }).catch(() => null);
  begin({ ...session, user: atHome?.body ?? session.user, refresh_token: kept()?.refresh_token });
}

/** Sign out in every tab of this browser, also when the server cannot be told. */
export async function signOut() {
  const told = call("POST", "/api/auth/logout", { seconds: 5 }).catch(() => null);
  await told;
  end("");
}

/** The account is gone, and the session with it. */
export function forget() {
  end("Your account has been deleted.");
}

/** @param {User} user as the server has just given it */
export function remember(user) {
  const now = kept();
  if (now) localStorage.setItem(STORED, JSON.stringify({ ...now, user }));
  tell(user);
}

/**
 * A call in the name of whoever is signed in, or of `options.owner`: then nobody else's token goes with it.
 * @param {string} method
 * @param {string} path
 * @param {Options} [options]
 * @returns {Promise<Answer>}
 */
export async function call(method, path, options = {}) {
  const { owner = toldUser?.id } = options;
  const token = await validToken(owner);
  try {
    return await send(method, path, { ...options, token });
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
    if (access?.token === token) access = null; // nobody has renewed it meanwhile
    return send(method, path, { ...options, token: await validToken(owner) });
  }
}

/**
 * The access token of this user if one is at hand; for the last moment of a page, when there is no time to ask for one.
 * @param {string} owner
 */
export function tokenAtHand(owner) {
  return access?.owner === owner ? access.token : undefined;
}

/** @param {string | undefined} owner whose it has to be, once somebody is signed in */
async function validToken(owner) {
  if (!isValid()) await (renewing ??= renew().finally(() => (renewing = null)));
  if (!access || access.owner !== (owner ?? access.owner)) throw new Problem(401, null, 0);
  return access.token;
}

function isValid() {
  return access !== null && Date.now() < access.renewAt;
}

/** One renewal at a time, over all tabs: who had to wait has by then been told what the other tab got. */
async function renew() {
  if (!navigator.locks) return renewUnlessDone();
  await new Promise((resolve, reject) => {
    void navigator.locks.request("todo-renewal", async () => {
      await renewUnlessDone().then(resolve, reject);
      await new Promise((told) => setTimeout(told, UNTIL_ALL_TABS_KNOW));
    });
  });
}

async function renewUnlessDone() {
  const now = kept();
  if (!now) return end(farewell);
  if (isValid()) return;
  try {
    take((await send("POST", "/api/auth/refresh", { body: { refresh_token: now.refresh_token } })).body);
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
    if (kept()?.refresh_token !== now.refresh_token) return renewUnlessDone(); // without locks two may have tried
    end("Your session has ended. Please sign in again.");
  }
}

/**
 * Both tokens are kept before either is used.
 * @param {{ user: User, token: string, refresh_token: string, expires_in: number }} session
 */
function take(session) {
  localStorage.setItem(STORED, JSON.stringify({ user: session.user, refresh_token: session.refresh_token }));
  const lifetime = session.expires_in * 1000;
  access = { token: session.token, renewAt: Date.now() + lifetime - Math.min(60_000, lifetime / 3), owner: session.user.id };
  tabs?.postMessage(access);
}

/** @param {any} session */
function begin(session) {
  if (session.token !== access?.token) take(session);
  farewell = "";
  remember(session.user);
}

/** @param {string} reason */
function end(reason) {
  access = null;
  farewell = reason;
  localStorage.removeItem(STORED);
  tell(null);
}

/** @param {User | null} now */
function tell(now) {
  if (JSON.stringify(now) === JSON.stringify(toldUser)) return;
  toldUser = now;
  for (const listener of listeners) listener();
}

/** @returns {Kept | null} */
function kept() {
  try {
    return JSON.parse(localStorage.getItem(STORED) ?? "null");
  } catch {
    return null;
  }
}

addEventListener("storage", (event) => {
  if (event.key !== STORED && event.key !== null) return;
  const now = kept()?.user ?? null;
  if (now?.id !== toldUser?.id) access = null; // signed out elsewhere, or somebody else signed in
  if (now) farewell = "";
  tell(now);
});
tabs?.addEventListener("message", ({ data }) => {
  if (data.owner === (toldUser ?? kept()?.user)?.id) access = data;
});
