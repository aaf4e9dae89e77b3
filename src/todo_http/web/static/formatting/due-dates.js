// Due dates: reading and writing their three kinds, and telling them in the words and the zone of a person. Pure.

/** @import { Due, Moment } from "../types.js" */

const FORM = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::[\d.]+)?(?:(Z|[+-]\d\d:\d\d)(?:\[([^\]]+)\])?)?)?$/;
export const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY = 86_400_000;

/**
 * @param {string | null} text
 * @returns {Due | null}
 */
export function readDue(text) {
  const [, date, time, offset, zone = null] = text?.match(FORM) ?? [];
  if (!date) return null;
  if (!time) return { kind: "day", date };
  if (!offset) return { kind: "floating", date, time };
  return { kind: "fixed", date, time, offset, zone, instant: Date.parse(/** @type {string} */ (text).replace(/\[.*/, "")) };
}

/**
 * What is shown on the calendar and the clock of a zone at an instant.
 * @param {string} zone
 * @param {number} [instant] milliseconds since 1970; now when absent
 * @returns {Moment}
 */
export function momentIn(zone, instant = Date.now()) {
  const shown = Object.fromEntries(clockOf(zone).formatToParts(instant).map((part) => [part.type, part.value]));
  return { zone, instant, date: `${shown.year}-${shown.month}-${shown.day}`, time: `${shown.hour}:${shown.minute}` };
}

/** @type {Map<string, Intl.DateTimeFormat>} */
const clocks = new Map();

/** @param {string} zone */
function clockOf(zone) {
  const known = clocks.get(zone);
  if (known) return known;
  const options = /** @type {const} */ ({
    year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
  let made;
  try {
    made = new Intl.DateTimeFormat("en", { ...options, timeZone: zone });
  } catch {
    made = new Intl.DateTimeFormat("en", { ...options, timeZone: "UTC" }); // a zone that this browser does not know yet
  }
  clocks.set(zone, made);
  return made;
}

/**
 * The day, and the time if it has one, as they are seen in a zone.
 * @param {Due} due
 * @param {string} zone
 * @returns {{ date: string, time: string | null }}
 */
export function seenFrom(due, zone) {
  if (due.kind === "day") return { date: due.date, time: null };
  if (due.kind === "floating") return { date: due.date, time: due.time };
  return momentIn(zone, due.instant);
}

/**
 * @param {Due} due
 * @param {string} date
 * @param {string} zone
 */
export function isOn(due, date, zone) {
  return seenFrom(due, zone).date === date;
}

/**
 * A day when it is over, a time when the clock has passed it.
 * @param {Due} due
 * @param {Moment} now
 */
export function isOverdue(due, now) {
  if (due.kind === "fixed") return due.instant < now.instant;
  if (due.kind === "day") return due.date < now.date;
  return `${due.date}T${due.time}` < `${now.date}T${now.time}`;
}

/**
 * @param {string} date
 * @param {number} days
 */
export function addDays(date, days) {
  return new Date(Date.parse(date) + days * DAY).toISOString().slice(0, 10);
}

/**
 * How many days after `from` a date is; negative when before.
 * @param {string} from
 * @param {string} date
 */
export function daysFrom(from, date) {
  return Math.round((Date.parse(date) - Date.parse(from)) / DAY);
}

/** @param {string} date @returns {number} 0 is Sunday */
export function weekdayOf(date) {
  return new Date(date).getUTCDay();
}

/**
 * A due date in a few words.
 * @param {Due} due
 * @param {Moment} now
 * @param {boolean} completed what is done is never overdue
 * @returns {{ words: string, tone: "overdue" | "today" | "later" }}
 */
export function dueWords(due, now, completed) {
  const { date, time } = seenFrom(due, now.zone);
  const days = daysFrom(now.date, date);
  const late = !completed && isOverdue(due, now);
  const at = time ? ` ${time}` : "";
  if (late && days === 0) return { words: `Overdue since ${time}`, tone: "overdue" };
  if (late) return { words: `Overdue since ${dayWords(days, date, now.date).replace("Yesterday", "yesterday")}${at}`, tone: "overdue" };
  return { words: dayWords(days, date, now.date) + at, tone: days === 0 ? "today" : "later" };
}

/**
 * @param {number} days from today
 * @param {string} date
 * @param {string} today
 */
function dayWords(days, date, today) {
  if (days === 0) return "Today";
  if (days === 1) return "Tomorrow";
  if (days === -1) return "Yesterday";
  if (days > 1 && days < 7) return `In ${days} days`;
  return calendarWords(date, today);
}

/**
 * A date as on a calendar; the year is said when it is another one.
 * @param {string} date
 * @param {string} today
 */
export function calendarWords(date, today) {
  const [year, month, day] = date.split("-");
  const short = `${Number(day)} ${MONTHS[Number(month) - 1]}`;
  return year === today.slice(0, 4) ? short : `${short} ${Number(year)}`;
}

/**
 * All there is to say about a due date, for a tooltip.
 * @param {Due} due
 * @param {Moment} now
 */
export function dueInFull(due, now) {
  const { date, time } = seenFrom(due, now.zone);
  const day = `${WEEKDAYS[weekdayOf(date)]}, ${Number(date.slice(8))} ${MONTHS[Number(date.slice(5, 7)) - 1]} ${date.slice(0, 4)}`;
  if (due.kind === "day") return day;
  if (due.kind === "floating") return `${day}, ${time}, wherever you are`;
  const there = due.zone && due.zone !== now.zone ? ` (${due.time} in ${zoneWords(due.zone)})` : "";
  return `${day}, ${time}${there}, fixed in ${zoneWords(due.zone ?? due.offset)}`;
}

/** @param {string} zone a name such as America/New_York, or an offset */
export function zoneWords(zone) {
  if (zone === "Z") return "UTC";
  if (/^[+-]/.test(zone)) return `UTC${zone}`;
  return (zone.split("/").pop() ?? zone).replaceAll("_", " ");
}

/**
 * The text of a due date for the API, from the fields of a form.
 * @param {string} date
 * @param {string} time empty for a whole day
 * @param {string} basis "floating", a zone, or an offset
 * @returns {string | null}
 */
export function writeDue(date, time, basis) {
  if (!date) return null;
  if (!time) return date;
  if (basis === "floating") return `${date}T${time}`;
  if (basis === "Z" || /^[+-]/.test(basis)) return `${date}T${time}:00${basis}`;
  return `${date}T${time}:00${offsetIn(basis, date, time)}[${basis}]`;
}

/**
 * How far a zone's clock is from UTC when it shows a date and a time, such as +01:00.
 * @param {string} zone
 * @param {string} date
 * @param {string} time
 */
function offsetIn(zone, date, time) {
  const wall = Date.parse(`${date}T${time}Z`);
  let minutes = 0;
  for (let round = 0; round < 2; round += 1) { // the second look is for days on which the clock changes
    const shown = momentIn(zone, wall - minutes * 60_000);
    minutes += (wall - Date.parse(`${shown.date}T${shown.time}Z`)) / -60_000;
  }
  const sign = minutes < 0 ? "-" : "+";
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  return `${sign}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}
