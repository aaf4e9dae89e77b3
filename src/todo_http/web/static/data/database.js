// The local copy on disk: one IndexedDB database for each account. Without IndexedDB nothing is kept over a reload.
// Things whose ids end alike share a record: reading 10,000 records takes five times as long as reading 256 with as many things.

import { emptyCopy } from "./copy.js";

/** @import { Copy, FeedChange } from "../types.js" */

const PREFIX = "todo.copy.";
const FORMAT = 2;
const ENTITIES = /** @type {const} */ (["task", "list", "completion"]);
const META = "meta";
const POSITION = "position";
const REACHED = "reached";

/** @param {string} owner the id of the user */
export function openDatabase(owner) {
  const opened = request(() => {
    const opening = indexedDB.open(PREFIX + owner, FORMAT);
    opening.onupgradeneeded = () => {
      for (const name of opening.result.objectStoreNames) opening.result.deleteObjectStore(name);
      [...ENTITIES, META].forEach((name) => opening.result.createObjectStore(name));
    };
    return opening;
  }).then((database) => {
    database.onversionchange = () => database.close(); // deleted by another tab
    return database;
  });
  opened.catch(() => null);
  let last = opened.then(() => true);
  last.catch(() => null);

  /** @param {IDBTransactionMode} mode @param {(stores: Record<string, IDBObjectStore>) => void} work */
  async function inTransaction(mode, work) {
    const transaction = (await opened).transaction([...ENTITIES, META], mode, { durability: "relaxed" });
    work(Object.fromEntries([...ENTITIES, META].map((name) => [name, transaction.objectStore(name)])));
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }

  /**
   * Writes one after the other. Once one has failed nothing is written any more, so that the position is not ahead of the things.
   * @param {(stores: Record<string, IDBObjectStore>) => void} work
   * @param {boolean} [anew] whether it replaces everything
   */
  function write(work, anew = false) {
    last = last.catch(() => false).then((fine) => (fine || anew) && inTransaction("readwrite", work).then(() => true, () => false));
    return last;
  }

  return {
    /**
     * The copy, its cursor and the number of its latest change, or null if there is none. Fails if there is no database.
     * @returns {Promise<{ copy: Copy, cursor: string, reached: number } | null>}
     */
    async load() {
      /** @type {Record<string, IDBRequest>} */
      const found = {};
      await inTransaction("readonly", (stores) => {
        ENTITIES.forEach((name) => (found[name] = stores[name].getAll()));
        [POSITION, REACHED].forEach((name) => (found[name] = stores[META].get(name)));
      });
      const cursor = found[POSITION].result;
      if (!cursor) return null;
      const copy = emptyCopy();
      for (const name of ENTITIES) for (const thing of found[name].result.flat()) copy[name].set(thing.id, thing);
      return { copy, cursor, reached: found[REACHED].result ?? 0 };
    },
    /** Replaces everything. @param {Copy} copy @param {string} cursor @param {number} reached */
    replace: (copy, cursor, reached) => write((stores) => {
      ENTITIES.forEach((name) => stores[name].clear());
      putAll(stores, ENTITIES.flatMap((entity) => Array.from(/** @type {Map<string, any>} */ (copy[entity]), ([id, value]) => ({ entity, id, value }))));
      stores[META].put(cursor, POSITION);
      stores[META].put(reached, REACHED);
    }, true),
    /**
     * Stores things and the position that is reached with them, in one transaction.
     * @param {Pick<FeedChange, "entity" | "id" | "value">[]} changes
     * @param {string | null} cursor null if it stays
     * @param {number} [reached]
     */
    save: (changes, cursor, reached) => write((stores) => {
      putAll(stores, changes);
      if (!cursor) return;
      stores[META].put(cursor, POSITION);
      stores[META].put(reached, REACHED);
    }),
    close: () => opened.then((database) => database.close()).catch(() => null),
  };
}

/** @param {Record<string, IDBObjectStore>} stores @param {Pick<FeedChange, "entity" | "id" | "value">[]} changes */
function putAll(stores, changes) {
  /** @type {Map<string, typeof changes>} */
  const records = new Map();
  for (const change of changes) {
    const place = change.entity + change.id.slice(-2);
    records.set(place, [...(records.get(place) ?? []), change]);
  }
  for (const inside of records.values()) {
    const [store, key] = [stores[inside[0].entity], inside[0].id.slice(-2)];
    const found = store.get(key);
    found.onsuccess = () => {
      const things = new Map(found.result?.map((/** @type {{ id: string }} */ thing) => [thing.id, thing]));
      for (const { id, value } of inside) {
        if (value) things.set(id, value);
        else things.delete(id);
      }
      store.put(Array.from(things.values()), key);
    };
  }
}

/** Deletes the copies of all accounts but one. @param {string} [kept] the id of its user */
export async function deleteCopies(kept) {
  const databases = (await indexedDB.databases?.().catch(() => [])) ?? [];
  const names = databases.map(({ name = "" }) => name).filter((name) => name.startsWith(PREFIX) && name !== PREFIX + kept);
  await Promise.all(names.map((name) => request(() => indexedDB.deleteDatabase(name)).catch(() => null)));
}

/** @template T @param {() => IDBRequest<T>} make @returns {Promise<T>} */
function request(make) {
  return new Promise((resolve, reject) => {
    const made = make();
    made.onsuccess = () => resolve(made.result);
    made.onerror = () => reject(made.error);
  });
}
