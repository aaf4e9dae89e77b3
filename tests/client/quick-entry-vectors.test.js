// The vectors of quick entry, of which tests/vectors/README.md says what they mean.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseEntry, understood } from "../../src/todo_http/web/static/entry/parser.js";
import { momentIn, parseDue } from "../../src/todo_http/web/static/formatting/due-dates.js";

const { context: usual, vectors } = JSON.parse(readFileSync(new URL("../vectors/quick_entry.json", import.meta.url), "utf-8"));

function run({ line, context, hour12 = false, spans, understood: words }) {
  const values = { ...usual, ...context };
  const { zone, instant } = parseDue(values.now);
  const now = momentIn(zone, instant);
  const entry = parseEntry(line, { ...values, now });
  const { tags, ...fields } = entry.fields;
  return {
    title: entry.title, ...fields, ...(tags.length && { tags }),
    ...(spans && { spans: entry.spans.map(({ kind, text }) => [kind, text]) }),
    ...(words && { understood: understood(entry, now, hour12) }),
  };
}

for (const vector of vectors) {
  const { name, line, context, hour12, ...expected } = vector;
  test(name, () => assert.deepEqual(run(vector), expected));
}
