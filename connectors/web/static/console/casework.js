// The open handoff over the network: brings its messages without a gap, marks them read, keeps drafts and memos.

import { newId } from "../chat/ids.js";
import * as cases from "./case.js";

/** @typedef {import("./types").Case} Case */
/** @typedef {import("./types").Message} Message */
/** @typedef {import("./types").Row} Row */

/** How soon a failed fetch, or a delivery under way, is asked for again. */
const AGAIN = 2_000;
/** The server forgets after 40 s who looks at a handoff. */
const PRESENCE = 20_000;

/**
 * @typedef {object} CaseworkMeans
 * @property {import("./api.js").Api} api
 * @property {ReturnType<typeof import("./sender.js").createSender>} sender
 * @property {ReturnType<typeof import("./drafts.js").createDrafts>} drafts
 * @property {(isOwn: boolean) => void} onChange
 * @property {(messages: Message[]) => void} onArrival what the user or the system just said
 */

export class Casework {
  #means;
  /** @type {number | null} */
  #id = null;
  /** @type {Case | null} */
  #case = null;
  /** @type {Row | null} */
  #row = null;
  #isSyncing = false;
  #isStale = false;
  #readUpTo = 0;
  #toldAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {CaseworkMeans} means */
  constructor(means) {
    this.#means = means;
  }

  get id() {
    return this.#id;
  }

  get case() {
    return this.#case;
  }

  get row() {
    return this.#row;
  }

  /**
   * @param {number | null} id
   * @param {Row | null} row as far as it is known
   * @returns {Promise<import("./types").Draft | null>} what was being written; null when another one was opened meanwhile
   */
  async open(id, row) {
    this.#means.drafts.flush();
    clearTimeout(this.#timer);
    this.#id = id;
    this.#row = row;
    this.#case = null;
    this.#readUpTo = this.#toldAt = 0;
    this.#means.onChange(false);
    if (id === null) return null;
    const page = await this.#means.api.open(id);
    if (this.#id !== id) return null;
    this.#take(page);
    return this.#means.drafts.recall(id, page.draft);
  }

  /** The board told something about it. @param {Row} row */
  follow(row) {
    const old = this.#row;
    this.#row = row;
    if (!this.#case) return;
    if (row === old) return;
    const isMoved = old?.status !== row.status || old.assigned_to?.id !== row.assigned_to?.id;
    if (isMoved) void this.#reload(row.id);
    if (row.last_seq > this.#case.cursor || cases.askAfter(this.#case) < this.#case.cursor) void this.sync();
    this.markRead();
  }

  /** Fetches what is new; asked twice at once, it fetches twice in a row. */
  async sync() {
    this.#isStale = true;
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    while (this.#isStale) {
      this.#isStale = false;
      const isDone = await this.#fetch().catch(() => false);
      if (!isDone) this.#syncLater();
    }
    this.#isSyncing = false;
  }

  /** @param {Message} message the server stored it just now */
  stored(message) {
    if (!this.#case) return;
    const isGap = message.seq > this.#case.cursor + 1;
    this.#case = cases.stored(this.#case, message);
    if (!isGap) this.#case = cases.received(this.#case, [], message.seq);
    this.#changed(true);
    if (isGap) void this.sync();
  }

  /** @param {string} text */
  async remember(text) {
    const id = this.#id;
    if (id === null) return;
    const memo = await this.#means.api.memo(id, { client_id: newId(), text });
    if (this.#case?.id !== id) return;
    this.#case = cases.remembered(this.#case, memo);
    this.#changed(false);
  }

  /** The expert has it before the eyes: told at every news, and now and then while it stays so. */
  markRead() {
    if (document.hidden || !this.#case) return;
    const { id, cursor } = this.#case;
    const isNews = cases.lastOfUser(this.#case) > this.#readUpTo;
    const isDue = Date.now() - this.#toldAt > PRESENCE;
    if (!isNews && !isDue) return;
    if (isDue && cases.askAfter(this.#case) < cursor) void this.sync();
    this.#readUpTo = cursor;
    this.#toldAt = Date.now();
    this.#means.api.read(id, cursor).catch(() => (this.#readUpTo = 0));
  }

  /** @param {import("./types").CasePage} page */
  #take(page) {
    this.#row = page.handoff;
    this.#case = cases.opened(page);
    this.#means.sender.confirm(page.messages);
    this.#changed(false);
    this.markRead();
    if (page.handoff.last_seq > page.last_seq) void this.sync();
  }

  /** Somebody took, passed on or ended it: memos and state are read again. @param {number} id */
  async #reload(id) {
    const page = await this.#means.api.open(id).catch(() => null);
    if (!page || this.#case?.id !== id) return;
    this.#arrive(page.messages, page.last_seq);
    this.#case = { ...this.#case, memos: page.memos, evidence: page.evidence };
    this.#changed(false);
  }

  /** @returns {Promise<boolean>} */
  async #fetch() {
    const open = this.#case;
    if (!open) return true;
    const page = await this.#means.api.messages(open.id, cases.askAfter(open));
    if (this.#case?.id !== open.id) return true;
    this.#arrive(page.messages, page.last_seq);
    // A page holds only so many messages.
    const isMore = page.last_seq > open.cursor && (this.#row?.last_seq ?? 0) > page.last_seq;
    this.#isStale ||= isMore;
    return true;
  }

  /** @param {Message[]} messages @param {number} cursor */
  #arrive(messages, cursor) {
    if (!this.#case) return;
    const known = new Set(this.#case.messages.map(({ seq }) => seq));
    this.#case = cases.received(this.#case, messages, cursor);
    this.#means.sender.confirm(messages);
    this.#changed(false);
    this.markRead();
    const fresh = messages.filter(({ seq, role }) => !known.has(seq) && role !== "expert" && role !== "bot");
    if (fresh.length) this.#means.onArrival(fresh);
  }

  /** @param {boolean} isOwn */
  #changed(isOwn) {
    this.#means.onChange(isOwn);
    if (this.#case && cases.isDelivering(this.#case)) this.#syncLater();
  }

  #syncLater() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.sync(), AGAIN);
  }
}
