// Due dates of three kinds: parsing, formatting, and describing them in the time zone of a user. Pure.

/** @import { Due, LocalePreferences, Moment } from "../types.js" */

const FORM = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::[\d.]+)?(?:(Z|[+-]\d\d:\d\d)(?:\[([^\]]+)\])?)?)?$/;
export const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const NEAR = ["Yesterday", "Today", "Tomorrow"];
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
 * A due date in as few words as possible: Today, Tomorrow 17:00, Fri, 24 Dec. Completed tasks are never overdue.
 * @param {Due} due
 * @param {Moment} now
 * @param {LocalePreferences} preferences
 * @param {boolean} [completed]
 * @returns {{ text: string, tone: "overdue" | "today" | "later" }}
 */
export function describeDue(due, now, preferences, completed = false) {
  const { date, time } = localTime(due, now.zone);
  const text = describeDay(date, now.date) + clock(time, preferences);
  if (!completed && isOverdue(due, now)) return { text, tone: "overdue" };
  return { text, tone: date === now.date ? "today" : "later" };
}

/** @param {string} date @param {string} today */
function describeDay(date, today) {
  const days = daysBetween(today, date);
  const name = NEAR[days + 1];
  if (name) return name;
  if (days > 1 && days < 7) return weekday(date);
  return days < 0 && days > -7 ? `${weekday(date)} ${shortDate(date, today)}` : shortDate(date, today);
}

/** The heading of a day, such as Today · Sun 22 Nov. @param {string} date @param {string} today */
export function nameOfDay(date, today) {
  const near = NEAR[daysBetween(today, date) + 1];
  return `${near ? `${near} · ` : ""}${weekday(date)} ${shortDate(date, today)}`;
}

/** The short name of the day of the week. @param {string} date */
export function weekday(date) {
  return WEEKDAYS[weekdayOf(date)].slice(0, 3);
}

/**
 * A time of day as the user's clock shows it: 17:00, 5 pm, 5:30 pm.
 * @param {string} time
 * @param {Pick<LocalePreferences, "hour12">} preferences
 */
export function formatTime(time, { hour12 }) {
  if (!hour12) return time;
  const [hour, minute] = time.split(":");
  return `${Number(hour) % 12 || 12}${minute === "00" ? "" : `:${minute}`} ${Number(hour) < 12 ? "am" : "pm"}`;
}

/** What is put behind a day. @param {string | null} time @param {LocalePreferences} preferences */
function clock(time, preferences) {
  return time ? ` ${formatTime(time, preferences)}` : "";
}

/**
 * Such as 24 Dec; with the year when it is not the current one.
 * @param {string} date
 * @param {string} today
 */
export function shortDate(date, today) {
  const [year, , day] = date.split("-");
  const text = `${Number(day)} ${monthOf(date)}`;
  return year === today.slice(0, 4) ? text : `${text} ${Number(year)}`;
}

/** The short name of the month. @param {string} date */
function monthOf(date) {
  return MONTHS[Number(date.slice(5, 7)) - 1];
}

/**
 * A due date with its weekday, such as Fri 27 Nov 17:00.
 * @param {string | null} text
 * @param {Moment} now
 * @param {LocalePreferences} preferences
 */
export function describeDate(text, now, preferences) {
  const due = parseDue(text);
  if (!due) return "";
  const { date, time } = localTime(due, now.zone);
  return `${weekday(date)} ${shortDate(date, now.date)}${clock(time, preferences)}`;
}

/**
 * A due date with weekday, year and zone, for a tooltip.
 * @param {Due} due
 * @param {Moment} now
 * @param {LocalePreferences} preferences
 */
export function describeDueFully(due, now, preferences) {
  const { date, time } = localTime(due, now.zone);
  const day = `${WEEKDAYS[weekdayOf(date)]}, ${Number(date.slice(8))} ${monthOf(date)} ${date.slice(0, 4)}${time ? `, ${formatTime(time, preferences)}` : ""}`;
  if (due.kind === "day") return day;
  if (due.kind === "floating") return `${day}, wherever you are`;
  const there = due.zone && due.zone !== now.zone ? ` (${formatTime(due.time, preferences)} in ${zoneName(due.zone)})` : "";
  return `${day}${there}, fixed in ${zoneName(due.zone ?? due.offset)}`;
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
 * The due date at a local date and time of a zone that is written, and stays fixed, in another one.
 * @param {string} date
 * @param {string} time
 * @param {string} zone where date and time are read
 * @param {string} basis "floating", a zone, or an offset
 */
export function convertDue(date, time, zone, basis) {
  const due = parseDue(formatDue(date, time, zone));
  if (due?.kind !== "fixed" || basis === zone || basis === "floating") return formatDue(date, time, basis);
  const [, sign, hours, minutes] = basis.match(/^([+-])(\d\d):(\d\d)$/) ?? [];
  const shift = sign ? Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000 : 0;
  const there = momentIn(sign || basis === "Z" ? "UTC" : basis, due.instant + shift);
  return formatDue(there.date, there.time, basis);
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
