// What each view shows, in which sections and in which order.

import assert from "node:assert/strict";
import { test } from "node:test";
import { sectionsOf, subtaskCounts, weekOf } from "../../src/todo_http/web/static/data/selectors.js";
import { NOW, list, routeOf, shown, task, viewOf } from "./tasks.js";

const sections = (view, route, words) => shown(sectionsOf(view, route, NOW, words));
const done = { completed: true, completed_at: "2026-11-21T10:00:00Z" };

test("the inbox and each list show their own open tasks as a tree in manual order", () => {
  const view = viewOf([task("b"), task("d", { parent_id: "b" }), task("c", { parent_id: "b" }), task("a"), task("w", { list_id: "work" }), task("x", done)]);
  assert.deepEqual(sections(view, routeOf("inbox")), [": a b -c -d"]);
  assert.deepEqual(sections(view, routeOf("list", "", { listId: "work" })), [": w"]);
  assert.deepEqual(sections(view, routeOf("list", "", { listId: "other" })), []);
});

test("today shows what is overdue first, and subtasks on their own", () => {
  const view = viewOf([
    task("later", { due_date: "2026-11-23" }), task("low", { due_date: "2026-11-22", priority: "low" }), task("high", { due_date: "2026-11-22", priority: "high" }),
    task("parent"), task("child", { parent_id: "parent", due_date: "2026-11-22" }), task("old", { due_date: "2026-11-01" }), task("late", { due_date: "2026-11-21" }),
    task("passed", { due_date: "2026-11-22T11:00" }), task("coming", { due_date: "2026-11-22T13:00" }), task("done", { ...done, due_date: "2026-11-22" }),
  ]);
  assert.deepEqual(sections(view, routeOf("today")), ["Overdue: old late passed", "Today · Sun 22 Nov: high low child coming"]);
});

test("today without anything overdue has no headings", () => {
  assert.deepEqual(sections(viewOf([task("a", { due_date: "2026-11-22" })]), routeOf("today")), [": a"]);
  assert.deepEqual(sections(viewOf([task("a", { due_date: "2026-11-21" })]), routeOf("today")), ["Overdue: a"]);
  assert.deepEqual(sections(viewOf([]), routeOf("today")), []);
});

test("a fixed time is due on the day that it has in the zone of the user", () => {
  const view = viewOf([task("night", { due_date: "2026-11-22T15:30:00-08:00[America/Los_Angeles]" }), task("noon", { due_date: "2026-11-22T15:30:00Z" })]);
  assert.deepEqual(sections(view, routeOf("today")), [": noon"]);
  assert.deepEqual(sections(view, routeOf("upcoming")), ["Today · Sun 22 Nov: noon", "Tomorrow · Mon 23 Nov: night"]);
  assert.deepEqual(shown(sectionsOf(view, routeOf("upcoming"), { ...NOW, zone: "America/Los_Angeles" })), ["Today · Sun 22 Nov: noon night"]);
});

test("upcoming shows the days that have tasks, and folds what is overdue", () => {
  const view = viewOf([task("b", { due_date: "2026-11-26T09:00" }), task("a", { due_date: "2026-11-26" }), task("c", { due_date: "2027-01-02" }), task("late", { due_date: "2026-11-21" }), task("none")]);
  assert.deepEqual(sections(view, routeOf("upcoming")), ["Overdue: late", "Thu 26 Nov: a b", "Sat 2 Jan 2027: c"]);
  assert.deepEqual(sectionsOf(view, routeOf("upcoming"), NOW).map(({ folded }) => folded), [true, false, false]);
});

test("the week counts the tasks of each day, beginning with today", () => {
  const view = viewOf([task("a", { due_date: "2026-11-22" }), task("b", { due_date: "2026-11-26" }), task("c", { due_date: "2026-11-26" }), task("d", { due_date: "2026-11-29" })]);
  const week = weekOf(sectionsOf(view, routeOf("upcoming"), NOW), NOW);
  assert.deepEqual(week.map(({ count }) => count), [1, 0, 0, 0, 2, 0, 0]);
  assert.deepEqual([week[0].date, week[4].first, week[1].first], ["2026-11-22", "b", ""]);
});

test("a tag is found whatever its case, and shows tasks of all lists by due date", () => {
  const view = viewOf([task("a", { tags: ["Home"] }), task("b", { tags: ["x", "home"], list_id: "work", due_date: "2026-12-24" }), task("c", { tags: ["homes"] })]);
  assert.deepEqual(sections(view, routeOf("tag", "", { tag: "HOME" })), [": b a"]);
});

test("a search finds each word as a part of title or notes, open tasks first", () => {
  const view = viewOf([
    task("1", { title: "Café in Zürich", description: "ask about the CAKE" }), task("2", { ...done, title: "zurich, old" }),
    task("3", { title: "Zürich", created_at: "2026-11-02T00:00:00Z" }), task("4", { title: "Bern" }),
  ]);
  assert.deepEqual(sections(view, routeOf("search", "q=zurich")), [": 3 1", "Completed: 2"]);
  assert.deepEqual(sections(view, routeOf("search"), "zürich cak"), [": 1"]);
  assert.deepEqual(sections(view, routeOf("search", "q=%20")), []);
});

test("deferred tasks are folded away in their list, and nowhere else until their time has come", () => {
  const view = viewOf([task("a", { due_date: "2026-11-22", deferred_until: "2026-11-23" }), task("b", { deferred_until: "2026-11-22" }), task("c", { deferred_until: "2026-11-22T12:30", tags: ["t"] })]);
  assert.deepEqual(sections(view, routeOf("inbox")), [": b", "Deferred: a c"]);
  assert.equal(sectionsOf(view, routeOf("inbox"), NOW)[1].folded, true);
  assert.deepEqual(sections(view, routeOf("today")), []);
  assert.deepEqual(sections(view, routeOf("search", "q=a")), [": a"]);
});

test("a list is sorted in its tree", () => {
  const view = viewOf([
    task("b", { title: "Beta", priority: "low", created_at: "2026-11-03T00:00:00Z" }), task("a", { title: "élan", priority: "high", due_date: "2026-12-01" }),
    task("c", { title: "Zoo", due_date: "2026-11-30", updated_at: "2026-11-20T00:00:00Z" }), task("y", { parent_id: "c", title: "Y" }), task("x", { parent_id: "c", title: "X" }),
  ]);
  const by = (sort) => sections(view, routeOf("inbox", `sort=${sort}`))[0];
  assert.equal(by("title"), ": b a c -x -y");
  assert.equal(by("due"), ": c -x -y a b");
  assert.equal(by("priority"), ": a b c -x -y");
  assert.equal(by("newest"), ": b a c -x -y");
  assert.equal(by("changed"), ": c -x -y a b");
  view.tasks.set("new", task("new", { updated_at: "" }));
  assert.equal(by("changed"), ": new c -x -y a b", "what is not saved yet was changed last");
  view.tasks.delete("new");
  assert.equal(by("nonsense"), ": a b c -x -y");
});

test("a list is grouped by date, priority, list or tag, in manual order inside", () => {
  const view = viewOf([
    task("b", { due_date: "2026-11-22", priority: "high", tags: ["Zoo", "art"] }), task("a", { due_date: "2026-11-22", tags: ["art"] }), task("c", { due_date: "2026-11-01" }),
    task("d", { parent_id: "c" }), task("e", { parent_id: "a", due_date: "2026-11-22" }),
  ]);
  const by = (group) => sections(view, routeOf("inbox", `group=${group}`));
  assert.deepEqual(by("date"), ["Overdue: c", "Today · Sun 22 Nov: a -e b", "No date: d"]);
  assert.deepEqual(by("priority"), ["High priority: b", "No priority: a -e c -d"]);
  assert.deepEqual(by("tag"), ["#art: a", "#Zoo: b", "No tag: c -d e"]);
  const lists = viewOf([task("a", { tags: ["t"], list_id: "2" }), task("b", { tags: ["t"] }), task("c", { tags: ["t"], list_id: "1" })], { lists: [list("1", { name: "Work" }), list("2", { name: "Home" })] });
  assert.deepEqual(sections(lists, routeOf("tag", "group=list", { tag: "t" })), ["Inbox: b", "Work: c", "Home: a"]);
});

test("filters leave out what does not fit, and completed tasks are shown on demand", () => {
  const view = viewOf([task("a", { priority: "high", tags: ["Home"] }), task("b", { due_date: "2026-12-01" }), task("c", done), task("d", { ...done, completed_at: "2026-11-22T10:00:00Z" })]);
  const with_ = (search) => sections(view, routeOf("inbox", search));
  assert.deepEqual(with_("priority=high"), [": a"]);
  assert.deepEqual(with_("priority=none"), [": b"]);
  assert.deepEqual(with_("date=with"), [": b"]);
  assert.deepEqual(with_("date=without"), [": a"]);
  assert.deepEqual(with_("with=home"), [": a"]);
  assert.deepEqual(with_("completed=1"), [": a b", "Completed: d c"]);
});

test("a recurring task that was just completed stays until its next date is known", () => {
  const recurring = task("a", { ...done, due_date: "2026-11-22", recurrence: { rule: "FREQ=DAILY" } });
  assert.deepEqual(sections(viewOf([recurring], { waiting: ["a"] }), routeOf("today")), [": a"]);
  assert.deepEqual(sections(viewOf([recurring]), routeOf("today")), []);
});

test("a row knows whether its task waits to be sent", () => {
  const [{ rows }] = sectionsOf(viewOf([task("a"), task("b")], { waiting: ["b"] }), routeOf("inbox"), NOW);
  assert.deepEqual(rows.map(({ waiting }) => waiting), [false, true]);
});

test("subtasks are counted, completed ones too", () => {
  const counts = subtaskCounts(viewOf([task("a"), task("b", { parent_id: "a" }), task("c", { ...done, parent_id: "a" }), task("d", { parent_id: "b" })]));
  assert.deepEqual([counts.get("a"), counts.get("b"), counts.get("d")], [{ done: 1, all: 2 }, { done: 0, all: 1 }, undefined]);
});
