// The rules of recurring tasks among the words of quick entry, in the canonical form of the API. Pure.

import { addDays, weekdayOf } from "../formatting/due-dates.js";
import { dayOfMonth, namedDayAt, shortWeekday } from "./phrases.js";
import { after, meaning } from "./words.js";

/** @import { Phrase, Word } from "../types.js" */
/** @typedef {{ last: number, part: string, words: string, fits: (date: string) => boolean, isSure?: boolean }} Days days of a period: as a part of the rule, and in words */

const UNITS = ["day", "week", "month", "year"];
const FREQUENCIES = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"];
const DAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
const NAMES = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEK = 1;
const MONTH = 2;
const YEAR = 3;

/** @param {Word[]} words @param {number} first @returns {Phrase | null} */
export function repeatAt(words, first) {
  const { every, often, on } = meaning(words, first);
  if (often !== undefined) return unitRule(words, first, first, often, 1, true);
  const index = every || on ? after(words, first) : first;
  const { plural, adverb } = meaning(words, index);
  if (!every) return (on ? plural : adverb) === undefined ? null : rule(first, WEEK, 1, weekdaysAt(words, index));
  const { workday, weekend } = meaning(words, index);
  if (workday) return rule(first, WEEK, 1, weekdays(index, [1, 2, 3, 4, 5]));
  if (weekend) return rule(first, WEEK, 1, weekdays(index, [6, 0]));
  return intervalAt(words, first, index) ?? rule(first, WEEK, 1, weekdaysAt(words, index)) ??
    rule(first, YEAR, 1, dayOfYearAt(words, index)) ?? rule(first, MONTH, 1, wholeDayOfMonthAt(words, index));
}

/** So many days, weeks, months or years. @param {Word[]} words @param {number} first @param {number} index */
function intervalAt(words, first, index) {
  const { count, other, nth = 0, unit = 9 } = meaning(words, index);
  if (unit <= YEAR) return unitRule(words, first, index, unit, 1);
  const second = after(words, index);
  if (other) {
    const days = weekdaysAt(words, second);
    if (days) return rule(first, WEEK, 2, days);
  }
  const interval = other ? 2 : count ?? nth;
  const { unit: step = 9 } = meaning(words, second);
  const isDayOfMonth = !count && ofMonth(words, second) > second;
  return step > YEAR || isDayOfMonth || interval < (count ? 1 : 2) ? null : unitRule(words, first, second, step, interval);
}

/** @param {Word[]} words @param {number} first @param {number} last @param {number} unit @param {number} interval @param {boolean} [bare] */
function unitRule(words, first, last, unit, interval, bare) {
  const on = after(words, last);
  const behind = meaning(words, on).on ? after(words, on) : words.length;
  const day = meaning(words, behind).the ? after(words, behind) : behind;
  const days = [null, weekdaysAt(words, behind), dayOfMonthAt(words, day, true), dayOfYearAt(words, day)][unit];
  return rule(first, unit, interval, days ?? { last, part: "", words: "", fits: () => true }, bare && !days);
}

/** @param {number} first @param {number} unit @param {number} interval @param {Days | null} days @param {boolean} [bare] @returns {Phrase | null} */
function rule(first, unit, interval, days, bare) {
  if (!days) return null;
  const { last, part, words, fits } = days;
  const skips = unit >= MONTH && /^$|=(29|3\d)$/.test(part) && !/BYMONTH=(1|[3-9]|1\d);/.test(part);
  const text = `FREQ=${FREQUENCIES[unit]}${interval > 1 ? `;INTERVAL=${interval}` : ""}${part && `;${part}`}${skips ? ";SKIP=BACKWARD" : ""}`;
  const period = interval > 1 ? `${interval} ${UNITS[unit]}s` : UNITS[unit];
  const label = unit === WEEK && interval === 1 && words ? `Every ${words}` : `Every ${period}${words && ` on ${words}`}`;
  return { kind: "repeat", first, last, bare, find: () => ({ rule: text, label, fits }) };
}

/** One or more days of the week. @param {Word[]} words @param {number} first @returns {Days | null} */
function weekdaysAt(words, first) {
  /** @type {number[]} */
  const days = [];
  let last = -1;
  for (let index = first; days.length < DAYS.length;) {
    const { weekday, plural, adverb } = meaning(words, index);
    const day = weekday ?? plural ?? adverb ?? shortWeekday(words[index]);
    if (day === undefined) break;
    days.push(day);
    last = index;
    const behind = words[index].tail === "," ? index + 1 : after(words, index);
    const isAnd = meaning(words, behind).and;
    if (!isAnd && words[index].tail !== ",") break;
    index = isAnd ? after(words, behind) : behind;
  }
  return days.length ? weekdays(last, days) : null;
}

/** @param {number} last @param {number[]} days */
function weekdays(last, days) {
  const sorted = [1, 2, 3, 4, 5, 6, 0].filter((day) => days.includes(day));
  const part = `BYDAY=${sorted.map((day) => DAYS[day])}`;
  const words = part.endsWith("=MO,TU,WE,TH,FR") ? "weekday" : sorted.map((day) => NAMES[day]).join(", ");
  return { last, part, words, fits: (/** @type {string} */ date) => days.includes(weekdayOf(date)) };
}

/** A day of each month with all that says so. @param {Word[]} words @param {number} index */
function wholeDayOfMonthAt(words, index) {
  const days = dayOfMonthAt(words, index, false);
  if (!days) return null;
  const last = ofMonth(words, days.last);
  return days.isSure || last > days.last ? { ...days, last } : null;
}

/** The last word of "of the month", if it is behind a word. @param {Word[]} words @param {number} last */
function ofMonth(words, last) {
  const of = after(words, last);
  const the = after(words, of);
  const month = meaning(words, the).the ? after(words, the) : the;
  return meaning(words, of).of && meaning(words, month).unit === MONTH ? month : last;
}

/** "15th", "last day", "first monday". @param {Word[]} words @param {number} index @param {boolean} isLed @returns {Days | null} */
function dayOfMonthAt(words, index, isLed) {
  const { nth = 0, nthDay, digits, last } = meaning(words, index);
  const number = last ? -1 : nth;
  const second = after(words, index);
  const { weekday, unit } = meaning(words, second);
  const isSure = Math.abs(number) === 1;
  if (weekday !== undefined && number && number <= 5) {
    return { last: second, isSure, part: `BYDAY=${number}${DAYS[weekday]}`, words: `the ${ordinal(number)} ${NAMES[weekday]}`,
      fits: (date) => weekdayOf(date) === weekday && isNth(date, number) };
  }
  if (last && unit === 0) return { last: second, isSure, part: "BYMONTHDAY=-1", words: "the last day", fits: isLastDay };
  const day = (unit === 0 ? nth : 0) || nthDay || (isLed && digits) || 0;
  if (day < 1 || day > 31) return null;
  return { last: unit === 0 && nth ? second : index, isSure: isSure || unit !== 0, part: `BYMONTHDAY=${day}`, words: `the ${ordinal(day)}`, fits: fitting(day) };
}

/** @param {Word[]} words @param {number} index @returns {Days | null} */
function dayOfYearAt(words, index) {
  const { date } = meaning(words, index);
  const { last, day } = date ? { last: index, day: date } : namedDayAt(words, index) ?? {};
  if (last === undefined || !day || day.year) return null;
  const month = `-${String(day.month).padStart(2, "0")}-`;
  const fits = fitting(day.day);
  return { last, part: `BYMONTH=${day.month};BYMONTHDAY=${day.day}`, words: `${day.day} ${MONTHS[day.month]}`,
    fits: (text) => text.includes(month) && fits(text) };
}

/** @param {number} number -1 is the last one */
function ordinal(number) {
  const suffix = number > 10 && number < 14 ? "" : ["", "st", "nd", "rd"][number % 10];
  return number < 0 ? "last" : `${number}${suffix || "th"}`;
}

/** The day of a month, or the last one of a shorter month. @param {number} day */
function fitting(day) {
  return (/** @type {string} */ date) => dayOfMonth(date) === day || (dayOfMonth(date) < day && isLastDay(date));
}

/** @param {string} date */
function isLastDay(date) {
  return addDays(date, 1).endsWith("-01");
}

/** Whether a day is the first, second ... or last of its weekday in the month. @param {string} date @param {number} nth */
function isNth(date, nth) {
  return nth < 0 ? addDays(date, 7).slice(5, 7) !== date.slice(5, 7) : Math.ceil(dayOfMonth(date) / 7) === nth;
}
