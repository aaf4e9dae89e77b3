// What words that begin with a digit can mean in the line of quick entry: numbers, times and dates. Pure.

/** @import { EntryDay, Meanings } from "../types.js" */

const EARLY = 420; // 7:00
const DAYS = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

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
    return suffix ? nth : { digits: value, count: value, hour: 60 * value, ...nth };
  }
  if (/^(19|20)\d\d$/.test(key)) return { year: Number(key) };
  return { ...timeOf(key), ...dateOf(key, tail, dayFirst) };
}

/** Times are minutes. @param {string} key @returns {Meanings} */
function timeOf(key) {
  const [, hours, sign, minutes = "0", suffix] = key.match(/^(\d\d?)(?:([:.])([0-5]\d))?([ap]\.?m|uhr)?$/) ?? [];
  if (!hours) return {};
  const hour = 60 * Number(hours) + Number(minutes);
  if (suffix && suffix !== "uhr") return timeIf(onClock12(hour, suffix[0] === "p"));
  if (sign === ":" && !suffix && hour < EARLY && hours.length === 1) return { hour, early: hour };
  if (suffix || sign === ":") return { hour, ...timeIf(hour) };
  return hour < 1440 ? { hour, dotted: hour } : {};
}

/** @param {number} minutes @returns {Meanings} */
function timeIf(minutes) {
  return minutes < 1440 ? { time: minutes } : {};
}

/**
 * A time of a clock with twelve hours, or no time if that has no such hour.
 * @param {number} minutes
 * @param {boolean} isAfternoon
 */
export function onClock12(minutes, isAfternoon) {
  return minutes >= 60 && minutes < 780 ? (minutes % 720) + (isAfternoon ? 720 : 0) : NaN;
}

/** @param {string} key @param {string} tail @param {boolean} dayFirst @returns {Meanings} */
function dateOf(key, tail, dayFirst) {
  const [, iso, isoMonth, isoDay] = key.match(/^(\d{4})-(\d\d?)-(\d\d?)$/) ?? [];
  if (iso) return dated(isoDay, isoMonth, iso, "anywhere");
  const [, first, sign, second, third = ""] = key.match(/^(\d\d?)([./])(\d\d?)(?:\2(\d\d(?:\d\d)?))?$/) ?? [];
  const year = third.length === 2 ? `20${third}` : third;
  if (sign === ".") return dated(first, second, year, key.length > 7 || (!year && tail[0] === ".") ? "anywhere" : "led");
  if (!sign || key === "24/7") return {};
  const [day, month] = dayFirst ? [first, second] : [second, first];
  const where = year ? "anywhere" : "end";
  return Number(month) > 12 ? dated(month, day, year, where) : dated(day, month, year, where);
}

/**
 * @param {string} day
 * @param {string} month
 * @param {string} year may be empty
 * @param {EntryDay["where"]} where
 * @returns {Meanings}
 */
function dated(day, month, year, where) {
  const date = { day: Number(day), month: Number(month), year: year ? Number(year) || 1 : 0, where };
  return isDay(date) ? { typedDate: date } : {};
}

/** Whether there is such a day in the years of due dates. @param {EntryDay} date */
export function isDay({ day, month, year }) {
  if (!(day > 0 && day <= DAYS[month])) return false;
  return !year || (year >= 1970 && new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day);
}
