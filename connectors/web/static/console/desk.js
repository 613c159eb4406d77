// Joins the pieces of the console for one expert: the board in the middle, everything else is told or tells.

import { createAnnouncer } from "../chat/announcer.js";
import { createBanner } from "../chat/banner.js";
import { isTouch } from "../chat/dom.js";
import { asProblem } from "../chat/problem.js";
import { Acts } from "./acts.js";
import * as boards from "./board.js";
import { BoardStream } from "./boardstream.js";
import { createCannedBook } from "./cannedbook.js";
import { Casework } from "./casework.js";
import { createCaseView } from "./caseview.js";
import { Composer } from "./composer.js";
import { createDrafts } from "./drafts.js";
import { layOut } from "./layout.js";
import { createNotice } from "./notice.js";
import { createSearch } from "./search.js";
import { createSender } from "./sender.js";
import { preferencesOf } from "./settings.js";
import { commandOf, openHelp } from "./shortcuts.js";
import { createSide } from "./side.js";
import { createSidebar } from "./sidebar.js";
import { watchWorld } from "./world.js";

/** @typedef {import("./types").User} User */

/**
 * @typedef {object} DeskMeans
 * @property {import("./api.js").Api} api
 * @property {import("./types").Translate} t
 * @property {import("../chat/types").KeyValueStore} tabStorage
 * @property {ReturnType<typeof import("./alerts.js").createAlerts>} alerts
 * @property {() => void} onLeave the expert logs out
 */

export class Desk {
  #means;
  /** @type {import("./types").Board} */
  #board;
  #stream;
  /** Ends all listening to the world when the desk is cleared. */
  #life = new AbortController();

  /** @param {HTMLElement} root @param {User} user @param {DeskMeans} means */
  constructor(root, user, means) {
    const { api, t, tabStorage: store } = means;
    this.#means = means;
    this.root = root;
    this.#board = boards.emptyBoard(user);
    this.announcer = createAnnouncer(t);
    this.banner = createBanner(t);
    this.notice = createNotice(t);
    this.canned = createCannedBook(api, t);
    this.drafts = createDrafts({ api, store, userId: user.id });
    this.sender = this.#makeSender(store);
    this.casework = this.#makeCasework();
    this.acts = new Acts(this, means);
    this.composer = this.#makeComposer();
    this.search = createSearch({
      t,
      search: api.search,
      insert: (found) => this.composer.insertEntry(found),
      onClose: () => this.composer.focus(),
    });
    const { acts } = this;
    this.sidebar = createSidebar(t, { open: (id) => this.show(id), claim: acts.claim, away: acts.away });
    this.view = this.#makeView();
    this.side = createSide(t, { ...acts.ofCase(), back: () => this.#look("case") });
    this.#stream = new BoardStream({
      open: api.events,
      poll: api.poll,
      version: () => this.#board.version,
      onBoard: (event) => this.#take(event),
      onState: this.banner.connection,
    });
    this.layout = layOut(this, t, { help: () => openHelp(root, t), settings: acts.settings, leave: means.onLeave });
  }

  get board() {
    return this.#board;
  }

  get me() {
    return this.#board.me;
  }

  /** Begins to listen, also after a new log-in. */
  start() {
    this.#watchTheWorld();
    this.#stream.start();
    this.canned.load().catch(() => null);
    this.sender.resume();
    if (this.casework.id === null || !this.casework.case) void this.#followAddress();
  }

  /** Stops listening; what is written stays. */
  stop() {
    this.#life.abort();
    this.#life = new AbortController();
    this.#stream.stop();
  }

  /** @param {number} id */
  show(id) {
    this.notice.show("");
    if (id === this.casework.id) this.#look("case");
    else location.hash = String(id);
  }

  /** @param {Partial<import("./types").Board>} news */
  change(news) {
    this.#board = { ...this.#board, ...news };
    this.draw();
  }

  /** @param {boolean} [isOwn] the expert's own doing */
  draw(isOwn = false) {
    const { row, case: opened, id } = this.casework;
    this.sidebar.update(this.#board, Date.now() + this.#board.skew, id);
    this.view.update(row, opened, id === null ? [] : this.sender.of(id), this.me, isOwn);
    this.side.update(row, opened, this.me, this.#board.hours);
    this.#means.alerts.count(boards.attention(this.#board));
  }

  /** @param {import("../chat/types").KeyValueStore} store */
  #makeSender(store) {
    const { api, t } = this.#means;
    return createSender({
      api,
      t,
      store,
      userId: this.me.id,
      onStored: ({ handoffId }, message) => handoffId === this.casework.id && this.casework.stored(message),
      onChange: ({ handoffId, status, note }) => {
        this.draw(true);
        if (status !== "failed") return;
        const isElsewhere = handoffId !== this.casework.id;
        const receipt = this.#board.rows.get(handoffId)?.receipt ?? "";
        if (isElsewhere) this.notice.show(t("send_failed_elsewhere", { receipt }));
        else this.announcer.say(t("not_delivered_because", { reason: note }));
      },
    });
  }

  #makeCasework() {
    const { api, t } = this.#means;
    return new Casework({
      api,
      sender: this.sender,
      drafts: this.drafts,
      onChange: (isOwn) => this.draw(isOwn),
      onArrival: (messages) => {
        for (const { role, text } of messages) this.announcer.say(t("spoken", { sender: t(`sender_${role}`), text }));
      },
    });
  }

  #makeComposer() {
    const { api, t } = this.#means;
    return new Composer({
      t,
      enterSends: () => preferencesOf(this.me).enter_sends,
      canned: () => this.canned.all(),
      onSend: (composed) => this.acts.send(composed),
      onDraft: (draft) => this.casework.id !== null && this.drafts.change(this.casework.id, draft),
      onTyping: () => this.casework.id !== null && api.typing(this.casework.id).catch(() => null),
      onRefused: this.notice.show,
      onSearch: () => this.search.open(),
      say: this.announcer.say,
    });
  }

  #makeView() {
    const { acts, composer, search } = this;
    return createCaseView(
      this.#means.t,
      { composer, search: search.node, bubbles: acts.ofBubbles() },
      { back: () => void (location.hash = ""), card: () => this.#look("card"), claim: acts.claim },
    );
  }

  #watchTheWorld() {
    watchWorld(this.#life.signal, {
      wake: () => {
        this.banner.update();
        this.#stream.wake();
        this.sender.resume();
        this.casework.markRead();
      },
      tick: () => {
        this.draw();
        this.casework.markRead();
      },
      offline: this.banner.update,
      leave: () => this.drafts.flush(true),
      address: () => void this.#followAddress(),
      key: (event) => this.#takeKey(event),
    });
  }

  /** @param {import("./types").BoardEvent} event */
  #take(event) {
    const before = this.#board;
    this.#board = boards.applied(before, event, Date.now());
    const row = this.casework.id === null ? undefined : this.#board.rows.get(this.casework.id);
    if (row) this.casework.follow(row);
    this.composer.explain();
    this.draw();
    this.acts.tell(boards.newsBetween(before, this.#board));
  }

  /** The address says which handoff is open, so that "back" and reloading work. */
  async #followAddress() {
    const id = Number.parseInt(location.hash.slice(1), 10) || null;
    if (id === this.casework.id && this.casework.case) return;
    const left = this.casework.id;
    this.#look(id === null ? "list" : "case");
    this.search.reset();
    try {
      const draft = await this.casework.open(id, (id && this.#board.rows.get(id)) || null);
      if (draft) this.composer.load(draft);
      if (draft) this.#settleFocus();
      else if (id === null && left !== null) this.layout.focusRow(left);
    } catch (error) {
      this.notice.show(asProblem(error).detail || this.#means.t("case_unreachable"));
    }
  }

  #settleFocus() {
    if (this.composer.node.hidden || isTouch()) this.view.focusHead();
    else this.composer.focus();
  }

  /** On narrow screens one column shows. @param {"list" | "case" | "card"} what */
  #look(what) {
    const isChange = this.layout.look(what);
    if (isChange && what === "card") this.side.back.focus();
    else if (isChange && what === "case") this.view.focusHead();
  }

  /** @param {KeyboardEvent} event */
  #takeKey(event) {
    const command = commandOf(event);
    if (!command || this.root.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.acts.obey(command);
  }
}
