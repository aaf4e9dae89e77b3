// The names of devices.

import assert from "node:assert/strict";
import { test } from "node:test";
import { deviceName } from "../../src/todo_http/web/static/formatting/devices.js";

test("devices are named after browser and system", () => {
  assert.equal(deviceName("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/121"), "Firefox on Linux");
  assert.equal(deviceName("Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537 Edg/120"), "Edge on Windows");
  assert.equal(deviceName("curl/8"), "curl/8");
  assert.equal(deviceName(null), "Unknown device");
});
