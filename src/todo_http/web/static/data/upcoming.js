// What a recurrence rule means: the server's words for it, and the next dates.

/** @import { Preview, Send } from "../types.js" */

const DATES = 5;

/**
 * @param {string} owner the id of the user
 * @param {Send} send
 * @returns {Preview}
 */
export function createPreview(owner, send) {
  return async (task, recurrence, due, signal) => {
    const limit = DATES + 1; // the first is the due date
    if (task.recurrence?.text && task.recurrence.rule === recurrence.rule) { // only the series knows its start
      const { body } = await send("GET", `/api/${owner}/tasks/${task.id}/occurrences?limit=${limit}`, { signal });
      return { text: task.recurrence.text, dates: body.slice(1) };
    }
    const { body } = await send("POST", `/api/${owner}/recurrence/preview`, { signal, body: { ...recurrence, due_date: due, limit } });
    return { text: body.text, dates: body.occurrences.slice(1) };
  };
}
