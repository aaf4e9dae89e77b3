// Stand-ins for what the client's modules use of a browser.

class FakeStorage {
  getItem(key) {
    return Object.hasOwn(this, key) ? this[key] : null;
  }

  setItem(key, value) {
    this[key] = String(value);
  }

  removeItem(key) {
    delete this[key];
  }
}

/** Grants locks in order; `release` is what happens when a tab is closed. */
export class FakeLocks {
  #held = new Map();

  async request(name, callback) {
    const before = this.#held.get(name);
    let release;
    this.#held.set(name, new Promise((resolve) => (release = resolve)));
    await before;
    await callback();
    release();
  }
}

/** One tab; tabs with the same `localStorage` and `locks` belong to the same browser. */
export function fakeTab({ localStorage = new FakeStorage(), locks = undefined, sessionStorage = new FakeStorage() } = {}) {
  return Object.assign(new EventTarget(), { localStorage, sessionStorage, navigator: { locks } });
}

/** Lets promises that can be settled be settled. */
export async function settle() {
  await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A request of the outbox that adds, changes or removes a task. */
export function queued(id, { resource = "task-1", method = "PATCH", ...more } = {}) {
  const change = { kind: { POST: "add", PATCH: "change", DELETE: "remove" }[method], fields: { title: id }, title: id };
  const path = method === "POST" ? "/tasks" : `/tasks/${resource}`;
  return { id, key: `key-${id}`, resource, method, path, body: "{}", held: false, sent: false, change, ...more };
}
