// The right column: what is known about the open handoff, what can be done with it, and the hours.

import { button, el } from "../chat/dom.js";
import { isEnded, isMine } from "./board.js";
import { renderCard } from "./card.js";
import { createHours } from "./hours.js";
import { renderMemos } from "./memos.js";

/** @typedef {import("./types").Translate} Translate */
/** @typedef {import("./types").User} User */

/**
 * @typedef {object} SideActs
 * @property {() => void} back
 * @property {() => void} transfer
 * @property {() => void} close
 * @property {() => void} takeOver
 * @property {(closed: boolean, note: string) => Promise<unknown>} closeNow
 */

/** @param {User} user */
export function isSupervisor({ role }) {
  return role === "supervisor" || role === "admin";
}

/** @param {Translate} t @param {SideActs} acts */
export function createSide(t, acts) {
  const about = el("div", { class: "side__about" });
  const hours = createHours(t, acts.closeNow);
  const transfer = button("button", t("transfer"), acts.transfer);
  const takeOver = button("button", t("take_over"), acts.takeOver);
  const close = button("button", t("close_case"), acts.close);
  const deeds = el("section", { class: "panel deeds", "aria-label": t("deeds_title") }, transfer, takeOver, close);
  const back = button("button button--small side__back", t("back_to_case"), acts.back);
  const node = el("section", { class: "side", tabindex: 0, "aria-label": t("side_label") }, back, deeds, about, hours.node);
  let drawn = "";

  return {
    node,
    back,
    /**
     * @param {import("./types").Row | null} row
     * @param {import("./types").Case | null} opened
     * @param {User} me
     * @param {import("./types").Hours | null} schedule
     */
    update(row, opened, me, schedule) {
      hours.update(schedule, isSupervisor(me));
      const isHeld = row !== null && isMine(row, me.id);
      const isOpen = row !== null && opened !== null && !isEnded(row) && row.status !== "promised";
      deeds.hidden = !isHeld && !(isOpen && isSupervisor(me));
      transfer.hidden = close.hidden = !isHeld;
      takeOver.hidden = isHeld;
      const signature = opened ? JSON.stringify([opened.id, opened.evidence, opened.memos]) : "";
      if (signature === drawn) return;
      drawn = signature;
      about.replaceChildren(...(opened ? [renderCard(opened.evidence, t), renderMemos(opened.memos, t)] : []));
    },
  };
}
