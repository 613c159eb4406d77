// Shows that an answer is being made: dots first, words when it takes long. Seen, not spoken.

import { el } from "./dom.js";

const DOTS_AFTER = 500;
const WORDS_AFTER = 5_000;
/** By then the answer comes in its own time, and moving dots would lie. */
const GIVE_UP_AFTER = 60_000;

/**
 * @param {import("./types").Translate} t
 * @param {(change: () => void) => void} follow changes the log while keeping its end in view
 */
export function createAnswering(t, follow) {
  const words = el("span", { class: "answering__words" }, t("answering"));
  const dots = el("span", { class: "answering__dots" }, el("i"), el("i"), el("i"));
  const node = el("div", { class: "answering", "aria-hidden": "true" }, dots, words);
  /** @type {ReturnType<typeof setTimeout>[]} */
  let timers = [];
  node.hidden = true;
  words.hidden = true;

  /** @param {HTMLElement} target @param {boolean} isShown */
  const show = (target, isShown) => follow(() => (target.hidden = !isShown));

  function start() {
    if (timers.length) return;
    timers = [
      setTimeout(() => show(node, true), DOTS_AFTER),
      setTimeout(() => show(words, true), WORDS_AFTER),
      setTimeout(() => show(node, false), GIVE_UP_AFTER),
    ];
  }

  function stop() {
    for (const timer of timers.splice(0)) clearTimeout(timer);
    node.hidden = true;
    words.hidden = true;
  }

  return {
    node,
    /** @param {boolean} isAwaiting */
    update: (isAwaiting) => (isAwaiting ? start() : stop()),
  };
}
