// What words that begin with a digit can mean in the line of quick entry: numbers, times and dates. Pure.

/** @import { Meanings } from "../types.js" */

const DAYS = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** @typedef {NonNullable<Meanings["where"]>} Where */

/**
 * @param {string} key
 * @param {string} tail the punctuation behind it
 * @param {boolean} dayFirst
 * @returns {Meanings}
 */
export function shapeOf(key, tail, dayFirst) {
  const [, number, suffix] = key.match(/^(\d{1,3})(st|nd|rd|th)?$/) ?? [];
  if (number) {
    const value = Number(number);
    const nth = suffix || tail[0] === "." ? { nth: value, nthDay: value } : {};
    return suffix ? nth : { digits: value, count: value, hour: value, minute: 0, ...nth };
  }
  if (/^(19|20)\d\d$/.test(key)) return { year: Number(key) };
  return { ...timeOf(key), ...dateOf(key, tail, dayFirst) };
}

/** @param {string} key @returns {Meanings} */
function timeOf(key) {
  const [, hours, sign, minutes = "0", suffix] = key.match(/^(\d\d?)(?:([:.])(\d\d))?([ap]\.?m|uhr)?$/) ?? [];
  const hour = Number(hours);
  const minute = Number(minutes);
  if (!hours) return {};
  if (suffix) return { time: suffix === "uhr" ? clock(hour, minute) : clock12(hour, minute, suffix[0] === "p") };
  return { hour, minute, ...(sign === ":" && { time: clock(hour, minute) }) };
}

/** @param {number} hour @param {number} minute */
export function clock(hour, minute) {
  return hour < 24 && minute < 60 ? `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}` : undefined;
}

/** @param {number} hour @param {number} minute @param {boolean} afternoon */
export function clock12(hour, minute, afternoon) {
  return hour > 0 && hour < 13 ? clock((hour % 12) + (afternoon ? 12 : 0), minute) : undefined;
}

/** @param {string} key @param {string} tail @param {boolean} dayFirst @returns {Meanings} */
function dateOf(key, tail, dayFirst) {
  const [, first, sign, second, third = ""] = key.match(/^(\d{4}|\d\d?)([-./])(\d\d?)(?:\2(\d{4}|\d\d?))?$/) ?? [];
  if (sign === "-") return first.length === 4 && third ? dated(third, second, first, "anywhere") : {};
  if (!sign || first.length === 4 || third.length === 1) return {};
  const year = third.length === 2 ? `20${third}` : third;
  if (sign === ".") {
    const isSure = third.length === 4 || (third ? key.length === 8 : tail[0] === ".");
    return dated(first, second, year, isSure ? "anywhere" : "led");
  }
  if (key === "24/7") return {};
  const where = year ? "anywhere" : "end";
  const [day, month] = dayFirst ? [first, second] : [second, first];
  return Number(month) > 12 ? dated(month, day, year, where) : dated(day, month, year, where);
}

/** @param {string} day @param {string} month @param {string} year may be empty @param {Where} where @returns {Meanings} */
function dated(day, month, year, where) {
  const date = { day: Number(day), month: Number(month), year: year ? Number(year) || -1 : 0 };
  return isDay(date) ? { date, where } : {};
}

/** Whether the API takes such a day, in some year if the year is 0. @param {{ day: number, month: number, year: number }} date */
export function isDay({ day, month, year }) {
  if (!(day > 0 && day <= DAYS[month])) return false;
  return !year || (year >= 1970 && new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day);
}
