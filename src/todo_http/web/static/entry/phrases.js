// The dates and times among the words of quick entry: where their phrases end, and what they mean. Pure.

import { addDays, momentIn, weekdayOf } from "../formatting/due-dates.js";
import { clock, clock12, isDay } from "./shapes.js";
import { after, meaning } from "./words.js";

/** @import { EntryContext, EntryDay, Moment, Phrase, Word } from "../types.js" */
/** @typedef {{ last: number, bare?: boolean, find: (context: EntryContext) => string | null }} Found the index of its last word, whether it counts only at the end, and its date */

const SATURDAY = 6;
const HOUR = 4; // the place of hours among the units; minutes follow

/** @param {Word[]} words @param {number} first @returns {Phrase | null} */
export function dateAt(words, first) {
  const { on, by, from } = meaning(words, first);
  const isLed = Boolean(on || by || from);
  const index = isLed ? after(words, first) : first;
  const behind = isLed && meaning(words, index).the ? after(words, index) : index;
  const found = (on ? null : soonAt(words, index)) ?? relativeAt(words, index) ?? weekendAt(words, behind, isLed) ??
    dayAt(words, behind, isLed) ?? weekdayAt(words, index, isLed) ?? ordinalAt(words, behind, isLed);
  return found && { ...found, kind: "date", first, until: Boolean(by), find: (context) => ({ date: found.find(context) }) };
}

/** @param {Word[]} words @param {number} index @returns {Found | null} */
function soonAt(words, index) {
  const { soon } = meaning(words, index);
  return soon === undefined ? null : { last: withPart(words, index), find: ({ now }) => addDays(now.date, soon) };
}

/** A part of the day, as in "tomorrow morning", belongs to the day. @param {Word[]} words @param {number} index */
function withPart(words, index) {
  return meaning(words, after(words, index)).part ? index + 1 : index;
}

/** In so many days; this or next weekend, day of the week, or week. @param {Word[]} words @param {number} index @returns {Found | null} */
function relativeAt(words, index) {
  const { in: isIn, this: isThis, next } = meaning(words, index);
  const second = after(words, index);
  const { count, weekday, weekend, part } = meaning(words, second);
  if (isIn && count) {
    const { unit = HOUR } = meaning(words, after(words, second));
    return unit < HOUR ? { last: second + 1, find: ({ now }) => later(now.date, count, unit) } : null;
  }
  if (!isThis && !next) return null;
  if (weekend) return { last: second, find: ({ now }) => (next ? coming(addDays(thisWeekend(now.date), 1), SATURDAY) : thisWeekend(now.date)) };
  if (weekday === undefined && next) return nextUnitAt(words, second);
  if (weekday !== undefined) return { last: withPart(words, second), find: next ? inNextWeek(weekday) : ({ now }) => coming(now.date, weekday) };
  return part ? { last: second, find: ({ now }) => now.date } : null;
}

/** A week, perhaps with a day of it, a month or a year behind "next". @param {Word[]} words @param {number} index @returns {Found | null} */
function nextUnitAt(words, index) {
  const { unit = 0 } = meaning(words, index);
  if (!unit || unit >= HOUR) return null;
  const behind = after(words, index);
  const last = meaning(words, behind).on ? after(words, behind) : behind;
  const { weekday } = meaning(words, last);
  if (unit === 1 && weekday !== undefined) return { last, find: inNextWeek(weekday) };
  if (unit === 1) return { last: index, find: ({ now }) => coming(now.date, 1) };
  const [length, start] = unit === 2 ? [8, "01"] : [5, "01-01"];
  return { last: index, find: ({ now }) => later(now.date, 1, unit).slice(0, length) + start };
}

/** The weekend after a connective. @param {Word[]} words @param {number} index @param {boolean} isLed @returns {Found | null} */
function weekendAt(words, index, isLed) {
  return isLed && meaning(words, index).weekend ? { last: index, find: ({ now }) => thisWeekend(now.date) } : null;
}

/** @param {Word[]} words @param {number} index @param {boolean} isLed @returns {Found | null} */
function weekdayAt(words, index, isLed) {
  const { weekday = shortWeekday(words[index]) } = meaning(words, index);
  if (weekday === undefined) return null;
  const comma = words[index].tail === "," ? index + 1 : after(words, index);
  const date = dayAt(words, meaning(words, comma).the ? after(words, comma) : comma, true);
  if (date) return { last: date.last, find: (context) => onWeekday(date.find(context), weekday) };
  if (!isLed && meaning(words, index).weekday === undefined) return null;
  const behind = after(words, index);
  if (meaning(words, behind).next && meaning(words, after(words, behind)).unit === 1) return { last: behind + 1, find: inNextWeek(weekday) };
  return { last: withPart(words, index), bare: !isLed, find: ({ now }) => coming(now.date, weekday) };
}

/** "Mo" and "So" are days only with a capital letter. @param {Word | undefined} word */
export function shortWeekday(word) {
  return word && /^\p{Lu}/u.test(word.text) ? word.means.short : undefined;
}

/** @param {string | null} date @param {number} weekday */
function onWeekday(date, weekday) {
  return date && weekdayOf(date) === weekday ? date : null;
}

/** A day of a month, as in "the 15th". @param {Word[]} words @param {number} index @param {boolean} isLed @returns {Found | null} */
function ordinalAt(words, index, isLed) {
  const { nthDay = 0 } = meaning(words, index);
  if (!isLed || !nthDay || nthDay > 31) return null;
  return { last: index, bare: true, find: ({ now }) => firstDay(now.date, (date) => dayOfMonth(date) === nthDay) };
}

/** A date with its month. @param {Word[]} words @param {number} index @param {boolean} isLed @returns {Found | null} */
function dayAt(words, index, isLed) {
  const { date, where } = meaning(words, index);
  if (date) return where === "led" && !isLed ? null : { last: index, bare: where === "end" && !isLed, find: ({ now }) => dateOf(date, now.date) };
  const named = namedDayAt(words, index);
  return named && { last: named.last, bare: named.bare && !isLed, find: ({ now }) => dateOf(named.day, now.date) };
}

/** "3 dec", "3rd of december", "dec 3, 2027". @param {Word[]} words @param {number} index */
export function namedDayAt(words, index) {
  const first = meaning(words, index);
  const second = after(words, index);
  const monthFirst = Boolean(first.month);
  const last = !monthFirst && first.nthDay && meaning(words, second).of ? after(words, second) : second;
  const [number, name] = monthFirst ? [meaning(words, last), first] : [first, meaning(words, last)];
  const day = { day: number.digits ?? number.nthDay ?? 0, month: name.month ?? 0, year: 0 };
  if (!isDay(day)) return null;
  const behind = /^[.,]?$/.test(words[last].tail) ? last + 1 : words.length;
  const { year = 0 } = meaning(words, behind);
  if (year && !isDay({ ...day, year })) return null;
  return { last: year ? behind : last, day: { ...day, year }, bare: monthFirst && Boolean(name.verb) && !year };
}

/** @param {Word[]} words @param {number} first @param {boolean} isBehindDate @returns {Phrase | null} */
export function timeAt(words, first, isBehindDate) {
  const { at, by, from, in: isIn } = meaning(words, first);
  const second = after(words, first);
  if (isIn) return momentAt(words, first, second);
  const isLed = Boolean(at || by || from);
  const index = isLed ? second : first;
  const { time, hour = 24, minute = 0, clock: named } = meaning(words, index);
  const behind = after(words, index);
  const { half, uhr, noHalf } = meaning(words, behind);
  const isHalf = half !== undefined && !(noHalf && time && dateAt(words, behind));
  const [written, last] = uhr ? [clock(hour, minute), behind] : isHalf ? [clock12(hour, minute, half === 1), behind] : [undefined, index];
  if (named !== undefined && (isLed || isBehindDate)) return { kind: "time", first, last: index, find: () => ({ time: ["00:00", "12:00"][named] }) };
  const value = written ?? time;
  return value ? { kind: "time", first, last: written ? last : index, find: () => ({ time: value }) } : null;
}

/** In so many hours or minutes. @param {Word[]} words @param {number} first @param {number} second @returns {Phrase | null} */
function momentAt(words, first, second) {
  const { count } = meaning(words, second);
  const { unit = 0 } = meaning(words, after(words, second));
  if (!count || unit < HOUR) return null;
  const minutes = unit === HOUR ? 60 * count : count;
  return { kind: "time", first, last: second + 1, find: ({ now }) => inMinutes(now, minutes) };
}

/** @param {Moment} now @param {number} minutes */
function inMinutes({ zone, instant }, minutes) {
  const { date, time } = momentIn(zone, instant + minutes * 60_000);
  return { from: date, time };
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

/** The next such day, never today. @param {string} date @param {number} weekday */
function coming(date, weekday) {
  return addDays(date, ((weekday - weekdayOf(date) + 6) % 7) + 1);
}

/** @param {number} weekday @returns {Found["find"]} */
function inNextWeek(weekday) {
  return ({ now, weekStart }) => coming(addDays(now.date, 6 - ((weekdayOf(now.date) - weekStart + 7) % 7)), weekday);
}

/** Saturday; on Sunday, today. @param {string} date */
function thisWeekend(date) {
  return weekdayOf(date) % SATURDAY ? coming(date, SATURDAY) : date;
}

/** So many days, weeks, months or years later; the last day of a shorter month. @param {string} date @param {number} count @param {number} unit */
function later(date, count, unit) {
  if (unit < 2) return addDays(date, unit ? 7 * count : count);
  const months = unit === 2 ? count : 12 * count;
  const last = new Date(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) + months, 0));
  return addDays(last.toISOString().slice(0, 10), Math.min(dayOfMonth(date) - last.getUTCDate(), 0));
}

/** Without a year, the next such day, which may be today. @param {EntryDay} day @param {string} today */
function dateOf(day, today) {
  const from = day.year || Number(today.slice(0, 4));
  for (let year = from; year < from + 9; year += 1) {
    const date = `${year}-${String(day.month).padStart(2, "0")}-${String(day.day).padStart(2, "0")}`;
    if (isDay({ ...day, year }) && (day.year || date >= today)) return date;
  }
  return null;
}
