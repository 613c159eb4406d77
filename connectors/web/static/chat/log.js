// The transcript on the screen: keeps one node per entry and touches only what changed.

import { renderEntry } from "./bubble.js";
import { el } from "./dom.js";

/** @typedef {import("./types").Entry} Entry */

/**
 * @param {import("./types").Translate} t
 * @param {import("./types").BubbleActions} actions
 */
export function createLog(t, actions) {
  const list = el("div", { class: "log__entries" });
  const node = el("div", {
    class: "log",
    role: "log",
    tabindex: 0,
    "aria-live": "off",
    "aria-label": t("log_label"),
  });
  node.append(list);
  /** @type {Map<string, { signature: string, node: HTMLElement }>} */
  const drawn = new Map();

  /** @param {Entry} entry */
  function draw(entry) {
    const old = drawn.get(entry.key);
    if (old?.signature === entry.signature) return old.node;
    const fresh = renderEntry(entry, t, actions);
    old?.node.replaceWith(fresh);
    drawn.set(entry.key, { signature: entry.signature, node: fresh });
    return fresh;
  }

  /** @param {readonly Entry[]} entries */
  function forgetOthers(entries) {
    const keys = new Set(entries.map((entry) => entry.key));
    for (const [key, { node: old }] of drawn) {
      if (keys.has(key)) continue;
      old.remove();
      drawn.delete(key);
    }
  }

  return {
    node,
    /** @param {readonly Entry[]} entries @returns {HTMLElement | null} the first node that was not there before */
    render(entries) {
      const isNew = entries.find((entry) => !drawn.has(entry.key));
      forgetOthers(entries);
      entries.forEach((entry, index) => {
        const wanted = draw(entry);
        const there = list.children[index] ?? null;
        if (there !== wanted) list.insertBefore(wanted, there);
      });
      return isNew ? (drawn.get(isNew.key)?.node ?? null) : null;
    },
  };
}
