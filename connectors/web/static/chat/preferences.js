// How this visitor likes the page: size of text, meaning of Enter. Kept in the browser only.

import { isTouch } from "./dom.js";
import { readJson } from "./storage.js";

/** @typedef {import("./types").Preferences} Preferences */

const KEY = "preferences";
/** @type {readonly Preferences["size"][]} */
export const SIZES = ["standard", "large", "huge"];

/** @param {import("./types").KeyValueStore} store */
export function createPreferences(store) {
  let current = read(store);
  apply(current);
  return {
    get: () => current,
    /** @param {Partial<Preferences>} change */
    set(change) {
      current = { ...current, ...change };
      store.set(KEY, JSON.stringify(current));
      apply(current);
    },
  };
}

/** @param {import("./types").KeyValueStore} store @returns {Preferences} */
function read(store) {
  const kept = /** @type {Partial<Preferences> | null} */ (readJson(store, KEY)) ?? {};
  return {
    size: SIZES.find((size) => size === kept.size) ?? "standard",
    enterSends: typeof kept.enterSends === "boolean" ? kept.enterSends : !isTouch(),
  };
}

/** @param {Preferences} preferences */
function apply({ size }) {
  document.documentElement.dataset.size = size;
}
