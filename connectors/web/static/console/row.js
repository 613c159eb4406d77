// One handoff in the list. The node lives as long as the row is listed, so the focus on it survives updates.

import { button, el, setAttribute } from "../chat/dom.js";
import { isClaimable, isEnded, isMailed, isMine } from "./board.js";
import { dateLabel } from "./dates.js";
import { minutesSince, urgencyOf } from "./waiting.js";

/** @typedef {import("./types").Row} Row */
/** @typedef {import("./types").Translate} Translate */

/**
 * @typedef {object} RowView
 * @property {string} me
 * @property {number} now the server's clock
 * @property {number | null} selected
 */

/**
 * @param {Translate} t
 * @param {{ open: (id: number) => void, claim: (id: number) => void }} acts
 * @param {number} id
 */
export function createRow(t, acts, id) {
  const open = button("row__open", "", () => acts.open(id));
  const claim = button("button button--small row__claim", t("claim"), () => acts.claim(id));
  const node = el("li", { class: "row", "data-id": id }, open, claim);
  let drawn = "";

  return {
    node,
    /** @param {Row} row @param {RowView} view */
    update(row, { me, now, selected }) {
      const minutes = minutesSince(isEnded(row) ? null : row.waiting_since, now);
      setAttribute(open, "aria-current", row.id === selected ? "true" : null);
      claim.hidden = !isClaimable(row, me);
      setAttribute(claim, "aria-label", t("claim_row", { receipt: row.receipt }));
      const signature = JSON.stringify([row, minutes]);
      if (signature === drawn) return;
      drawn = signature;
      open.replaceChildren(...linesOf(row, minutes, me, t));
    },
  };
}

/** @param {Row} row @param {number | null} minutes @param {string} me @param {Translate} t */
function linesOf(row, minutes, me, t) {
  return [
    line("row__head", channelOf(row, t), row.speciality_label, minutes === null ? null : waitingMark(row, minutes, t)),
    el("span", { class: "row__question" }, row.question || t("no_question")),
    line("row__foot", ...notesOf(row, me, t)),
  ];
}

/** @param {Row} row @param {string} me @param {Translate} t */
function notesOf(row, me, t) {
  const holder = row.assigned_to && !isMine(row, me) && !isEnded(row);
  return [
    t("receipt", { receipt: row.receipt }),
    row.status === "queued" && row.position && t("place", { place: row.position }),
    row.status === "promised" && row.promised_for && t("promised_for", { day: dateLabel(row.promised_for, t) }),
    row.status === "promised" && row.due_on && t("due_on", { day: dateLabel(row.due_on, t) }),
    isMailed(row) && t("contact_email"),
    holder && t("held_by", { name: row.assigned_to?.display_name ?? "" }),
    row.category && t(`category_${row.category}`),
    row.rating && t("rated", { rating: row.rating }),
    row.viewers.length && t("viewed_by", { names: row.viewers.join("、") }),
    row.typing && t("typing_short"),
    isMine(row, me) && row.status === "assigned" && mark("mark--assigned", t("assigned")),
    row.delivery_failed && mark("mark--failed", t("delivery_failed")),
    row.unread > 0 && mark("mark--unread", t("unread", { count: row.unread })),
  ];
}

/** @param {Row} row @param {number} minutes @param {Translate} t */
function waitingMark({ status }, minutes, t) {
  const urgency = urgencyOf(minutes);
  const kind = status === "active" ? "reply" : "wait";
  return mark(`mark--${urgency}`, t(`${kind}_${minutes ? urgency : "begun"}`, { minutes }));
}

/** @param {Row} row @param {Translate} t */
function channelOf({ channel }, t) {
  return el("span", { class: `channel channel--${channel}` }, t(`channel_${channel}`));
}

/** @param {string} kind @param {string} words */
function mark(kind, words) {
  return el("span", { class: `mark ${kind}` }, words);
}

/** @param {string} name @param {...(Node | string | number | null | undefined | false)} pieces */
function line(name, ...pieces) {
  const shown = pieces.filter((piece) => piece instanceof Node || (typeof piece === "string" && piece));
  return el("span", { class: name }, ...shown.map((piece) => (piece instanceof Node ? piece : el("span", {}, String(piece)))));
}
