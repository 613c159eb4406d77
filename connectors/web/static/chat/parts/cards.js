// Programmes, institutions and desks as cards.

import { el } from "../dom.js";
import { safeUrl, telHref } from "../links.js";
import { webLink } from "../richtext.js";
import { section } from "./section.js";

/** @typedef {import("../types").PartContext} PartContext */

/** @param {import("../types").ProgramsPart} part @param {PartContext} context */
export function programs(part, { t }) {
  const items = part.items.map(({ name, reason, url }) => {
    const href = safeUrl(url);
    return card(href ? webLink(name, href, t) : name, reason);
  });
  return section("programs", t("programs_heading"), cards(items));
}

/** @param {import("../types").InstitutionsPart} part @param {PartContext} context */
export function institutions(part, { t }) {
  const items = part.items.map(({ name, reason }) => card(name, reason));
  return section("institutions", t("institutions_heading"), cards(items));
}

/** @param {import("../types").ContactsPart} part @param {PartContext} context */
export function contacts(part, { t }) {
  const items = part.items.map(({ office, prefecture, tel, address }) =>
    card(office, placeOf(prefecture, address), tel && callLink(office, tel, t)),
  );
  return section("contacts", t("contacts_heading"), cards(items));
}

/** Many addresses begin with the prefecture already. @param {string} prefecture @param {string} address */
function placeOf(prefecture, address) {
  return address?.includes(prefecture) ? address : [prefecture, address].filter(Boolean).join(" ");
}

/** @param {HTMLElement[]} items */
function cards(items) {
  return el("ul", { class: "cards" }, ...items);
}

/**
 * @param {Node | string} name
 * @param {string} note
 * @param {Node | string | null} [action]
 */
function card(name, note, action) {
  return el(
    "li",
    { class: "card" },
    el("p", { class: "card__name" }, name),
    note && el("p", { class: "card__note" }, note),
    action,
  );
}

/**
 * @param {string} office
 * @param {string} tel
 * @param {import("../types").Translate} t
 */
function callLink(office, tel, t) {
  const attributes = { class: "call", href: telHref(tel), "aria-label": t("call", { office, tel }) };
  return el("a", attributes, t("tel", { tel }));
}
