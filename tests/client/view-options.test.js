// What the address says about a view, and what a task gets that is added there.

import assert from "node:assert/strict";
import { test } from "node:test";
import { addingTo } from "../../src/todo_http/web/static/data/adding.js";
import { isChanged, isFiltered, optionsOf } from "../../src/todo_http/web/static/data/view-options.js";
import { NOW, list, routeOf, viewOf } from "./tasks.js";

const adding = (route) => addingTo(route, viewOf([], { lists: [list("work")] }), NOW);

test("only what a view can do counts", () => {
  const all = "sort=title&group=date&priority=high&date=with&with=home&completed=1";
  assert.deepEqual(optionsOf(routeOf("inbox", all)), { sort: "title", group: "date", priority: "high", date: "with", tag: "home", completed: true });
  assert.deepEqual(optionsOf(routeOf("upcoming", all)), { sort: "", group: "", priority: "high", date: "", tag: "home", completed: false });
  assert.equal(isChanged(optionsOf(routeOf("completed", all))), false);
});

test("unknown values change nothing", () => {
  assert.equal(isChanged(optionsOf(routeOf("inbox", "sort=colour&group=&priority=urgent&completed=yes&task=1"))), false);
  assert.equal(isFiltered(optionsOf(routeOf("inbox", "sort=title"))), false);
  assert.equal(isFiltered(optionsOf(routeOf("inbox", "with=x"))), true);
});

test("a task gets what makes it belong to the view in which it is added", () => {
  assert.deepEqual(adding(routeOf("inbox")), { fields: {}, away: false });
  assert.deepEqual(adding(routeOf("list", "", { listId: "work" })).fields, { list_id: "work" });
  assert.deepEqual(adding(routeOf("list", "", { listId: "gone" })).fields, {});
  assert.deepEqual(adding(routeOf("today")).fields, { due_date: "2026-11-22" });
  assert.deepEqual(adding(routeOf("upcoming")).fields, { due_date: "2026-11-22" });
  assert.deepEqual(adding(routeOf("tag", "", { tag: "home" })).fields, { tags: ["home"] });
  assert.deepEqual(adding(routeOf("inbox", "priority=high&with=art&date=with")).fields, { due_date: "2026-11-22", tags: ["art"], priority: "high" });
  assert.deepEqual(adding(routeOf("inbox", "priority=none")).fields, {});
});

test("where a view cannot show what is added, that is told", () => {
  for (const view of ["search", "completed", "trash", "settings", "browse"]) assert.equal(adding(routeOf(view)).away, true, view);
});
