// Puts the page's pieces in their places.

import { el } from "./dom.js";

/**
 * @param {HTMLElement} root
 * @param {import("./types").Translate} t
 * @param {Record<"menu" | "banner" | "log" | "news" | "composer" | "announcer", HTMLElement>} pieces
 */
export function layOut(root, t, { menu, banner, log, news, composer, announcer }) {
  root.replaceChildren(
    el("header", { class: "header" }, el("h1", { class: "header__title" }, t("title")), menu),
    el(
      "main",
      { class: "main" },
      banner,
      el("div", { class: "stage" }, log, news),
      composer,
    ),
    announcer,
  );
}
