// Stores tell their listeners about changes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore } from "../../src/todo_http/web/static/store.js";

test("listeners are called for changes only, until they unsubscribe", () => {
  const store = createStore(1);
  const seen = [];
  const unsubscribe = store.subscribe(() => seen.push(store.get()));
  store.set(1);
  store.set(2);
  store.set(3);
  unsubscribe();
  store.set(4);
  assert.deepEqual(seen, [2, 3]);
  assert.equal(store.get(), 4);
});
