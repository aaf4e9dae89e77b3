// Unsent changes as requests to the API: how they are sent, and whether they still fit what others have done. Pure.

/** @import { Change, Copy } from "../types.js" */

/** Of a task as a whole: what `If-Match` demands of changes that overwrite nothing. */
const ANY = "*";
const METHODS = { add: "POST", change: "PATCH", complete: "PATCH", skip: "POST", move: "POST", remove: "DELETE", undo: "POST" };

/**
 * The method, path, precondition and body of a request, from its changes and the present state of what they are about.
 * @param {string} owner the id of the user
 * @param {Change[]} changes
 * @param {Pick<Copy, "task" | "list">} copy
 */
export function sealed(owner, changes, copy) {
  if (changes.length > 1) {
    const operations = changes.map((change) => operationOf(change, copy));
    return { method: "POST", path: `/api/${owner}/batch`, body: JSON.stringify({ operations }) };
  }
  const [change] = changes;
  const { kind, id, entity } = change;
  const things = `/api/${owner}/${entity}s`;
  if (kind === "undo") return { method: "POST", path: `/api/${owner}/changes/${change.set}/undo` };
  if (kind === "add") return { method: "POST", path: things, body: JSON.stringify({ id, ...change.fields }) };
  const command = kind === "complete" || kind === "skip" || kind === "move" ? `/${kind}` : "";
  const query = kind === "remove" && change.fields.tasks ? `?tasks=${change.fields.tasks}` : "";
  const body = kind === "remove" || kind === "skip" ? undefined : JSON.stringify({ ...change.fields, ...change.anchor });
  return { method: METHODS[kind], path: `${things}/${id}${command}${query}`, body, ifMatch: preconditionOf(change, copy) };
}

/** @param {Change} change @param {Pick<Copy, "task" | "list">} copy */
function operationOf(change, copy) {
  const { kind, id, entity, fields, anchor } = change;
  if (kind === "add") return { op: kind, [entity]: { id, ...fields } };
  const about = { op: kind, id, if_match: preconditionOf(change, copy) };
  return kind === "remove" ? { ...about, entity } : { ...about, [entity]: { ...fields, ...anchor } };
}

/** @param {Change} change @param {Pick<Copy, "task" | "list">} copy */
function preconditionOf({ kind, entity, id, occurrence }, copy) {
  const overwrites = kind === "change" || occurrence !== undefined;
  const revision = overwrites && copy[entity].get(id)?.revision;
  return revision ? `"${revision}"` : ANY;
}

/**
 * Whether a change still fits: no other device has changed the same field, or completed the same occurrence.
 * @param {Change} change
 * @param {any} current the thing as it is known now
 * @returns {"fits" | "done" | "conflict" | "outdated"}
 */
export function fitOf({ kind, fields, base = {}, occurrence }, current) {
  if (!current || kind === "add") return "fits";
  if (occurrence !== undefined) return current.due_date === occurrence ? "fits" : "outdated";
  if (kind !== "change") return "fits";
  const differing = Object.keys(fields).filter((name) => !same(fields[name], current[name]));
  if (!differing.length) return "done";
  return differing.every((name) => !(name in base) || same(base[name], current[name])) ? "fits" : "conflict";
}

/**
 * Whether two values of a field are the same; of a recurrence only what a user may set counts.
 * @param {any} one
 * @param {any} other
 */
export function same(one, other) {
  const settable = (/** @type {any} */ value) => (value?.rule
    ? [value.rule, value.anchor ?? "schedule", value.catch_up ?? "next"]
    : (value ?? null));
  return JSON.stringify(settable(one)) === JSON.stringify(settable(other));
}

/**
 * An unsent change after an earlier one of this device has been saved: what the server made of its values is no conflict.
 * @param {Change} change
 * @param {Change} saved
 * @param {any} thing as the server has returned it
 * @returns {Change}
 */
export function rebased(change, saved, thing) {
  if (change.id !== saved.id || !thing) return change;
  // An occurrence that this device has skipped, or moved to another date; if another device has completed it, it is done.
  const seen = saved.kind === "skip" ? saved.occurrence : saved.fields.due_date;
  const occurrence = change.occurrence !== undefined && same(change.occurrence, seen) ? { occurrence: thing.due_date } : {};
  const names = Object.keys(change.base ?? {}).filter((name) => name in saved.fields && same(change.base?.[name], saved.fields[name]));
  const base = { ...change.base, ...Object.fromEntries(names.map((name) => [name, thing[name]])) };
  return { ...change, ...occurrence, ...(change.base && { base }) };
}
