// Due dates of three kinds, in the zone of a user.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addDays, daysBetween, describeDue, describeDueFully, formatDue, isOn, isOverdue, momentIn, parseDue, shortDate, zoneName,
} from "../../src/todo_http/web/static/formatting/due-dates.js";

const NOW = { zone: "Europe/Berlin", instant: Date.parse("2026-11-20T11:00Z"), date: "2026-11-20", time: "12:00" };
const NEW_YORK = "2026-11-20T10:00:00-05:00[America/New_York]";

test("each kind of due date is recognised", () => {
  assert.deepEqual(parseDue("2026-11-20"), { kind: "day", date: "2026-11-20" });
  assert.deepEqual(parseDue("2026-11-20T15:00"), { kind: "floating", date: "2026-11-20", time: "15:00" });
  assert.deepEqual(parseDue(NEW_YORK), {
    kind: "fixed", date: "2026-11-20", time: "10:00", offset: "-05:00", zone: "America/New_York", instant: Date.parse("2026-11-20T15:00Z"),
  });
  assert.equal(parseDue("2026-11-20T15:00:00Z").zone, null);
  for (const text of [null, "", "tomorrow", "2026-11", "2026-11-20 15:00"]) assert.equal(parseDue(text), null);
});

test("a due date is formatted as the form says", () => {
  assert.equal(formatDue("", "12:00", "floating"), null);
  assert.equal(formatDue("2026-11-20", "", "Europe/Berlin"), "2026-11-20");
  assert.equal(formatDue("2026-11-20", "15:45", "floating"), "2026-11-20T15:45");
  assert.equal(formatDue("2026-11-20", "15:45", "+05:45"), "2026-11-20T15:45:00+05:45");
  assert.equal(formatDue("2026-11-20", "10:00", "America/New_York"), NEW_YORK);
});

test("the offset is that of the day, also on days on which the clock changes", () => {
  const offset = (date, time) => formatDue(date, time, "Europe/Berlin").slice(19, 25);
  assert.equal(offset("2026-03-29", "01:30"), "+01:00");
  assert.equal(offset("2026-03-29", "03:30"), "+02:00");
  assert.equal(offset("2026-10-25", "01:30"), "+02:00");
  assert.equal(offset("2026-10-25", "03:30"), "+01:00");
});

test("a moment is shown on the calendar and the clock of a zone", () => {
  assert.deepEqual(momentIn("Europe/Berlin", NOW.instant), NOW);
  assert.equal(momentIn("Pacific/Auckland", NOW.instant).date, "2026-11-21");
  assert.equal(momentIn("Nowhere/Unknown", NOW.instant).time, "11:00");
});

test("due dates are described in words", () => {
  const text = (due, completed = false) => describeDue(parseDue(due), NOW, completed).text;
  assert.equal(text("2026-11-20"), "Today");
  assert.equal(text("2026-11-21T09:00"), "Tomorrow 09:00");
  assert.equal(text("2026-11-23"), "In 3 days");
  assert.equal(text("2026-12-24"), "24 Dec");
  assert.equal(text("2099-12-24"), "24 Dec 2099");
  assert.equal(text("2026-11-19"), "Overdue since yesterday");
  assert.equal(text("2026-11-19", true), "Yesterday");
  assert.equal(text("2026-11-20T09:00"), "Overdue since 09:00");
  assert.equal(text(NEW_YORK), "Today 16:00");
  assert.equal(describeDueFully(parseDue(NEW_YORK), NOW), "Friday, 20 Nov 2026, 16:00 (10:00 in New York), fixed in New York");
});

test("a day is overdue when it is over and a time when it has passed", () => {
  const overdue = (due) => isOverdue(parseDue(due), NOW);
  assert.deepEqual(["2026-11-19", "2026-11-20", "2026-11-20T11:59", "2026-11-20T12:00"].map(overdue), [true, false, true, false]);
  assert.deepEqual(["2026-11-20T11:59:00+01:00", NEW_YORK].map(overdue), [true, false]);
  assert.ok(isOn(parseDue("2026-11-20T23:30:00Z"), "2026-11-21", "Europe/Berlin"));
});

test("calendar arithmetic crosses months and years", () => {
  assert.equal(addDays("2028-02-28", 1), "2028-02-29");
  assert.equal(daysBetween("2026-12-31", "2027-01-01"), 1);
  assert.equal(shortDate("2027-01-01", "2026-12-31"), "1 Jan 2027");
  assert.deepEqual(["Z", "+05:45", "America/New_York"].map(zoneName), ["UTC", "UTC+05:45", "New York"]);
});
