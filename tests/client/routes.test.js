// Addresses of the client and the queries they stand for.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LISTS, listPath, parseRoute, queryOf, sortsOf } from "../../src/todo_http/web/static/routes.js";

const query = (pathname, search = "") => queryOf(parseRoute({ pathname, search }));

test("every list has an address", () => {
  for (const { view, path, query: expected } of LISTS) {
    assert.equal(parseRoute({ pathname: path, search: "" }).view, view);
    assert.deepEqual(query(path), expected);
  }
});

test("a task and the other pages have addresses", () => {
  const { view, taskId } = parseRoute({ pathname: "/tasks/a%2Fb", search: "" });
  assert.deepEqual([view, taskId], ["task", "a/b"]);
  assert.equal(parseRoute({ pathname: "/settings", search: "" }).view, "settings");
  assert.equal(parseRoute({ pathname: "/settings", search: "" }).taskId, null);
});

test("filters of the address become part of the query", () => {
  assert.deepEqual(query("/today", "?sort=title&priority=none&q=caf%C3%A9"), {
    status: "pending", due: "today", sort: "title", priority: "none", q: "café",
  });
});

test("invalid and empty filters are ignored", () => {
  assert.deepEqual(query("/", "?sort=size&priority=urgent&q="), LISTS[0].query);
  assert.deepEqual(query("/", "?priority="), LISTS[0].query);
});

test("a list has an address, and its open tasks are in manual order", () => {
  const { view, listId, taskId } = parseRoute({ pathname: "/inbox", search: "" });
  assert.deepEqual([view, listId, taskId], ["list", "inbox", null]);
  assert.deepEqual(["inbox", "a"].map(listPath), ["/inbox", "/lists/a"]);
  assert.deepEqual(query("/lists/a%2Fb"), { list: "a/b", status: "pending", sort: "position" });
  assert.equal(query("/lists/a", "?sort=title").sort, "title");
  assert.equal(query("/", "?sort=position").sort, LISTS[0].query.sort, "views of several lists have no manual order");
  assert.deepEqual(["/lists/a", "/"].map((pathname) => sortsOf(parseRoute({ pathname, search: "" }))[0][0]), ["position", "-created_at"]);
});

test("a tag is a filter of every list", () => {
  assert.equal(query("/lists/a", "?tag=caf%C3%A9").tag, "café");
  assert.equal(query("/", "?tag=x").tag, "x");
});
