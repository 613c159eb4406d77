// What an expert should know before the first word: question, facts, what was offered and refused.

import { el } from "../chat/dom.js";
import { richText } from "../chat/richtext.js";
import { sureness } from "./sureness.js";

/** @typedef {import("./types").Evidence} Evidence */
/** @typedef {import("./types").Offered} Offered */
/** @typedef {import("./types").Translate} Translate */

const FEW = 2;

/** @param {Evidence | null} evidence @param {Translate} t */
export function renderCard(evidence, t) {
  const root = el("section", { class: "panel" }, el("h2", {}, t("card_title")));
  if (!evidence) {
    root.append(el("p", { class: "panel__quiet" }, t("card_none")));
    return root;
  }
  const { question, slots, offered, rejected, programs, searches } = evidence;
  const refused = new Set(rejected.map(({ entry_id: id }) => id));
  const kept = offered.filter(({ entry_id: id }) => !refused.has(id));
  root.append(
    part(t("card_question"), el("div", { class: "card__question" }, richText(question, t))),
    ...listPart(t("card_slots"), slots.map(({ label, value }) => el("li", {}, t("slot", { label, value })))),
    ...listPart(t("card_offered"), kept.map((one) => offer(one, t))),
    ...(rejected.length ? [refusedPart(rejected, t)] : []),
    ...listPart(t("card_programs"), programs.map((one) => program(one))),
    el("p", { class: "panel__quiet" }, t("card_searches", { count: searches })),
  );
  return root;
}

/** @param {string} heading @param {HTMLElement} body */
function part(heading, body) {
  return el("div", { class: "panel__part" }, el("h3", {}, heading), body);
}

/** @param {string} heading @param {HTMLElement[]} items */
function listPart(heading, items) {
  return items.length ? [part(heading, el("ul", { class: "panel__list" }, ...items))] : [];
}

/** Many of them would push everything else out of sight. @param {Offered[]} rejected @param {Translate} t */
function refusedPart(rejected, t) {
  return el(
    "details",
    { class: "panel__part", open: rejected.length <= FEW },
    el("summary", { class: "panel__more" }, t("card_rejected", { count: rejected.length })),
    el("ul", { class: "panel__list" }, ...rejected.map((one) => offer(one, t))),
  );
}

/** @param {Offered} offered @param {Translate} t */
function offer({ question, confidence, chosen }, t) {
  return el(
    "li",
    {},
    el("span", { class: "offer__question" }, question),
    el("span", { class: "panel__quiet" }, sureness(confidence, t)),
    chosen && el("span", { class: "mark mark--chosen" }, t("offer_chosen")),
  );
}

/** @param {{ name: string, reason: string }} program */
function program({ name, reason }) {
  return el("li", {}, el("span", { class: "offer__question" }, name), reason && el("span", { class: "panel__quiet" }, reason));
}
