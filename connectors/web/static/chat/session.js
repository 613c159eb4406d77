// Knows which conversation this browser holds and the token that opens it.

import { nativeKey, readJson } from "./storage.js";

/** @typedef {import("./types").Identity} Identity */

const KEY = "conversation";

/**
 * @param {import("./types").KeyValueStore} store
 * @param {() => Promise<Identity>} open asks the server for a new conversation
 */
export function createSession(store, open) {
  /** @type {Promise<Identity> | null} */
  let opening = null;
  let current = read(store);

  async function begin() {
    const identity = await open();
    adopt(identity);
    return identity;
  }

  /** @param {Identity} identity */
  function adopt(identity) {
    store.set(KEY, JSON.stringify(identity));
    current = identity;
  }

  return {
    current: () => current,
    /** The conversation at hand, or a new one: one, however many ask at once. */
    ensure() {
      current ??= read(store);
      if (current) return Promise.resolve(current);
      opening ??= begin().finally(() => (opening = null));
      return opening;
    },
    adopt,
    /** Lets go of the conversation, but not of one that another tab has taken up meanwhile. */
    forget() {
      if (read(store)?.token === current?.token) store.remove(KEY);
      current = null;
    },
    /** Tells when another tab began or ended the conversation. @param {() => void} changed */
    watch(changed) {
      addEventListener("storage", (event) => {
        if (event.key !== nativeKey(KEY)) return;
        const other = read(store);
        const isOther = other?.id !== current?.id;
        current = other; // the same conversation may have got a new token
        if (isOther) changed();
      });
    },
  };
}

/**
 * @param {import("./types").KeyValueStore} store
 * @returns {Identity | null}
 */
function read(store) {
  const value = /** @type {Partial<Identity> | null} */ (readJson(store, KEY));
  const { id, token } = value ?? {};
  return typeof id === "string" && typeof token === "string" ? { id, token } : null;
}
