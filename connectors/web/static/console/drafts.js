// Keeps what is being written on the server, shortly after the last key; in this tab until that worked.

import { readJson } from "../chat/storage.js";
import { createDebounce } from "../chat/timer.js";

/** @typedef {import("./types").Draft} Draft */

const DEBOUNCE = 500;

/**
 * @param {object} means
 * @param {import("./api.js").Api} means.api
 * @param {import("../chat/types").KeyValueStore} means.store
 * @param {string} means.userId
 */
export function createDrafts({ api, store, userId }) {
  const debounce = createDebounce(DEBOUNCE);
  let last = Promise.resolve();
  /** @type {{ id: number, draft: Draft } | null} */
  let unsaved = null;

  /** @param {number} id */
  const keyOf = (id) => `console.draft.${userId}.${id}`;

  /** @param {boolean} [isLeaving] the page goes away: do not wait for what is under way */
  function flush(isLeaving = false) {
    debounce.cancel();
    const saving = unsaved;
    unsaved = null;
    if (!saving) return;
    if (isLeaving) void save(saving, true);
    else last = last.then(() => save(saving, false));
  }

  /** @param {{ id: number, draft: Draft }} saving @param {boolean} keepalive */
  async function save({ id, draft }, keepalive) {
    const kept = JSON.stringify(draft);
    await api.draft(id, draft, keepalive).then(
      () => store.get(keyOf(id)) === kept && store.remove(keyOf(id)),
      () => null, // it stays in this tab and goes with the next change
    );
  }

  return {
    /** @param {number} id @param {Draft} draft */
    change(id, draft) {
      if (unsaved && unsaved.id !== id) flush();
      unsaved = { id, draft };
      store.set(keyOf(id), JSON.stringify(draft));
      debounce.call(() => flush());
    },
    flush,
    /** What was being written: here if it never reached the server. @param {number} id @param {Draft | null} onServer @returns {Draft} */
    recall(id, onServer) {
      const kept = /** @type {Draft | null} */ (readJson(store, keyOf(id)));
      return kept ?? onServer ?? { text: "", mode: "reply" };
    },
  };
}
