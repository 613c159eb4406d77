// The centre column: who it is about, the conversation, and where to write.

import { button, el } from "../chat/dom.js";
import { isClaimable, isEnded, isMailed, isMine } from "./board.js";
import { entriesOf } from "./entries.js";
import { createTranscript } from "./transcript.js";

/** @typedef {import("./types").Row} Row */
/** @typedef {import("./types").Translate} Translate */

/**
 * @param {Translate} t
 * @param {object} pieces
 * @param {import("./composer.js").Composer} pieces.composer
 * @param {HTMLElement} pieces.search
 * @param {import("./bubble.js").BubbleActs} pieces.bubbles
 * @param {{ back: () => void, card: () => void, claim: (id: number) => void }} acts
 */
export function createCaseView(t, { composer, search, bubbles }, acts) {
  const transcript = createTranscript(t, bubbles);
  const head = createHead(t, acts);
  const bar = createBar(t, acts.claim);
  const status = el("p", { class: "case__status" });
  const body = el("div", { class: "case__body" }, head.node, status, transcript.node, search, composer.node, bar.node);
  const empty = el("p", { class: "case__empty" }, t("case_none"));
  const node = el("section", { class: "case", "aria-label": t("case_label") }, empty, body);
  /** @type {number | null} */
  let shown = null;

  return {
    node,
    log: transcript.log,
    focusHead: head.focus,
    /**
     * @param {Row | null} row
     * @param {import("./types").Case | null} opened
     * @param {readonly import("./types").Pending[]} pending
     * @param {import("./types").User} me
     * @param {boolean} isOwn
     */
    update(row, opened, pending, me, isOwn) {
      empty.hidden = row !== null;
      body.hidden = row === null;
      if (!row) return;
      if (row.id !== shown) transcript.clear();
      shown = row.id;
      head.update(row);
      status.textContent = statusOf(row, t);
      transcript.node.hidden = !opened;
      // Before the messages: what stands below decides how much of them can be seen.
      body.classList.toggle("is-mine", isMine(row, me.id));
      composer.node.hidden = !opened || !isMine(row, me.id);
      bar.update(row, me.id);
      transcript.typing(row.typing);
      if (opened) transcript.render(entriesOf(opened, pending, me.display_name), isOwn);
    },
  };
}

/** @param {Translate} t @param {{ back: () => void, card: () => void }} acts */
function createHead(t, acts) {
  const title = el("h2", { class: "case__title", tabindex: -1 });
  const facts = el("p", { class: "case__facts" });
  const node = el(
    "header",
    { class: "case__head" },
    button("button button--small case__back", t("back"), acts.back),
    el("div", { class: "case__names" }, title, facts),
    button("button button--small case__more", t("show_card"), acts.card),
  );
  return {
    node,
    focus: () => title.focus(),
    /** @param {Row} row */
    update(row) {
      const viewers = row.viewers.length ? t("viewed_by", { names: row.viewers.join("、") }) : "";
      title.textContent = t("case_title", { receipt: row.receipt });
      const mailed = isMailed(row) ? t("contact_email") : "";
      facts.textContent = [t(`channel_${row.channel}`), mailed, row.speciality_label, viewers].filter(Boolean).join(" ・ ");
    },
  };
}

/** What else there is to know while writing. @param {Row} row @param {Translate} t */
function statusOf(row, t) {
  const isAway = row.channel === "web" && row.status === "active" && !row.user_online;
  return isAway ? t(isMailed(row) ? "user_mailed" : "user_offline") : "";
}

/** Stands where the composer would, when this expert may not write. @param {Translate} t @param {(id: number) => void} claim */
function createBar(t, claim) {
  let id = 0;
  const words = el("p");
  const take = button("button button--primary", t("claim"), () => claim(id));
  const node = el("div", { class: "bar" }, words, take);
  return {
    node,
    /** @param {Row} row @param {string} me */
    update(row, me) {
      id = row.id;
      take.hidden = !isClaimable(row, me);
      words.textContent = barWords(row, me, t);
      node.hidden = isMine(row, me) && row.status === "active";
    },
  };
}

/** @param {Row} row @param {string} me @param {Translate} t */
function barWords(row, me, t) {
  if (isEnded(row)) return t("bar_ended");
  if (row.status === "promised") return t("bar_promised");
  if (row.status === "queued") return t("bar_queued");
  if (isMine(row, me)) return t("bar_assigned");
  return t("held_by", { name: row.assigned_to?.display_name ?? "" });
}
