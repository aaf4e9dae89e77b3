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

  async request(name, ...[first, callback = first]) {
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

/** A change of a task. */
export function changed(title, { kind = "change", id = "task-1", ...more } = {}) {
  return { entity: "task", kind, id, title, fields: { title }, ...more };
}

/** A request of the outbox. */
export function queued(id, { sent = null, ...more } = {}) {
  return { id, key: `key-${id}`, changes: [changed(id, more)], sent };
}
