// The left column: my own state, and the handoffs by what is to be done with them.

import { button, el, setAttribute, uniqueId } from "../chat/dom.js";
import { sectionsOf } from "./board.js";
import { createRow } from "./row.js";

/** @typedef {import("./types").Board} Board */
/** @typedef {import("./types").Row} Row */
/** @typedef {import("./types").Translate} Translate */

/** @type {readonly (keyof import("./types").Sections)[]} */
const ORDER = ["mine", "waiting", "promised", "others", "closed"];
/** Always shown, also when nothing is in them. */
const STEADY = new Set(["mine", "waiting"]);

/**
 * @param {Translate} t
 * @param {{ open: (id: number) => void, claim: (id: number) => void, away: (away: boolean) => void }} acts
 */
export function createSidebar(t, acts) {
  const state = createState(t, acts.away);
  const sections = ORDER.map((name) => ({ name, ...createSection(t, name) }));
  const node = el(
    "nav",
    { class: "sidebar", "aria-label": t("lists_label") },
    state.node,
    ...sections.map((section) => section.node),
  );
  /** @type {Map<number, ReturnType<typeof createRow>>} */
  const known = new Map();

  /** @param {number} id */
  function rowOf(id) {
    const row = known.get(id) ?? createRow(t, acts, id);
    known.set(id, row);
    return row;
  }

  return {
    node,
    /** @param {Board} board @param {number} now @param {number | null} selected */
    update(board, now, selected) {
      const focused = document.activeElement;
      const found = sectionsOf(board);
      state.update(board.me.away);
      for (const id of known.keys()) if (!board.rows.has(id)) known.delete(id);
      for (const section of sections) {
        const rows = found[section.name];
        for (const row of rows) rowOf(row.id).update(row, { me: board.me.id, now, selected });
        section.update(rows.map(({ id }) => rowOf(id).node), board.me.capacity);
      }
      const isMoved = focused instanceof HTMLElement && node.contains(focused) && focused !== document.activeElement;
      if (isMoved) focused.focus({ preventScroll: true });
    },
    /** The handoff after (1) or before (-1) the open one, in the order shown. @param {Board} board @param {number | null} selected @param {1 | -1} step */
    neighbour(board, selected, step) {
      const { mine, waiting } = sectionsOf(board);
      const ids = [...mine, ...waiting].map(({ id }) => id);
      const at = selected === null ? -1 : ids.indexOf(selected);
      const next = at < 0 && step < 0 ? ids.length - 1 : at + step;
      return ids.length ? (ids[(next + ids.length) % ids.length] ?? null) : null;
    },
  };
}

/** @param {Translate} t @param {(away: boolean) => void} change */
function createState(t, change) {
  let isAway = false;
  const words = el("span", { class: "switch__words" });
  const toggle = button("switch", "", () => change(!isAway));
  setAttribute(toggle, "role", "switch");
  setAttribute(toggle, "aria-label", t("accepting_label"));
  toggle.append(el("span", { class: "switch__track", "aria-hidden": "true" }), words);
  return {
    node: el("div", { class: "sidebar__state" }, toggle),
    /** @param {boolean} away */
    update(away) {
      isAway = away;
      setAttribute(toggle, "aria-checked", String(!away));
      words.textContent = t(away ? "away" : "accepting");
    },
  };
}

/** @param {Translate} t @param {keyof import("./types").Sections} name */
function createSection(t, name) {
  const id = uniqueId("list");
  const title = el("span", { id });
  const list = el("ul", { class: "rows", "aria-labelledby": id });
  const empty = el("p", { class: "rows__empty" }, t(`empty_${name}`));
  const isOpen = name !== "closed";
  const node = el(
    "details",
    { class: `group group--${name}`, open: isOpen },
    el("summary", { class: "group__title" }, el("h2", {}, title)),
    empty,
    list,
  );
  return {
    node,
    /** @param {HTMLElement[]} rows @param {number} capacity */
    update(rows, capacity) {
      const words = t(`list_${name}`, { count: rows.length, capacity });
      if (title.textContent !== words) title.textContent = words;
      empty.hidden = rows.length > 0;
      list.hidden = rows.length === 0;
      node.hidden = rows.length === 0 && !STEADY.has(name);
      rows.forEach((row, index) => {
        const there = list.children[index] ?? null;
        if (there !== row) list.insertBefore(row, there);
      });
      while (list.children.length > rows.length) list.lastElementChild?.remove();
    },
  };
}
