// What surrounds the parser of quick entry: drafts, pasted lines, what the account knows, and the fields of the task.

import { tagNames } from "../data/counts.js";
import { hasTag } from "../data/search.js";
import { LOCALE } from "../formatting/locale.js";

/** @import { Entry, EntryContext, Fields, Moment, View } from "../types.js" */

const DRAFT = "todo.draft.";
const LINES_MAX = 500;
const BULLET = /^\s*(?:[-*•–]|\d{1,3}[.)])?\s*(?:\[[ xX]?\]\s*)?/;

/** A line that was left unfinished. @param {string} name */
export function draftOf(name) {
  return sessionStorage.getItem(DRAFT + name) ?? "";
}

/** @param {string} name @param {string} text */
export function keepDraft(name, text) {
  try {
    if (text) sessionStorage.setItem(DRAFT + name, text);
    else sessionStorage.removeItem(DRAFT + name);
  } catch {
    // The storage is full: the draft lasts as long as the page.
  }
}

/** Forgets the drafts of another user in this tab. @param {string} owner the id of the user */
export function claimDrafts(owner) {
  if (draftOf("") === owner) return;
  forgetDrafts();
  keepDraft("", owner);
}

export function forgetDrafts() {
  Object.keys(sessionStorage).filter((key) => key.startsWith(DRAFT)).forEach((key) => sessionStorage.removeItem(key));
}

/** The tasks in a pasted text, without bullets, numbers and boxes. @param {string} text */
export function linesOf(text) {
  return text.split("\n").map((line) => line.replace(BULLET, "").trim()).filter(Boolean).slice(0, LINES_MAX);
}

/** @param {View} view @param {Moment} now @param {string[]} literal @returns {EntryContext} */
export function contextOf(view, now, literal) {
  const lists = Array.from(view.lists.values()).filter(({ archived }) => !archived).map(({ id, name }) => ({ id, name }));
  const [first] = new Intl.DateTimeFormat().formatToParts(0).filter(({ type }) => type === "day" || type === "month");
  return { now, lists, tags: tagNames(view), languages: navigator.languages, dayFirst: first.type === "day", weekStart: LOCALE.weekStart, literal };
}

/**
 * The fields of the task that a line describes; what it does not say comes from the view.
 * @param {Entry} entry
 * @param {Fields} defaults
 * @returns {Fields}
 */
export function fieldsOf({ fields: { priority, date, time, rule, list_id, tags } }, defaults) {
  const due = date && (time ? `${date}T${time}` : date);
  const added = (defaults.tags ?? []).filter((tag) => !hasTag(tags, tag));
  return {
    ...defaults,
    ...(priority && { priority }),
    ...(due && { due_date: due }),
    ...(rule && { recurrence: { rule } }),
    ...(list_id !== undefined && { list_id }),
    ...((tags.length || added.length) && { tags: [...added, ...tags] }),
  };
}
