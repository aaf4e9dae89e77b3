// A browser with one signed-in user, and a server with tasks, as far as the local copy needs them.

import { FakeLocks, fakeTab, settle } from "./fakes.js";

const OWNER = "ada";

/** An object store that answers at once, and fails if told. */
class FakeStore extends Map {
  put(value, key) {
    this.set(key, structuredClone(value));
  }

  get(key) {
    const request = { result: structuredClone(super.get(key)) };
    queueMicrotask(() => request.onsuccess?.());
    return request;
  }

  getAll() {
    return { result: Array.from(this.values(), (value) => structuredClone(value)) };
  }
}

/** Databases by name; `fails` are the transactions that fail, by mode. */
export class FakeDatabases {
  stores = new Map();
  isMissing = false;
  isFull = false;

  open(name) {
    const opening = {};
    const isNew = !this.stores.has(name);
    if (isNew) this.stores.set(name, new Map());
    const stores = this.stores.get(name);
    const transaction = (names, mode) => {
      const made = { objectStore: (each) => stores.get(each), error: new Error("full") };
      const before = this.isFull && mode === "readwrite" ? new Map(Array.from(stores, ([each, store]) => [each, new FakeStore(store)])) : null;
      setTimeout(() => {
        before?.forEach((store, each) => stores.set(each, store));
        if (before) made.onabort();
        else made.oncomplete();
      });
      return made;
    };
    opening.result = { objectStoreNames: [], createObjectStore: (each) => stores.set(each, new FakeStore()), transaction, close() {} };
    setTimeout(() => {
      if (this.isMissing) return void opening.onerror();
      if (isNew) opening.onupgradeneeded();
      opening.onsuccess();
    });
    return opening;
  }
}

class FakeChannel extends EventTarget {
  static all = new Set();

  constructor(name) {
    super();
    this.name = name;
    FakeChannel.all.add(this);
  }

  postMessage(data) {
    for (const other of FakeChannel.all) {
      if (other === this || other.name !== this.name) continue;
      setTimeout(() => FakeChannel.all.has(other) && other.dispatchEvent(Object.assign(new Event("message"), { data: structuredClone(data) })));
    }
  }

  close() {
    FakeChannel.all.delete(this);
  }
}

/** Puts a new browser in the place of the globals. */
export function startBrowser() {
  const databases = new FakeDatabases();
  const tab = fakeTab({ locks: new FakeLocks() });
  FakeChannel.all.clear();
  tab.localStorage.setItem("todo.session", JSON.stringify({ user: { id: OWNER }, refresh_token: "r" }));
  const globals = {
    window: Object.assign(tab, { BroadcastChannel: FakeChannel }), navigator: tab.navigator, localStorage: tab.localStorage, sessionStorage: tab.sessionStorage,
    BroadcastChannel: FakeChannel, indexedDB: databases, document: Object.assign(new EventTarget(), { visibilityState: "visible" }), addEventListener() {},
  };
  for (const [name, value] of Object.entries(globals)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  return { databases };
}

/** Keeps tasks and tells of changes. `lost` are the responses that get lost; `isSilent` holds events back. */
export class FakeServer {
  tasks = new Map();
  feed = [];
  streams = new Set();
  lost = 0;
  isSilent = false;
  isDown = false;
  answers = new Map();
  asked = [];

  /** Writes as another device does. */
  write(id, fields, set = this.feed.length + 1) {
    const seq = this.feed.length + 1;
    const value = fields && { id, title: id, completed: false, completed_at: null, parent_id: null, list_id: null, position: "V", due_date: null, recurrence: null, tags: [], ...this.tasks.get(id), ...fields, revision: seq };
    if (value) this.tasks.set(id, value);
    else this.tasks.delete(id);
    this.feed.push({ seq, set, entity: "task", id, kind: value ? "updated" : "deleted", value });
    if (!this.isSilent) this.tell();
    return value;
  }

  /** Sends the events that a stream has not had. */
  tell() {
    for (const stream of this.streams) {
      for (; stream.sent < this.feed.length; stream.sent += 1) {
        const change = this.feed[stream.sent];
        stream.controller.enqueue(new TextEncoder().encode(`id: ${change.seq}\nevent: task_refresh\ndata: ${JSON.stringify(change)}\n\n`));
      }
    }
  }

  fetch = async (path, { method = "GET", body, headers = {}, signal } = {}) => {
    this.asked.push(`${method} ${path}`);
    if (this.isDown) throw new TypeError("Failed to fetch");
    if (path.endsWith("/events")) return this.#stream(Number(headers["Last-Event-ID"]), signal);
    const key = headers["Idempotency-Key"];
    const [status, answer] = this.answers.get(key) ?? this.#answer(method, new URL(path, "http://todo"), body && JSON.parse(body));
    if (key) this.answers.set(key, [status, answer]);
    if (method !== "GET" && path.startsWith("/api/ada/") && this.lost-- > 0) throw new TypeError("Failed to fetch");
    return new Response(answer && JSON.stringify(answer), { status });
  };

  #stream(sent, signal) {
    const stream = { sent };
    const body = new ReadableStream({ start: (controller) => void (stream.controller = controller) });
    this.streams.add(stream);
    signal.addEventListener("abort", () => this.streams.delete(stream) && stream.controller.error(new Error("aborted")));
    if (!this.isSilent) setTimeout(() => this.tell());
    return new Response(body);
  }

  #answer(method, { pathname, searchParams }, body) {
    const [, , , what, id, command] = pathname.split("/");
    const cursor = String(this.feed.length);
    if (pathname === "/api/auth/refresh") return [200, { user: { id: OWNER }, token: "t", refresh_token: "r", expires_in: 900 }];
    if (what === "snapshot") return [200, { entity: "task", items: Array.from(this.tasks.values()), cursor }];
    if (what === "changes" && command === "undo") return this.#undo(Number(id));
    if (what === "changes") return [200, { changes: this.isSilent ? [] : this.feed.slice(Number(searchParams.get("cursor"))), cursor: this.isSilent ? searchParams.get("cursor") : cursor, more: false }];
    if (command === "history") return [200, this.feed.filter((change) => change.id === id).reverse()];
    if (method === "POST") return [201, this.write(body.id, body)];
    if (!this.tasks.has(id)) return [404, { detail: "gone" }];
    if (method === "GET") return [200, this.tasks.get(id)];
    return method === "DELETE" ? [204, (this.write(id, null), null)] : [200, this.write(id, body)];
  }

  #undo(set) {
    const { id, seq } = this.feed.find((change) => change.set === set);
    const before = this.feed.findLast((change) => change.id === id && change.seq < seq);
    this.write(id, before?.value ?? null);
    return [200, { changes: [this.feed.at(-1)] }];
  }
}

/** Waits until something is the case; fails after a while. */
export async function until(holds) {
  for (let round = 0; !holds(); round += 1) {
    if (round > 400) throw new Error(`never came true: ${holds}`);
    await settle();
  }
}
