// The conversation on the screen: the AI's part folded, one node per bubble, only what changed is touched.

import { el } from "../chat/dom.js";
import { createScroller } from "../chat/scroll.js";
import { renderEntry } from "./bubble.js";

/** @typedef {import("./types").Entry} Entry */
/** @typedef {import("./types").Translate} Translate */

/** @param {Translate} t @param {import("./bubble.js").BubbleActs} acts */
export function createTranscript(t, acts) {
  const summary = el("summary", { class: "fold__title" });
  const folded = el("div", { class: "log__entries" });
  const fold = el("details", { class: "fold" }, summary, folded);
  const open = el("div", { class: "log__entries" });
  const typing = createTyping(t);
  const log = el("div", { class: "log", role: "log", tabindex: 0, "aria-live": "off", "aria-label": t("log_label") });
  log.append(fold, open, typing.node);
  const scroller = createScroller(log, t);
  const drawn = createDrawer(t, acts);
  let isFresh = true;

  /** @param {{ folded: Entry[], open: Entry[] }} entries @returns {HTMLElement | null} the first new bubble */
  function draw({ folded: early, open: late }) {
    summary.textContent = t("bot_part", { count: early.length });
    fold.hidden = !early.length;
    if (isFresh) fold.open = !late.some(({ role }) => role === "expert");
    const isNew = late.find(({ key }) => !drawn.has(key));
    drawn.forgetOthers([...early, ...late]);
    drawn.place(folded, early);
    drawn.place(open, late);
    return isNew ? drawn.nodeOf(isNew) : null;
  }

  return {
    node: el("div", { class: "stage" }, log, scroller.button),
    log,
    /** Another conversation: read from its end. */
    clear() {
      drawn.forgetOthers([]);
      typing.show(false);
      isFresh = true;
    },
    /** @param {{ folded: Entry[], open: Entry[] }} entries @param {boolean} isOwn the expert's own doing: show it */
    render(entries, isOwn) {
      scroller.arrive(() => draw(entries), isOwn);
      if (isFresh) scroller.toEnd();
      isFresh = false;
    },
    /** @param {boolean} isTyping */
    typing: (isTyping) => scroller.follow(() => typing.show(isTyping)),
  };
}

/** Seen, not spoken. @param {Translate} t */
function createTyping(t) {
  const dots = el("span", { class: "answering__dots" }, el("i"), el("i"), el("i"));
  const node = el("div", { class: "answering", "aria-hidden": "true" }, dots, el("span", {}, t("typing")));
  node.hidden = true;
  return { node, show: (/** @type {boolean} */ isShown) => void (node.hidden = !isShown) };
}

/** @param {Translate} t @param {import("./bubble.js").BubbleActs} acts */
function createDrawer(t, acts) {
  /** @type {Map<string, { signature: string, node: HTMLElement }>} */
  const drawn = new Map();

  /** @param {Entry} entry */
  function nodeOf(entry) {
    const old = drawn.get(entry.key);
    if (old?.signature === entry.signature) return old.node;
    const node = renderEntry(entry, t, acts);
    old?.node.replaceWith(node);
    drawn.set(entry.key, { signature: entry.signature, node });
    return node;
  }

  return {
    nodeOf,
    has: (/** @type {string} */ key) => drawn.has(key),
    /** @param {HTMLElement} list @param {readonly Entry[]} entries */
    place(list, entries) {
      entries.forEach((entry, index) => {
        const wanted = nodeOf(entry);
        const there = list.children[index] ?? null;
        if (there !== wanted) list.insertBefore(wanted, there);
      });
    },
    /** @param {readonly Entry[]} entries */
    forgetOthers(entries) {
      const keys = new Set(entries.map(({ key }) => key));
      for (const [key, { node }] of drawn) {
        if (keys.has(key)) continue;
        node.remove();
        drawn.delete(key);
      }
    },
  };
}
