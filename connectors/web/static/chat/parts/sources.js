// Where an answer comes from: one quiet line with its date, opened on request.

import { el } from "../dom.js";
import { safeUrl } from "../links.js";
import { webLink } from "../richtext.js";
import { asOfLabel } from "../time.js";

/** @typedef {import("../types").Source} Source */
/** @typedef {import("../types").Translate} Translate */

/**
 * @param {import("../types").SourcesPart} part
 * @param {import("../types").PartContext} context
 */
export function sources(part, { t }) {
  const [first] = part.items;
  const more = part.items.length - 1;
  const title = first?.title ?? "";
  const line = more ? t("sources_more", { title, more }) : t("sources_one", { title });
  return el(
    "details",
    { class: "sources" },
    el("summary", {}, line + dated(first, t)),
    el("ul", { class: "sources__list" }, ...part.items.map((source) => item(source, t))),
  );
}

/** @param {Source} source @param {Translate} t */
function item(source, t) {
  const href = safeUrl(source.url);
  const place = [source.at, dated(source, t)].filter(Boolean).join(" ");
  return el(
    "li",
    {},
    href ? webLink(source.title, href, t) : source.title,
    place && el("span", { class: "sources__place" }, place),
  );
}

/** @param {Source | undefined} source @param {Translate} t */
function dated(source, t) {
  const asOf = asOfLabel(source?.as_of, t);
  return asOf && t("as_of", { asOf });
}
