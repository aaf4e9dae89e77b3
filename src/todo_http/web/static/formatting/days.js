// The names of days. Pure.

import { WEEKDAYS, daysBetween, shortDate, weekdayOf } from "./due-dates.js";

const NEAR = ["Yesterday", "Today", "Tomorrow"];

/** Such as Today · Sun 22 Nov. @param {string} date @param {string} today */
export function nameOfDay(date, today) {
  const near = NEAR[daysBetween(today, date) + 1];
  const name = `${WEEKDAYS[weekdayOf(date)].slice(0, 3)} ${shortDate(date, today)}`;
  return near ? `${near} · ${name}` : name;
}
