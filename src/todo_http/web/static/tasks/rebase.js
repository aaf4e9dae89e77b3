// What the response to a request changes in those behind it. Pure.

/** @import { QueuedRequest, Task } from "../types.js" */

/** For a task that was changed together with another one, so that its revision is not known. */
export const ANY = "*";

export const etagOf = (/** @type {number} */ revision) => `"${revision}"`;

/**
 * An unsent request after a response about some resource. Where it names a task by its temporary id, it gets the real one.
 * @param {QueuedRequest} unsent
 * @param {string} resource
 * @param {Task | null} task
 * @returns {QueuedRequest}
 */
export function rebase(unsent, resource, task) {
  if (!task) return unsent;
  const renamed = task.id === resource ? unsent : JSON.parse(JSON.stringify(unsent).replaceAll(resource, task.id));
  const isAboutIt = renamed.resource === task.id && renamed.ifMatch !== ANY;
  if (!isAboutIt) return renamed;
  const { change } = renamed;
  const current = change.occurrence === undefined ? change : { ...change, occurrence: task.due_date };
  return { ...renamed, ifMatch: etagOf(task.revision), change: current };
}
