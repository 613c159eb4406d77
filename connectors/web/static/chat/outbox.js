// Remembers, in this tab, what was said but not yet stored, so that a reload does not lose it.

import { readJson } from "./storage.js";

/** @typedef {import("./types").Pending} Pending */

const KEY = "outbox";

/** @param {import("./types").KeyValueStore} store */
export function createOutbox(store) {
  let kept = store.get(KEY) ?? "[]";
  return {
    /** @param {readonly Pending[]} pending */
    save(pending) {
      const next = JSON.stringify(pending);
      if (next === kept) return;
      kept = next;
      store.set(KEY, next);
    },
    /** Whether they were stored is unknown, so they are offered again, not sent. @returns {Pending[]} */
    load() {
      const items = readJson(store, KEY);
      if (!Array.isArray(items)) return [];
      return items.map((item) => ({ ...item, status: "failed", note: null }));
    },
  };
}
