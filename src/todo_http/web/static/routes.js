// The addresses of the client and what they show. What is shown is part of the address, so that reloads and links keep it. Pure.

/** @import { Route, ViewName } from "./types.js" */

/** @type {ViewName[]} */
const PLAIN = ["inbox", "today", "upcoming", "completed", "trash", "search", "browse", "settings", "sign-in", "sign-up"];

/** Addresses of earlier versions. @type {Record<string, string>} */
const MOVED = { "/": "/inbox", "/overdue": "/today", "/done": "/completed", "/all": "/inbox" };

/** The address of a list, or of the inbox. @param {string | null} id */
export function listPath(id) {
  return id ? `/list/${id}` : "/inbox";
}

/** @param {string} tag */
export function tagPath(tag) {
  return `/tag/${encodeURIComponent(tag)}`;
}

/** The address to use instead of an old one, or null. @param {{ pathname: string, search: string }} location */
export function movedTo({ pathname, search }) {
  const [, kind, id] = pathname.match(/^\/(list|task)s\/([^/]+)$/) ?? [];
  if (kind === "list") return `/list/${id}${search}`;
  if (kind === "task") return `/inbox?task=${id}`;
  return MOVED[pathname] ? MOVED[pathname] + search : null;
}

/** @param {{ pathname: string, search: string }} location @returns {Route} */
export function parseRoute(location) {
  const [pathname, ...query] = (movedTo(location) ?? location.pathname + location.search).split("?");
  const search = new URLSearchParams(query.join("?"));
  const [, kind, id = ""] = pathname.match(/^\/(list|tag)\/([^/]+)$/) ?? [];
  const view = /** @type {ViewName} */ (kind) ?? PLAIN.find((name) => pathname === `/${name}`) ?? "unknown";
  return { view, listId: kind === "list" ? id : null, tag: kind === "tag" ? decoded(id) : null, taskId: search.get("task"), search };
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
