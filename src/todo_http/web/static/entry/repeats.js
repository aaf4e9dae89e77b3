// The phrases of quick entry that are rules of recurring tasks, in the canonical form of the API. Pure.

import { addDays, shortDate, weekdayOf, WEEKDAYS } from "../formatting/due-dates.js";
import { dayAt, dayOfMonth, weekdayAt } from "./dates.js";
import { createTable, lookUp } from "./patterns.js";
import { after, meaning } from "./words.js";

/** @import { Phrase, Word } from "../types.js" */
/** Days of a period: as a part of the rule, and in words. @typedef {{ part: string, words: string, fits: (date: string) => boolean }} Days */

const FREQUENCIES = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"];
const PERIODS = ["day", "week", "month", "year"];
const [WEEK, MONTH, YEAR] = [1, 2, 3];
const EACH = { part: "", words: "", fits: () => true };

/** By unit, what may follow the period. */
const TAILS = ["", " on days", " on the? monthDay", " on the? yearDay"];
/** The unit of the rule. @type {[string, number, boolean?][]} */
const ROWS = [
  ...TAILS.flatMap((tail, unit) => /** @type {[string, number, boolean?][]} */ ([
    [`every times? unit=${unit}${tail}`, unit],
    [`every times? unit=${unit}`, unit],
    [`often=${unit}${tail}`, unit, !tail],
    [`often=${unit}`, unit, true],
  ])),
  ["every part", 0],
  ["every|on workdays", WEEK],
  ["every weekends", WEEK],
  ["every other? days part?", WEEK],
  ["on plurals", WEEK],
  ["adverbs", WEEK],
  ["every yearDay", YEAR],
  ["every sureDay", MONTH],
  ["on? the? monthDay of? every unit=2", MONTH],
];
const REPEATS = createTable(ROWS, {
  times: [["count", "other", "nth"], intervalAt],
  days: [[], weekdaysAt],
  adverbs: [["adverb"], (words, index) => ("adverb" in meaning(words, index) ? weekdaysAt(words, index) : null)],
  plurals: [[], (words, index) => ("plural" in meaning(words, index) ? weekdaysAt(words, index) : null)],
  workdays: [[], (words, index) => (meaning(words, index).workday ? { last: index, value: ofWeek([1, 2, 3, 4, 5]) } : null)],
  weekends: [[], (words, index) => (meaning(words, index).weekend ? { last: index, value: ofWeek([6, 0]) } : null)],
  yearDay: [[], yearDayAt],
  monthDay: [["last", "nth"], monthDayAt],
  sureDay: [[], sureDayAt],
});
/** What days of months are: "15th", "last day", "first monday". */
const MONTH_DAYS = createTable(/** @type {[string, (values: Record<string, number>) => Days | null][]} */ ([
  ["last unit=0", () => ({ part: "BYMONTHDAY=-1", words: "the last day", fits: isLastDay })],
  ["last weekday", ({ weekday }) => nthWeekday(-1, weekday)],
  ["nth weekday", ({ nth, weekday }) => nthWeekday(nth, weekday)],
  ["nth unit=0", ({ nth }) => dayInMonth(nth)],
  ["nthDay", ({ nthDay }) => dayInMonth(nthDay)],
  ["digits", ({ digits }) => dayInMonth(digits)],
]));

/** @param {Word[]} words @param {number} first @returns {Phrase | null} */
export function repeatAt(words, first) {
  const found = lookUp(REPEATS, words, first);
  if (!found) return null;
  const { last, values, result: unit, bare } = found;
  const { part, words: text, fits } = Object.values(values).find((value) => value.fits) ?? EACH;
  const interval = values.times ?? (values.other ? 2 : 1);
  const lacks = unit === MONTH ? /^$|Y=(29|3\d)$/ : /^$|=2;BYMONTHDAY=29$/; // there are months or years without such a day
  const skip = unit > WEEK && lacks.test(part) ? ";SKIP=BACKWARD" : "";
  const rule = `FREQ=${FREQUENCIES[unit]}${interval > 1 ? `;INTERVAL=${interval}` : ""}${part && `;${part}`}${skip}`;
  const period = interval > 1 ? `${interval} ${PERIODS[unit]}s` : PERIODS[unit];
  const label = `Every ${unit === WEEK && interval === 1 && text ? text : period + (text && ` on ${text}`)}`;
  return { kind: "repeat", first, last, bare, find: () => ({ rule, label, fits }) };
}

/**
 * "2", "other", "second"; but "every second day of the month" is no interval.
 * @param {Word[]} words
 * @param {number} index
 */
function intervalAt(words, index) {
  const { count, other, nth = 0 } = meaning(words, index);
  const value = other ? 2 : count ?? nth;
  const isDay = !count && ofMonth(words, after(words, index)) > after(words, index);
  return value < (count ? 1 : 2) || isDay ? null : { last: index, value };
}

/** One or more days of the week. @param {Word[]} words @param {number} first */
function weekdaysAt(words, first) {
  /** @type {number[]} */
  const days = [];
  let last = -1;
  for (let index = first; days.length < WEEKDAYS.length;) {
    const { plural, adverb } = meaning(words, index);
    const day = plural ?? adverb ?? weekdayAt(words, index)?.value;
    if (day === undefined) break;
    days.push(day);
    last = index;
    const isComma = words[index].tail === ",";
    const behind = isComma ? index + 1 : after(words, index);
    const isAnd = meaning(words, behind).and;
    if (!isAnd && !isComma) break;
    index = isAnd ? after(words, behind) : behind;
  }
  return days.length ? { last, value: ofWeek(days) } : null;
}

/** @param {number[]} days @returns {Days} */
function ofWeek(days) {
  const names = WEEKDAYS.filter((_, day) => days.includes(day));
  if (days.includes(0)) names.push(.../** @type {[string]} */ ([names.shift()])); // weeks begin on Monday
  const part = `BYDAY=${names.map(code)}`;
  const words = part.endsWith("=MO,TU,WE,TH,FR") ? "weekday" : names.map((name) => name.slice(0, 3)).join(", ");
  return { part, words, fits: (date) => days.includes(weekdayOf(date)) };
}

/** A weekday as rules name it. @param {string} name */
function code(name) {
  return name.slice(0, 2).toUpperCase();
}

/** @param {Word[]} words @param {number} index */
function monthDayAt(words, index) {
  const found = lookUp(MONTH_DAYS, words, index);
  const value = found?.result(found.values);
  return found && value ? { last: found.last, value } : null;
}

/**
 * A day of each month that is nothing else: every second Monday may be one of two.
 * @param {Word[]} words
 * @param {number} index
 */
function sureDayAt(words, index) {
  const { nth = 0, last: isLast } = meaning(words, index);
  const found = (isLast || nth) && monthDayAt(words, index);
  if (!found) return null;
  const last = ofMonth(words, found.last);
  return isLast || nth === 1 || found.last === index || last > found.last ? { ...found, last } : null;
}

/** The last word of "of the month", if it is behind a word. @param {Word[]} words @param {number} last */
function ofMonth(words, last) {
  const of = after(words, last);
  const the = after(words, of);
  const month = meaning(words, the).the ? after(words, the) : the;
  return meaning(words, of).of && meaning(words, month).unit === MONTH ? month : last;
}

/** @param {number} day @returns {Days | null} */
function dayInMonth(day) {
  if (day < 1 || day > 31) return null;
  return { part: `BYMONTHDAY=${day}`, words: `the ${ordinal(day)}`, fits: (date) => isDayOrLast(date, day) };
}

/** @param {number} nth -1 is the last one @param {number} weekday @returns {Days | null} */
function nthWeekday(nth, weekday) {
  const name = WEEKDAYS[weekday];
  const isLast = (/** @type {string} */ date) => addDays(date, 7).slice(5, 7) !== date.slice(5, 7);
  const isNth = (/** @type {string} */ date) => (nth < 0 ? isLast(date) : Math.ceil(dayOfMonth(date) / 7) === nth);
  const fits = (/** @type {string} */ date) => weekdayOf(date) === weekday && isNth(date);
  return nth < 6 ? { part: `BYDAY=${nth}${code(name)}`, words: `the ${ordinal(nth)} ${name.slice(0, 3)}`, fits } : null;
}

/** @param {Word[]} words @param {number} index */
function yearDayAt(words, index) {
  const found = dayAt(words, index);
  if (!found || found.value.year) return null;
  const { day, month } = found.value;
  const tail = `-${String(month).padStart(2, "0")}-`;
  /** @type {Days} */
  const value = {
    part: `BYMONTH=${month};BYMONTHDAY=${day}`, words: shortDate(`2000${tail}${day}`, "2000"),
    fits: (date) => date.includes(tail) && isDayOrLast(date, day),
  };
  return { last: found.last, value };
}

/** @param {number} number -1 is the last one */
function ordinal(number) {
  if (number < 0) return "last";
  return number + ((number > 10 && number < 14 ? "" : ["", "st", "nd", "rd"][number % 10]) || "th");
}

/** Whether it is such a day of a month, or the last one of a shorter month. @param {string} date @param {number} day */
function isDayOrLast(date, day) {
  return dayOfMonth(date) === day || (dayOfMonth(date) < day && isLastDay(date));
}

/** @param {string} date */
function isLastDay(date) {
  return addDays(date, 1).endsWith("-01");
}
