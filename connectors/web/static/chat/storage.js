// Keeps small strings: localStorage, else sessionStorage, else this page's memory.
// Any of the browser's stores may be missing, full or forbidden, so every call is guarded.

/** @typedef {import("./types").KeyValueStore} KeyValueStore */

const PREFIX = "sodan.";

/** The longest-living store that works here. @returns {KeyValueStore} */
export function openStorage() {
  return tryStore("local", () => localStorage) ?? openTabStorage();
}

/** A store of this tab alone, for drafts and unsent messages. @returns {KeyValueStore} */
export function openTabStorage() {
  return tryStore("session", () => sessionStorage) ?? memoryStore();
}

/**
 * @param {"local" | "session"} kind
 * @param {() => Storage} open
 * @returns {KeyValueStore | null}
 */
function tryStore(kind, open) {
  try {
    const store = open();
    store.setItem(`${PREFIX}probe`, "1");
    store.removeItem(`${PREFIX}probe`);
    return guarded(kind, store);
  } catch {
    return null;
  }
}

/**
 * @param {"local" | "session"} kind
 * @param {Storage} store
 * @returns {KeyValueStore}
 */
function guarded(kind, store) {
  const spare = memoryStore();
  return {
    kind,
    get: (key) => attempt(() => store.getItem(PREFIX + key)) ?? spare.get(key),
    set(key, value) {
      const kept = attempt(() => (store.setItem(PREFIX + key, value), true));
      if (kept) spare.remove(key);
      else spare.set(key, value);
    },
    remove(key) {
      spare.remove(key);
      attempt(() => store.removeItem(PREFIX + key));
    },
  };
}

/** @returns {KeyValueStore} */
function memoryStore() {
  /** @type {Map<string, string>} */
  const values = new Map();
  return {
    kind: "memory",
    get: (key) => values.get(key) ?? null,
    set: (key, value) => void values.set(key, value),
    remove: (key) => void values.delete(key),
  };
}

/**
 * @template T
 * @param {() => T} action
 * @returns {T | null}
 */
function attempt(action) {
  try {
    return action();
  } catch {
    return null;
  }
}

/**
 * @param {KeyValueStore} store
 * @param {string} key
 * @returns {unknown} null when nothing readable is there
 */
export function readJson(store, key) {
  return attempt(() => JSON.parse(store.get(key) ?? "null"));
}

/** The name under which the browser's own `storage` event reports a key. @param {string} key */
export function nativeKey(key) {
  return PREFIX + key;
}
