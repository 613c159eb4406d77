// The memos of colleagues about a handoff; the user never sees them.

import { el } from "../chat/dom.js";
import { inline } from "../chat/richtext.js";
import { momentLabel } from "./dates.js";

/** @param {readonly import("./types").Memo[]} memos @param {import("./types").Translate} t */
export function renderMemos(memos, t) {
  const items = memos.map(({ author, text, at }) =>
    el(
      "li",
      { class: "memo" },
      el("p", { class: "memo__head" }, `${author} ${momentLabel(at, t)}`),
      el("p", { class: "own" }, ...inline(text, t)),
    ),
  );
  const body = items.length ? el("ul", {}, ...items) : el("p", { class: "panel__quiet" }, t("memos_none"));
  return el("section", { class: "panel" }, el("h2", {}, t("memos_title")), body);
}
