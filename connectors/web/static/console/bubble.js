// Draws one bubble: who, when, what, and whether it has reached the user.

import { button, el } from "../chat/dom.js";
import { renderPart } from "../chat/parts/index.js";
import { inline, richText } from "../chat/richtext.js";
import { clockTime, dayLabel } from "../chat/time.js";

/** @typedef {import("./types").Entry} Entry */
/** @typedef {import("./types").Translate} Translate */

/** Tells the renderers of parts that nothing here can be tapped: the choice was the user's. */
const NOT_OURS = "-";

/**
 * @typedef {object} BubbleActs
 * @property {(entry: Entry) => void} quote
 * @property {(seq: number) => void} redeliver
 * @property {(pending: import("./types").Pending) => void} resend
 * @property {(pending: import("./types").Pending) => void} takeBack
 */

/** @param {Entry} entry @param {Translate} t @param {BubbleActs} acts */
export function renderEntry(entry, t, acts) {
  const side = entry.role === "expert" ? "mine" : "theirs";
  const isQuotable = entry.role === "user" && entry.seq !== null;
  return el(
    "div",
    { class: `entry entry--${side} said--${entry.role}`, "data-key": entry.key },
    entry.day && el("p", { class: "day" }, el("time", { datetime: entry.day }, dayLabel(entry.at, t))),
    headOf(entry, t),
    el("div", { class: "bubble" }, entry.quote && el("p", { class: "quote" }, entry.quote), ...bodyOf(entry, t)),
    isQuotable && button("quote-button", t("quote"), () => acts.quote(entry)),
    entry.role === "expert" && statusOf(entry, t, acts),
  );
}

/** @param {Entry} entry @param {Translate} t */
function headOf({ role, author, at }, t) {
  return el(
    "p",
    { class: "entry__head" },
    el("span", { class: "entry__sender" }, role === "expert" && author ? author : t(`sender_${role}`)),
    el("time", { datetime: at }, clockTime(at)),
  );
}

/** @param {Entry} entry @param {Translate} t @returns {(Node | null)[]} */
function bodyOf(entry, t) {
  const isBots = entry.role === "bot" || entry.role === "system";
  if (!isBots) return [el("p", { class: "own" }, ...inline(entry.text, t))];
  const parts = entry.parts.map((part) => renderPart(part, { t, chosen: NOT_OURS, choose: () => {} }));
  return parts.some(Boolean) ? parts : [richText(entry.text, t)];
}

/** @param {Entry} entry @param {Translate} t @param {BubbleActs} acts */
function statusOf(entry, t, acts) {
  if (entry.pending) return statusOfPending(entry.pending, t, acts);
  const { seq, delivery } = entry;
  const status = delivery?.status ?? "sent";
  const way = delivery?.by === "email" ? "mail_" : "";
  if (status !== "failed") return el("p", { class: "entry__status" }, t(`delivery_${way}${status}`));
  return failed(failureOf(delivery?.error ?? "", t), button("button button--small", t("retry"), () => acts.redeliver(seq ?? 0)));
}

/** What another server said is English and JSON: its number is all that helps to ask about it. @param {string} error @param {Translate} t */
function failureOf(error, t) {
  const [, code] = /^(\d{3})\b/.exec(error) ?? [];
  if (code) return t("not_delivered_code", { code });
  return error ? t("not_delivered_because", { reason: error }) : t("not_delivered");
}

/** @param {import("./types").Pending} pending @param {Translate} t @param {BubbleActs} acts */
function statusOfPending(pending, t, acts) {
  if (pending.status === "sending") return el("p", { class: "entry__status" }, t("delivery_sending"));
  if (pending.status === "waiting") return el("p", { class: "entry__status" }, pending.note);
  return failed(
    t("not_delivered_because", { reason: pending.note }),
    button("button button--small", t("retry"), () => acts.resend(pending)),
    button("button button--small", t("take_back"), () => acts.takeBack(pending)),
  );
}

/** @param {string} reason @param {...HTMLElement} buttons */
function failed(reason, ...buttons) {
  return el("div", { class: "entry__status entry__status--failed" }, el("p", {}, reason), ...buttons);
}
