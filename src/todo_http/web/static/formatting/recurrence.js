// The recurrence rules that the menu offers. Pure.

/** @import { Recurrence } from "../types.js" */

/** In the canonical form of the API. The day of the week, month or year is that of the due date. */
export const COMMON_RULES = /** @type {const} */ ([
  ["", "Never"],
  ["FREQ=DAILY", "Every day"],
  ["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "Every weekday"],
  ["FREQ=WEEKLY", "Every week"],
  ["FREQ=MONTHLY;SKIP=BACKWARD", "Every month"],
  ["FREQ=MONTHLY;BYMONTHDAY=-1", "Last day of the month"],
  ["FREQ=YEARLY;SKIP=BACKWARD", "Every year"],
]);

/** @param {string} rule */
export function isCommon(rule) {
  return COMMON_RULES.some(([common]) => common === rule);
}

/**
 * What to send to the API for another rule; the rest of the recurrence stays.
 * @param {Recurrence | null} before
 * @param {string} rule
 * @returns {Recurrence}
 */
export function withRule(before, rule) {
  const { anchor, catch_up: catchUp } = before ?? {};
  return { rule, ...(anchor && { anchor }), ...(catchUp && { catch_up: catchUp }) };
}
