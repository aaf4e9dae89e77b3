// Due dates of three kinds: parsing, formatting, and describing them in the time zone of a user. Pure.

/** @import { Due, Moment } from "../types.js" */

const FORM = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::[\d.]+)?(?:(Z|[+-]\d\d:\d\d)(?:\[([^\]]+)\])?)?)?$/;
export const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY = 86_400_000;

/** @param {string | null} text @returns {Due | null} */
export function parseDue(text) {
  const [, date, time, offset, zone = null] = text?.match(FORM) ?? [];
  if (!date) return null;
  if (!time) return { kind: "day", date };
  if (!offset) return { kind: "floating", date, time };
  return { kind: "fixed", date, time, offset, zone, instant: Date.parse(/** @type {string} */ (text).replace(/\[.*/, "")) };
}

/**
 * The date and the time in a zone at an instant.
 * @param {string} zone
 * @param {number} [instant] milliseconds since 1970, by default now
 * @returns {Moment}
 */
export function momentIn(zone, instant = Date.now()) {
  const shown = Object.fromEntries(clockOf(zone).formatToParts(instant).map((part) => [part.type, part.value]));
  return { zone, instant, date: `${shown.year}-${shown.month}-${shown.day}`, time: `${shown.hour}:${shown.minute}` };
}

const CLOCK = /** @type {const} */ ({
  year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});
/** By zone; making one is slow. @type {Map<string, Intl.DateTimeFormat>} */
const clocks = new Map();

/** @param {string} zone */
function clockOf(zone) {
  const clock = clocks.get(zone) ?? createClock(zone);
  clocks.set(zone, clock);
  return clock;
}

/** @param {string} zone UTC is used instead of a zone that this browser does not know @returns {Intl.DateTimeFormat} */
function createClock(zone) {
  try {
    return new Intl.DateTimeFormat("en", { ...CLOCK, timeZone: zone });
  } catch {
    return createClock("UTC");
  }
}

/**
 * The date, and the time if it has one, in a zone.
 * @param {Due} due
 * @param {string} zone
 * @returns {{ date: string, time: string | null }}
 */
export function localTime(due, zone) {
  if (due.kind === "day") return { date: due.date, time: null };
  if (due.kind === "floating") return { date: due.date, time: due.time };
  return momentIn(zone, due.instant);
}

/** @param {Due} due @param {string} date @param {string} zone */
export function isOn(due, date, zone) {
  return localTime(due, zone).date === date;
}

/**
 * A day is overdue when it is over, a time when it has passed.
 * @param {Due} due
 * @param {Moment} now
 */
export function isOverdue(due, now) {
  if (due.kind === "fixed") return due.instant < now.instant;
  if (due.kind === "day") return due.date < now.date;
  return `${due.date}T${due.time}` < `${now.date}T${now.time}`;
}

/** @param {string} date @param {number} days */
export function addDays(date, days) {
  return new Date(Date.parse(date) + days * DAY).toISOString().slice(0, 10);
}

/**
 * The days from one date to another; negative when that is earlier.
 * @param {string} from
 * @param {string} to
 */
export function daysBetween(from, to) {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY);
}

/** @param {string} date @returns {number} 0 is Sunday */
export function weekdayOf(date) {
  return new Date(date).getUTCDay();
}

/**
 * A due date in a few words.
 * @param {Due} due
 * @param {Moment} now
 * @param {boolean} completed completed tasks are never overdue
 * @returns {{ text: string, tone: "overdue" | "today" | "later" }}
 */
export function describeDue(due, now, completed) {
  const { date, time } = localTime(due, now.zone);
  const days = daysBetween(now.date, date);
  const overdue = !completed && isOverdue(due, now);
  if (overdue && days === 0) return { text: `Overdue since ${time}`, tone: "overdue" };
  const moment = describeDay(days, date, now.date) + (time ? ` ${time}` : "");
  if (overdue) return { text: `Overdue since ${moment.replace("Yesterday", "yesterday")}`, tone: "overdue" };
  return { text: moment, tone: days === 0 ? "today" : "later" };
}

/**
 * @param {number} days from today
 * @param {string} date
 * @param {string} today
 */
function describeDay(days, date, today) {
  if (days === 0) return "Today";
  if (days === 1) return "Tomorrow";
  if (days === -1) return "Yesterday";
  if (days > 1 && days < 7) return `In ${days} days`;
  return shortDate(date, today);
}

/**
 * Such as 24 Dec; with the year when it is not the current one.
 * @param {string} date
 * @param {string} today
 */
export function shortDate(date, today) {
  const [year, month, day] = date.split("-");
  const text = `${Number(day)} ${MONTHS[Number(month) - 1]}`;
  return year === today.slice(0, 4) ? text : `${text} ${Number(year)}`;
}

/**
 * A due date with its weekday, such as Fri 27 Nov 17:00.
 * @param {string | null} text
 * @param {Moment} now
 */
export function describeDate(text, now) {
  const due = parseDue(text);
  if (!due) return "";
  const { date, time } = localTime(due, now.zone);
  return `${WEEKDAYS[weekdayOf(date)].slice(0, 3)} ${shortDate(date, now.date)}${time ? ` ${time}` : ""}`;
}

/**
 * A due date with weekday, year and zone, for a tooltip.
 * @param {Due} due
 * @param {Moment} now
 */
export function describeDueFully(due, now) {
  const { date, time } = localTime(due, now.zone);
  const day = `${WEEKDAYS[weekdayOf(date)]}, ${Number(date.slice(8))} ${MONTHS[Number(date.slice(5, 7)) - 1]} ${date.slice(0, 4)}`;
  if (due.kind === "day") return day;
  if (due.kind === "floating") return `${day}, ${time}, wherever you are`;
  const there = due.zone && due.zone !== now.zone ? ` (${due.time} in ${zoneName(due.zone)})` : "";
  return `${day}, ${time}${there}, fixed in ${zoneName(due.zone ?? due.offset)}`;
}

/** @param {string} zone a name such as America/New_York, or an offset */
export function zoneName(zone) {
  if (zone === "Z") return "UTC";
  if (/^[+-]/.test(zone)) return `UTC${zone}`;
  return (zone.split("/").pop() ?? zone).replaceAll("_", " ");
}

/**
 * A due date as the API expects it, from the fields of a form.
 * @param {string} date
 * @param {string} time empty for a whole day
 * @param {string} basis "floating", a zone, or an offset
 * @returns {string | null}
 */
export function formatDue(date, time, basis) {
  if (!date) return null;
  if (!time) return date;
  if (basis === "floating") return `${date}T${time}`;
  if (basis === "Z" || /^[+-]/.test(basis)) return `${date}T${time}:00${basis}`;
  return `${date}T${time}:00${offsetIn(basis, date, time)}[${basis}]`;
}

/**
 * The UTC offset of a zone at a local date and time, such as +01:00.
 * @param {string} zone
 * @param {string} date
 * @param {string} time
 */
function offsetIn(zone, date, time) {
  const wall = Date.parse(`${date}T${time}Z`);
  let minutes = 0;
  for (let round = 0; round < 2; round += 1) { // the second round is for days on which the clock changes
    const shown = momentIn(zone, wall - minutes * 60_000);
    minutes += (wall - Date.parse(`${shown.date}T${shown.time}Z`)) / -60_000;
  }
  const sign = minutes < 0 ? "-" : "+";
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  return `${sign}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}

/** An instant in a zone, such as "2026-11-20 17:00". @param {string} instant @param {string} zone */
export function formatInstant(instant, zone) {
  const { date, time } = momentIn(zone, Date.parse(instant));
  return `${date} ${time}`;
}
