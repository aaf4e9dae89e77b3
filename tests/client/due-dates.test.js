// Due dates of three kinds, in the zone of a user.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addDays, convertDue, daysBetween, describeDue, describeDueFully, formatDue, formatTime, isOverdue, localTime, momentIn, nameOfDay,
  parseDue, shortDate, zoneName,
} from "../../src/todo_http/web/static/formatting/due-dates.js";
import { preferencesOf } from "../../src/todo_http/web/static/formatting/locale.js";

const NOW = { zone: "Europe/Berlin", instant: Date.parse("2026-11-20T11:00Z"), date: "2026-11-20", time: "12:00" };
const BRITISH = { hour12: false, weekStart: 1 };
const AMERICAN = { hour12: true, weekStart: 0 };
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

test("due dates are described in as few words as possible", () => {
  const described = (due, completed = false) => describeDue(parseDue(due), NOW, BRITISH, completed);
  const text = (due) => described(due).text;
  assert.deepEqual(["2026-11-20", "2026-11-21T09:00", "2026-11-22", "2026-11-23T17:00"].map(text), ["Today", "Tomorrow 09:00", "Sun", "Mon 17:00"]);
  assert.deepEqual(["2026-11-26", "2026-11-27"].map(text), ["Thu", "27 Nov"], "a week from now is the same day of the week as today");
  assert.deepEqual(["2026-12-24", "2027-12-24"].map(text), ["24 Dec", "24 Dec 2027"]);
  assert.deepEqual(["2026-11-19", "2026-11-16", "2026-11-13"].map(text), ["Yesterday", "Mon 16 Nov", "13 Nov"], "no past day is taken for a coming one");
  assert.deepEqual(described("2026-11-19"), { text: "Yesterday", tone: "overdue" });
  assert.deepEqual(described("2026-11-19", true), { text: "Yesterday", tone: "later" });
  assert.deepEqual(described("2026-11-20T09:00"), { text: "Today 09:00", tone: "overdue" });
  assert.deepEqual(described(NEW_YORK), { text: "Today 16:00", tone: "today" });
});

test("the clock is that of the browser", () => {
  const times = ["00:00", "09:30", "12:00", "17:00"];
  assert.deepEqual(times.map((time) => formatTime(time, AMERICAN)), ["12 am", "9:30 am", "12 pm", "5 pm"]);
  assert.deepEqual(times.map((time) => formatTime(time, BRITISH)), times);
  const full = (preferences) => describeDueFully(parseDue(NEW_YORK), NOW, preferences);
  assert.equal(full(BRITISH), "Friday, 20 Nov 2026, 16:00 (10:00 in New York), fixed in New York");
  assert.equal(full(AMERICAN), "Friday, 20 Nov 2026, 4 pm (10 am in New York), fixed in New York");
  assert.deepEqual(["en-US", "en-GB", "de-DE", "ar-EG"].map((tag) => preferencesOf(tag)),
    [AMERICAN, BRITISH, BRITISH, { hour12: true, weekStart: 6 }]);
});

test("a week begins on Monday in a browser that does not know better", () => {
  const { Locale } = Intl;
  Intl.Locale = class { constructor() {} };
  try {
    assert.deepEqual(preferencesOf("en-US"), { hour12: true, weekStart: 1 });
  } finally {
    Intl.Locale = Locale;
  }
});

test("a list by days shows a due date on its day in the zone of the user", () => {
  const day = (due) => localTime(parseDue(due), NOW.zone).date;
  assert.deepEqual(["2026-11-20", "2026-11-20T23:59", "2026-11-20T23:30:00Z"].map(day), ["2026-11-20", "2026-11-20", "2026-11-21"]);
  const names = ["2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22", "2027-01-01"].map((date) => nameOfDay(date, NOW.date));
  assert.deepEqual(names, ["Yesterday · Thu 19 Nov", "Today · Fri 20 Nov", "Tomorrow · Sat 21 Nov", "Sun 22 Nov", "Fri 1 Jan 2027"]);
});

test("a local date and time is written in the zone in which the due date is fixed", () => {
  const converted = (basis) => convertDue("2026-11-20", "16:00", "Europe/Berlin", basis);
  assert.equal(converted("America/New_York"), NEW_YORK);
  assert.equal(converted("Europe/Berlin"), "2026-11-20T16:00:00+01:00[Europe/Berlin]");
  assert.deepEqual(["floating", "Z", "-09:30", "+05:45"].map(converted),
    ["2026-11-20T16:00", "2026-11-20T15:00:00Z", "2026-11-20T05:30:00-09:30", "2026-11-20T20:45:00+05:45"]);
  assert.deepEqual([convertDue("", "", "UTC", "Z"), convertDue("2026-11-20", "", "UTC", "Z")], [null, "2026-11-20"]);
});

test("a day is overdue when it is over and a time when it has passed", () => {
  const overdue = (due) => isOverdue(parseDue(due), NOW);
  assert.deepEqual(["2026-11-19", "2026-11-20", "2026-11-20T11:59", "2026-11-20T12:00"].map(overdue), [true, false, true, false]);
  assert.deepEqual(["2026-11-20T11:59:00+01:00", NEW_YORK].map(overdue), [true, false]);
});

test("calendar arithmetic crosses months and years", () => {
  assert.equal(addDays("2028-02-28", 1), "2028-02-29");
  assert.equal(daysBetween("2026-12-31", "2027-01-01"), 1);
  assert.equal(shortDate("2027-01-01", "2026-12-31"), "1 Jan 2027");
  assert.deepEqual(["Z", "+05:45", "America/New_York"].map(zoneName), ["UTC", "UTC+05:45", "New York"]);
});
