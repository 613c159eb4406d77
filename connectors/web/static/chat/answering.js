// Shows that an answer is being made: dots first, words when it takes long; or that an expert is writing one.
// Seen, not spoken.

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
  const words = el("span", { class: "answering__words" });
  const dots = el("span", { class: "answering__dots" }, el("i"), el("i"), el("i"));
  const node = el("div", { class: "answering", "aria-hidden": "true" }, dots, words);
  /** @type {ReturnType<typeof setTimeout>[]} */
  let timers = [];
  stop();

  /** @param {HTMLElement} target @param {boolean} isShown */
  const show = (target, isShown) => follow(() => (target.hidden = !isShown));

  function start() {
    if (timers.length) return;
    words.textContent = t("answering");
    timers = [
      setTimeout(() => show(node, true), DOTS_AFTER),
      setTimeout(() => show(words, true), WORDS_AFTER),
      setTimeout(() => show(node, false), GIVE_UP_AFTER),
    ];
  }

  /** @param {boolean} [isTyping] */
  function stop(isTyping = false) {
    for (const timer of timers.splice(0)) clearTimeout(timer);
    words.textContent = t("expert_typing");
    node.hidden = !isTyping;
    words.hidden = !isTyping;
  }

  return {
    node,
    /** @param {boolean} isAwaiting @param {boolean} isTyping */
    update: (isAwaiting, isTyping) => (isAwaiting ? start() : stop(isTyping)),
  };
}
