// Addresses of the client and what they show.

import assert from "node:assert/strict";
import { test } from "node:test";
import { listPath, movedTo, parseRoute, tagPath } from "../../src/todo_http/web/static/routes.js";

/** What an address shows. */
function route(address) {
  const { pathname, search } = new URL(address, "http://x");
  const { view, listId, tag, taskId } = parseRoute({ pathname, search });
  return { view, listId, tag, taskId };
}
const of = (view, more = {}) => ({ view, listId: null, tag: null, taskId: null, ...more });

test("every view has an address", () => {
  for (const view of ["inbox", "today", "upcoming", "completed", "trash", "search", "browse", "settings", "sign-in", "sign-up"]) {
    assert.deepEqual(route(`/${view}`), of(view));
  }
});

test("lists and tags have addresses", () => {
  assert.deepEqual(route(listPath("a")), of("list", { listId: "a" }));
  assert.deepEqual(route(listPath(null)), of("inbox"));
  assert.deepEqual(route(tagPath("at home/é")), of("tag", { tag: "at home/é" }));
  assert.deepEqual(route("/tag/%E9%"), of("tag", { tag: "%E9%" }), "what is no text in UTF-8 is taken as it is");
});

test("a task is shown over any view", () => {
  assert.deepEqual(route("/today?task=t1"), of("today", { taskId: "t1" }));
  assert.deepEqual(route("/list/a?task=t1&sort=title"), of("list", { listId: "a", taskId: "t1" }));
});

test("old addresses lead to what is now in their place", () => {
  const now = (address) => movedTo(new URL(address, "http://x"));
  assert.deepEqual(["/", "/overdue", "/done", "/all?q=x", "/lists/a?sort=title", "/tasks/t1"].map(now),
    ["/inbox", "/today", "/completed", "/inbox?q=x", "/list/a?sort=title", "/inbox?task=t1"]);
  assert.deepEqual(route("/tasks/t1"), of("inbox", { taskId: "t1" }));
  assert.equal(now("/inbox"), null);
});

test("other addresses are unknown", () => {
  for (const address of ["/nothing", "/list", "/list/a/b", "/inbox/", "/Inbox"]) assert.equal(route(address).view, "unknown", address);
  for (const pathname of ["//", "//inbox", "///x/inbox"]) assert.equal(parseRoute({ pathname, search: "" }).view, "unknown", pathname);
});
