// Puts the console's pieces in their places: three columns, or one at a time on narrow screens.

import { button, el } from "../chat/dom.js";

/**
 * @param {import("./desk.js").Desk} desk
 * @param {import("./types").Translate} t
 * @param {{ help: () => void, settings: () => void, leave: () => void }} acts
 */
export function layOut(desk, t, { help, settings, leave }) {
  const columns = el("main", { class: "columns", "data-view": "list" }, desk.sidebar.node, desk.view.node, desk.side.node);
  const header = el(
    "header",
    { class: "header" },
    el("h1", { class: "header__title" }, t("console_title")),
    el(
      "div",
      { class: "header__tools" },
      el("span", { class: "header__name" }, desk.me.display_name),
      button("button button--header", t("help"), help),
      button("button button--header", t("settings"), settings),
      button("button button--header", t("logout"), leave),
    ),
  );
  desk.root.replaceChildren(header, el("div", { class: "signs" }, desk.banner.node, desk.notice.node), columns, desk.announcer.node);
  desk.banner.update();
  return {
    /** @param {"list" | "case" | "card"} what @returns {boolean} whether it was something else */
    look(what) {
      const isChange = columns.dataset.view !== what;
      columns.dataset.view = what;
      return isChange;
    },
    /** @param {number} id */
    focusRow(id) {
      const node = columns.querySelector(`[data-id="${id}"] .row__open`);
      if (node instanceof HTMLElement) node.focus();
    },
  };
}
