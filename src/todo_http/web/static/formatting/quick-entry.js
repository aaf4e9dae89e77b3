// Reads a task out of one typed line: "Call the bank !high tomorrow 17:00". Pure.

import { WEEKDAYS, addDays, calendarWords, daysFrom, weekdayOf } from "./due-dates.js";

/** @import { Moment, Priority } from "../types.js" */
/** @typedef {{ kind: "priority" | "date" | "time", raw: string, words: string, value: string }} Found a word that was understood */

const LEVELS = /** @type {Record<string, Priority>} */ ({ 1: "high", 2: "medium", 3: "low", high: "high", medium: "medium", low: "low" });
const PRIORITY = /^!(high|medium|low|[123])$/i;
const TIME = /^(?:at)?([01]?\d|2[0-3]):([0-5]\d)$|^(1[0-2]|0?[1-9])(am|pm)$/i;
const DATE = /^\d{4}-\d\d-\d\d$/;
const DAYS = /^(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(day)?$/i;

/**
 * What a line says. Of each kind the last word counts; the others, and those that are not meant so, stay in the title.
 * @param {string} line
 * @param {Moment} now
 * @param {Set<string>} [literal] words, in small letters, that are to be taken as they stand
 * @returns {{ title: string, found: Found[] }}
 */
export function readLine(line, now, literal = new Set()) {
  const words = line.split(/\s+/).filter(Boolean);
  /** @type {Map<string, { at: number, found: Found }>} */
  const last = new Map();
  words.forEach((word, at) => {
    const found = literal.has(word.toLowerCase()) ? null : read(word, now);
    if (found) last.set(found.kind, { at, found });
  });
  const taken = new Set(Array.from(last.values(), ({ at }) => at));
  const title = words.filter((_, at) => !taken.has(at)).join(" ");
  return { title, found: Array.from(last.values(), ({ found }) => found) };
}

/**
 * The date and the time that were found, ready for a form. A time alone is the next one that comes.
 * @param {Found[]} found
 * @param {Moment} now
 * @returns {{ priority: Priority | null, date: string, time: string }}
 */
export function meaning(found, now) {
  const of = (/** @type {string} */ kind) => found.find((one) => one.kind === kind)?.value ?? "";
  const time = of("time");
  const date = of("date") || (time && (time > now.time ? now.date : addDays(now.date, 1)));
  return { priority: /** @type {Priority} */ (of("priority")) || null, date, time };
}

/**
 * @param {string} word
 * @param {Moment} now
 * @returns {Found | null}
 */
function read(word, now) {
  const priority = word.match(PRIORITY);
  if (priority) {
    const value = LEVELS[priority[1].toLowerCase()];
    return { kind: "priority", raw: word, value, words: `${value[0].toUpperCase()}${value.slice(1)} priority` };
  }
  const time = readTime(word);
  if (time) return { kind: "time", raw: word, value: time, words: time };
  const date = readDate(word.toLowerCase(), now.date);
  return date ? { kind: "date", raw: word, value: date, words: dateWords(date, now.date) } : null;
}

/** @param {string} word */
function readTime(word) {
  const [, hour, minute, twelve, half] = word.match(TIME) ?? [];
  if (hour) return `${hour.padStart(2, "0")}:${minute}`;
  if (!twelve) return null;
  return `${String((Number(twelve) % 12) + (half.toLowerCase() === "pm" ? 12 : 0)).padStart(2, "0")}:00`;
}

/**
 * @param {string} word
 * @param {string} today
 */
function readDate(word, today) {
  if (word === "today") return today;
  if (word === "tomorrow") return addDays(today, 1);
  if (DATE.test(word)) return Number.isNaN(Date.parse(word)) || addDays(word, 0) !== word ? null : word;
  const day = word.match(DAYS);
  if (!day) return null;
  const wanted = WEEKDAYS.findIndex((name) => name.toLowerCase().startsWith(day[1].slice(0, 3)));
  return addDays(today, ((wanted - weekdayOf(today) + 6) % 7) + 1); // the next one, never today
}

/**
 * @param {string} date
 * @param {string} today
 */
function dateWords(date, today) {
  const days = daysFrom(today, date);
  if (days === 0) return "Today";
  if (days === 1) return "Tomorrow";
  const weekday = days > 1 && days < 8 ? `${WEEKDAYS[weekdayOf(date)]}, ` : "";
  return weekday + calendarWords(date, today);
}
