// Speaks to screen readers: each sentence is put once into a hidden live region and taken away again.
// The transcript itself is not live, so history, own messages and redrawing stay silent.

import { el } from "./dom.js";
import { optionsOf } from "./parts/kinds.js";
import { nameOf } from "./texts.js";

/** Long enough to be picked up, short enough not to be found again while browsing. */
const STAY = 1_000;
/** More than this many messages at once are counted, not read out. */
const MANY = 3;

/** @typedef {import("./types").Message} Message */

/** @param {import("./types").Translate} t */
export function createAnnouncer(t) {
  const node = el("div", {
    class: "sr-only",
    role: "log",
    "aria-live": "polite",
    "aria-relevant": "additions",
    "aria-label": t("announcer_label"),
  });

  /** @param {string} sentence */
  function say(sentence) {
    const line = el("p", {}, sentence);
    node.append(line);
    setTimeout(() => line.remove(), STAY);
  }

  /** @param {Message} message */
  function spoken(message) {
    const offers = message.parts.flatMap(optionsOf);
    const tail = offers.length ? t("spoken_options", { count: offers.length }) : "";
    return t("spoken", { sender: nameOf(message, t), text: message.text }) + tail;
  }

  return {
    node,
    say,
    /** @param {readonly Message[]} messages what just came from the other side */
    sayMessages(messages) {
      if (messages.length > MANY) say(t("spoken_many", { count: messages.length }));
      else for (const message of messages) say(spoken(message));
    },
  };
}
