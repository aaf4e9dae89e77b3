// The phrases of quick entry that are dates and times, and what they mean. Pure.

import { addDays, momentIn, weekdayOf } from "../formatting/due-dates.js";
import { createTable, lookUp } from "./patterns.js";
import { isDay, onClock12 } from "./shapes.js";
import { after, meaning } from "./words.js";

/** @import { EntryContext, EntryDay, Moment, Phrase, Word } from "../types.js" */
/** @typedef {(values: Record<string, any>, today: string, context: Pick<EntryContext, "weekStart">) => string | null} FindDate */

const MONDAY = 1;
const SATURDAY = 6;
const DAY = 1440; // minutes

/** @type {[string, FindDate, boolean?][]} */
const ROWS = [
  ["by|start? soon part?", ({ soon }, today) => addDays(today, soon)],
  ["led? this part", (_, today) => today],
  ["led? this weekend", (_, today) => thisWeekend(today)],
  ["led the? weekend", (_, today) => thisWeekend(today)],
  ["led? next weekend", (_, today) => coming(addDays(thisWeekend(today), 1), SATURDAY)],
  ["led? this weekday part?", ({ weekday }, today) => coming(today, weekday)],
  ["led? next weekday part?", inNextWeek],
  ["led? weekday next unit=1", inNextWeek],
  ["led? next unit=1 on? weekday", inNextWeek],
  ["led? next unit=1", (_, today) => coming(today, MONDAY)],
  ["led? next unit=2", (_, today) => `${later(today, 1, 2).slice(0, 8)}01`],
  ["led? next unit=3", (_, today) => `${later(today, 1, 3).slice(0, 5)}01-01`],
  ["in count unit", ({ count, unit }, today) => later(today, count, unit)],
  ["led? day, the? date", dateOnWeekday],
  ["led the? date", dateOf],
  ["freeDate", ({ freeDate }, today) => dateOf({ date: freeDate }, today)],
  ["endDate", ({ endDate }, today) => dateOf({ date: endDate }, today), true],
  ["led day part?", ({ day }, today) => coming(today, day)],
  ["weekday part?", ({ weekday }, today) => coming(today, weekday), true],
  ["led the? nthDay", ({ nthDay }, today) => (nthDay < 32 ? firstDay(today, (date) => dayOfMonth(date) === nthDay) : null), true],
];
const DATE_BEGINS = ["typedDate", "digits", "nthDay", "month"];
const DATES = createTable(ROWS, {
  led: [["on", "by", "start"], connectiveAt],
  date: [DATE_BEGINS, dayAt],
  freeDate: [DATE_BEGINS, (words, index) => dayIf("anywhere", words, index)],
  endDate: [DATE_BEGINS, (words, index) => dayIf("end", words, index)],
  day: [["weekday", "short"], weekdayAt],
});
/** @typedef {(values: Record<string, number>, now: Moment) => { from?: string, time: string }} FindTime */
/** @type {[string, FindTime][]} */
const TIME_ROWS = [
  ["in count unit=4", ({ count }, now) => inMinutes(60 * count, now)],
  ["in count unit=5", ({ count }, now) => inMinutes(count, now)],
  ["at|by|start? hour24", ({ hour24 }) => clock(hour24)],
  ["at|by|start? time onDate", ({ time }) => clock(time)],
  ["at|by|start? hour12", ({ hour12 }) => clock(hour12)],
  ["at|by|start? time", ({ time }) => clock(time)],
  ["um dotted", ({ dotted }) => clock(dotted)],
  ["at|by|start early", ({ early }) => clock(early)],
  ["at|by|start clock", ({ clock: half }) => clock(half * 720)],
];
const TIMES = createTable(TIME_ROWS, {
  hour12: [["hour"], (words, index) => hourAt(words, index, "half")],
  hour24: [["hour"], (words, index) => hourAt(words, index, "uhr")],
  onDate: [[], (words, index) => (meaning(words, index).noHalf && dateAt(words, index) ? { last: index - 1, value: 1 } : null)],
});
const TIMES_OF_DATES = createTable(TIME_ROWS.slice(-2).map(([pattern, find]) => [pattern.replace("at|by|start ", ""), find]));

/** @param {Word[]} words @param {number} first @returns {Phrase | null} */
export function dateAt(words, first) {
  const found = lookUp(DATES, words, first);
  if (!found) return null;
  const { last, values, result, bare } = found;
  const until = Boolean(values.by ?? values.led);
  return { kind: "date", first, last, bare, until, find: (context) => ({ date: result(values, context.now.date, context) }) };
}

/**
 * Noon, midnight and "3:16" are times only behind a date or a connective.
 * @param {Word[]} words
 * @param {number} first
 * @param {boolean} isBehindDate
 * @returns {Phrase | null}
 */
export function timeAt(words, first, isBehindDate) {
  const found = lookUp(TIMES, words, first) ?? (isBehindDate ? lookUp(TIMES_OF_DATES, words, first) : null);
  return found && { kind: "time", first, last: found.last, find: ({ now }) => found.result(found.values, now) };
}

/** "5 pm" and "17 uhr". @param {Word[]} words @param {number} index @param {"half" | "uhr"} unit */
function hourAt(words, index, unit) {
  const { hour = DAY } = meaning(words, index);
  const half = meaning(words, after(words, index))[unit];
  const value = unit === "half" ? onClock12(hour, half === 1) : hour;
  return half !== undefined && value < DAY ? { last: index + 1, value } : null;
}

/** @param {number} minutes */
function clock(minutes) {
  return { time: new Date(minutes * 60_000).toISOString().slice(11, 16) };
}

/** @param {number} minutes @param {Moment} now */
function inMinutes(minutes, { zone, instant }) {
  const { date, time } = momentIn(zone, instant + minutes * 60_000);
  return { from: date, time };
}

/** "on", "by", "due on"; its value is whether it can be an end. @param {Word[]} words @param {number} index */
function connectiveAt(words, index) {
  const { on, by, start } = meaning(words, index);
  if (start) {
    const { on: secondOn, by: secondBy } = meaning(words, after(words, index));
    return { last: secondOn || secondBy ? index + 1 : index, value: secondBy };
  }
  return on || by ? { last: index, value: by } : null;
}

/** "Mo" and "So" are days only with a capital letter. @param {Word[]} words @param {number} index */
export function weekdayAt(words, index) {
  const { weekday, short } = meaning(words, index);
  const value = weekday ?? (short !== undefined && /^\p{Lu}/u.test(words[index].text) ? short : undefined);
  return value === undefined ? null : { last: index, value };
}

/** @param {EntryDay["where"]} where @param {Word[]} words @param {number} index */
function dayIf(where, words, index) {
  const day = dayAt(words, index);
  return day?.value.where === where ? day : null;
}

/** "24.12.", "3 dec", "3rd of december", "dec 3, 2027". @param {Word[]} words @param {number} index */
export function dayAt(words, index) {
  const first = meaning(words, index);
  if (first.typedDate) return { last: index, value: first.typedDate };
  const second = after(words, index);
  const last = first.nthDay && meaning(words, second).of ? after(words, second) : second;
  const [number, name] = first.month ? [meaning(words, last), first] : [first, meaning(words, last)];
  const behind = words[last]?.tail === "," ? last + 1 : after(words, last);
  const { year = 0 } = meaning(words, behind);
  const where = first.verb && !year ? "end" : "anywhere";
  /** @type {EntryDay} */
  const value = { day: number.digits ?? number.nthDay ?? 0, month: name.month ?? 0, year, where };
  return isDay(value) ? { last: year ? behind : last, value } : null;
}

/**
 * Without a year, the next such day, which may be today.
 * @param {Record<string, EntryDay>} values
 * @param {string} today
 */
function dateOf({ date: { day, month, year } }, today) {
  const tail = `-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
  let next = year || Number(today.slice(0, 4));
  while (!year && (next + tail < today || !isDay({ day, month, year: next, where: "anywhere" }))) next += 1;
  return next + tail;
}

/** The date, if it is on that day of the week. @type {FindDate} */
function dateOnWeekday(values, today) {
  const date = dateOf(values, today);
  return weekdayOf(date) === values.day ? date : null;
}

/** The first day that fits, which may be the given one. @param {string} date @param {(date: string) => boolean} fits */
export function firstDay(date, fits) {
  while (!fits(date)) date = addDays(date, 1);
  return date;
}

/** @param {string} date */
export function dayOfMonth(date) {
  return Number(date.slice(8));
}

/** The next such day, never the given one. @param {string} date @param {number} weekday */
function coming(date, weekday) {
  return addDays(date, ((weekday - weekdayOf(date) + 6) % 7) + 1);
}

/** @type {FindDate} */
function inNextWeek({ weekday }, today, { weekStart }) {
  return coming(addDays(today, 6 - ((weekdayOf(today) - weekStart + 7) % 7)), weekday);
}

/** Saturday; on Sunday, today. @param {string} date */
function thisWeekend(date) {
  return weekdayOf(date) % SATURDAY ? coming(date, SATURDAY) : date;
}

/**
 * So many days, weeks, months or years later; the last day of a shorter month.
 * @param {string} date
 * @param {number} count
 * @param {number} unit
 */
function later(date, count, unit) {
  if (unit < 2) return addDays(date, unit ? 7 * count : count);
  const months = unit === 2 ? count : 12 * count;
  const last = new Date(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) + months, 0));
  return addDays(last.toISOString().slice(0, 10), Math.min(dayOfMonth(date) - last.getUTCDate(), 0));
}
