// Parses a task typed in one line, such as "Call the bank !high tomorrow 17:00 #money". Pure.

import { WEEKDAYS, addDays, shortDate, daysBetween, weekdayOf } from "./due-dates.js";

/** @import { Moment, Priority, Token } from "../types.js" */

const LEVELS = /** @type {Record<string, Priority>} */ ({ 1: "high", 2: "medium", 3: "low", high: "high", medium: "medium", low: "low" });
const PRIORITY = /^!(high|medium|low|[123])$/i;
const TIME = /^(?:at)?([01]?\d|2[0-3]):([0-5]\d)$|^(1[0-2]|0?[1-9])(am|pm)$/i;
const DATE = /^\d{4}-\d\d-\d\d$/;
const TAG = /^#(\p{L}[^\s#]{0,63})$/u;
const DAYS = /^(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(day)?$/i;

/**
 * The title and the tokens of a line. Of several words of one kind the last is the token, the others stay in the title;
 * but each tag is a token.
 * @param {string} line
 * @param {Moment} now
 * @param {Set<string>} [literal] words, in lower case, that stay in the title
 * @returns {{ title: string, tokens: Token[] }}
 */
export function parseEntry(line, now, literal = new Set()) {
  const words = line.split(/\s+/).filter(Boolean);
  /** By kind, with the index of its word. @type {Map<string, { index: number, token: Token }>} */
  const last = new Map();
  words.forEach((word, index) => {
    const token = literal.has(word.toLowerCase()) ? null : parseWord(word, now);
    if (token) last.set(token.kind === "tag" ? `#${token.value.toLowerCase()}` : token.kind, { index, token });
  });
  const found = Array.from(last.values());
  const indexes = new Set(found.map(({ index }) => index));
  return { title: words.filter((_, index) => !indexes.has(index)).join(" "), tokens: found.map(({ token }) => token) };
}

/**
 * The values of tokens for a form. A time without a date is the next such time.
 * @param {Token[]} tokens
 * @param {Moment} now
 * @returns {{ priority: Priority | null, date: string, time: string, tags: string[] }}
 */
export function formValues(tokens, now) {
  const valueOf = (/** @type {string} */ kind) => tokens.find((token) => token.kind === kind)?.value ?? "";
  const time = valueOf("time");
  const nextDate = time > now.time ? now.date : addDays(now.date, 1);
  const date = valueOf("date") || (time && nextDate);
  return { priority: /** @type {Priority} */ (valueOf("priority")) || null, date, time, tags: tokens.filter(({ kind }) => kind === "tag").map(({ value }) => value) };
}

/** @param {string} word @param {Moment} now @returns {Token | null} */
function parseWord(word, now) {
  const priority = word.match(PRIORITY);
  if (priority) {
    const value = LEVELS[priority[1].toLowerCase()];
    return { kind: "priority", raw: word, value, label: `${value[0].toUpperCase()}${value.slice(1)} priority` };
  }
  const [, tag] = word.match(TAG) ?? [];
  if (tag) return { kind: "tag", raw: word, value: tag, label: word };
  const time = parseTime(word);
  if (time) return { kind: "time", raw: word, value: time, label: time };
  const date = parseDate(word.toLowerCase(), now.date);
  return date ? { kind: "date", raw: word, value: date, label: describeDate(date, now.date) } : null;
}

/** @param {string} word */
function parseTime(word) {
  const [, hour, minute, hour12, half] = word.match(TIME) ?? [];
  if (hour) return `${hour.padStart(2, "0")}:${minute}`;
  if (!hour12) return null;
  const afternoon = half.toLowerCase() === "pm" ? 12 : 0;
  return `${String((Number(hour12) % 12) + afternoon).padStart(2, "0")}:00`;
}

/** @param {string} word @param {string} today */
function parseDate(word, today) {
  if (word === "today") return today;
  if (word === "tomorrow") return addDays(today, 1);
  if (DATE.test(word)) return isDate(word) ? word : null;
  const day = word.match(DAYS);
  if (!day) return null;
  const weekday = WEEKDAYS.findIndex((name) => name.toLowerCase().startsWith(day[1].slice(0, 3)));
  return addDays(today, ((weekday - weekdayOf(today) + 6) % 7) + 1); // the next one, never today
}

/** Whether the calendar has a date. @param {string} text */
function isDate(text) {
  return !Number.isNaN(Date.parse(text)) && addDays(text, 0) === text;
}

/** @param {string} date @param {string} today */
function describeDate(date, today) {
  const days = daysBetween(today, date);
  if (days === 0) return "Today";
  if (days === 1) return "Tomorrow";
  const weekday = days > 1 && days < 8 ? `${WEEKDAYS[weekdayOf(date)]}, ` : "";
  return weekday + shortDate(date, today);
}
