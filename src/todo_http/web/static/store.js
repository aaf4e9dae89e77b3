// A value that components and other modules observe.

import { useLayoutEffect, useState } from "./vendor/preact.js";

/** @template T @typedef {{ get: () => T, set: (value: T) => void, subscribe: (listener: () => void) => () => void }} Store */

/** @template T @param {T} value @returns {Store<T>} */
export function createStore(value) {
  /** @type {Set<() => void>} */
  const listeners = new Set();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      listeners.forEach((listener) => listener());
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/**
 * The current value; the component is rendered again when it changes.
 * @template T
 * @param {Store<T>} store
 */
export function useStore(store) {
  const [, setRendered] = useState(store.get);
  useLayoutEffect(() => {
    const update = () => setRendered(() => store.get());
    update(); // it may have changed since it was rendered
    return store.subscribe(update);
  }, [store]);
  return store.get();
}
