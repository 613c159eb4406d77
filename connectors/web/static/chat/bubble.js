// Draws one entry of the transcript: who, when, what, and what became of it.

import { button, el } from "./dom.js";
import { isDrawn, renderPart } from "./parts/index.js";
import { inline, richText } from "./richtext.js";
import { nameOf } from "./texts.js";
import { clockTime, dayLabel } from "./time.js";

/** @typedef {import("./types").Entry} Entry */
/** @typedef {import("./types").Translate} Translate */

/** @typedef {import("./types").BubbleActions} BubbleActions */

/**
 * @param {Entry} entry
 * @param {Translate} t
 * @param {BubbleActions} actions
 */
export function renderEntry(entry, t, actions) {
  const isRich = entry.parts.some((part) => part.type !== "text" && isDrawn(part));
  const isNamed = entry.head && entry.role !== "system";
  return el(
    "div",
    { class: `entry entry--${entry.role}${isRich ? " entry--rich" : ""}`, "data-key": entry.key },
    entry.day && el("p", { class: "day" }, el("time", { datetime: entry.day }, dayLabel(entry.at, t))),
    isNamed ? headOf(entry, t) : el("p", { class: "sr-only" }, nameOf(entry, t)),
    entry.quote && el("p", { class: "quote" }, el("span", { class: "sr-only" }, t("quoted")), entry.quote),
    el("div", { class: "bubble" }, ...bodyOf(entry, t, actions)),
    entry.pending && statusOf(entry.pending, t, actions),
  );
}

/** @param {Entry} entry @param {Translate} t */
function headOf(entry, t) {
  const time = clockTime(entry.at);
  return el(
    "p",
    { class: "entry__head" },
    el("span", { class: "entry__sender" }, nameOf(entry, t)),
    time && el("time", { datetime: entry.at }, time),
  );
}

/**
 * @param {Entry} entry
 * @param {Translate} t
 * @param {BubbleActions} actions
 * @returns {(Node | null)[]}
 */
function bodyOf(entry, t, actions) {
  if (entry.role === "user") return [el("p", { class: "own" }, ...inline(entry.text, t))];
  if (!entry.parts.length) return [richText(entry.text, t)];
  return entry.parts.map((part, index) =>
    renderPart(part, {
      t,
      chosen: entry.chosen[index] ?? "",
      choose: (option) => actions.choose(entry, index, option),
    }),
  );
}

/**
 * @param {import("./types").Pending} pending
 * @param {Translate} t
 * @param {BubbleActions} actions
 */
function statusOf(pending, t, actions) {
  if (pending.status !== "failed") {
    return pending.note && el("p", { class: "entry__status" }, pending.note);
  }
  return el(
    "div",
    { class: "entry__status entry__status--failed" },
    el("p", {}, pending.note ?? t("send_failed")),
    button("button button--small", t("retry"), () => actions.retry(pending)),
    !pending.action && button("button button--small", t("take_back"), () => actions.takeBack(pending)),
  );
}
