// Joins the pieces of the page around the talk: they are told what is, and tell what the visitor does.

import { createAnnouncer } from "./announcer.js";
import { createAnswering } from "./answering.js";
import { createBanner } from "./banner.js";
import { Composer } from "./composer.js";
import { confirm } from "./confirm.js";
import { el, isTouch } from "./dom.js";
import { entriesOf } from "./entries.js";
import { createLog } from "./log.js";
import { createMenu } from "./menu.js";
import { createPreferences } from "./preferences.js";
import { createScroller } from "./scroll.js";
import { closedWords, createStanding, hoursWords } from "./standing.js";
import { createStart } from "./start.js";
import * as store from "./store.js";
import { Talk } from "./talk.js";
import { createUnread } from "./unread.js";

/** @typedef {import("./types").State} State */

export class Chat {
  #means;
  #t;
  #root;
  #preferences;
  #talk;
  #announcer;
  #banner;
  #standing;
  /** @type {ReturnType<typeof import("./later/mail.js").createMail> | null} */
  #mail = null;
  #log;
  #scroller;
  #answering;
  #start;
  #composer;
  #menu;
  #unread;
  /** Ways that both the start and the menu open. */
  #doors = {
    onPerson: () => this.#say(this.#t("person"), "person"),
    onResume: () => void this.#resume(),
  };

  /** @param {HTMLElement} root @param {import("./types").Means} means */
  constructor(root, means) {
    const { t, storage } = means;
    this.#means = means;
    this.#t = t;
    this.#root = root;
    this.#preferences = createPreferences(storage);
    this.#talk = new Talk(means, this);
    this.#announcer = createAnnouncer(t);
    this.#banner = createBanner(t);
    this.#standing = createStanding(t, (act) => void this.#act(act), this.#announcer.say);
    this.#log = this.#makeLog();
    this.#scroller = createScroller(this.#log.node, t);
    this.#answering = createAnswering(t, this.#scroller.follow);
    this.#start = this.#makeStart();
    this.#composer = this.#makeComposer();
    this.#menu = this.#makeMenu();
    this.#unread = createUnread(t);
  }

  /** Shows the chat and takes up the conversation where it was left. */
  open() {
    this.#layOut();
    this.#watchTheWorld();
    this.#talk.open();
    void this.#tellHours();
  }

  #makeLog() {
    return createLog(this.#t, {
      choose: ({ seq }, part, option) => {
        this.#talk.choose(`${seq}:${part}`, option);
        this.#settleFocus();
      },
      retry: (pending) => {
        this.#talk.retry(pending);
        this.#settleFocus();
      },
      takeBack: (pending) => this.#talk.takeBack(pending),
    });
  }

  /** The field for an address, once it is wanted; where it cannot be loaded, the receipt leads back as well. */
  async #offerMail() {
    const { email, may_leave_email: mayLeave } = this.#talk.state.status;
    if (!email && !mayLeave) return;
    const { createMail } = await import("./later/mail.js");
    if (this.#mail) return;
    this.#mail = createMail({
      t: this.#t,
      onKeep: (address) => this.#talk.keepEmail(address),
      onDrop: () => this.#talk.dropEmail(),
      onGone: () => this.#settleFocus(),
      say: this.#announcer.say,
    });
    this.#standing.node.after(this.#mail.node);
    this.#mail.update(this.#talk.state.status);
  }

  #makeStart() {
    return createStart({
      t: this.#t,
      isForgetful: this.#means.storage.kind === "memory",
      onTopic: (text) => this.#say(text),
      ...this.#doors,
    });
  }

  #makeComposer() {
    const { api, tabStorage } = this.#means;
    return new Composer({
      t: this.#t,
      drafts: tabStorage,
      enterSends: () => this.#preferences.get().enterSends,
      onSend: (text) => this.#say(text),
      onSuggestion: ({ entry_id: id, question }) => this.#say(question, `entry:${id}`),
      suggest: (query, signal) => (this.#isWithExpert() ? Promise.resolve([]) : api.suggest(query, signal)),
      onWriting: () => this.#talk.write(),
      say: this.#announcer.say,
    });
  }

  #makeMenu() {
    return createMenu({
      t: this.#t,
      preferences: this.#preferences.get(),
      onPreference: (change) => {
        this.#preferences.set(change);
        this.#composer.explain();
      },
      ...this.#doors,
      onRestart: () => void this.#restart(),
    });
  }

  #layOut() {
    this.#log.node.prepend(this.#start.node);
    this.#log.node.append(this.#answering.node);
    const stage = el("div", { class: "stage" }, this.#log.node, this.#scroller.button);
    const title = el("h1", { class: "header__title" }, this.#t("title"));
    this.#root.replaceChildren(
      el("header", { class: "header" }, title, this.#menu.node),
      el("main", { class: "main" }, this.#banner.node, this.#standing.node, stage, this.#composer.node),
      this.#announcer.node,
    );
    this.#banner.update();
  }

  #watchTheWorld() {
    this.#composer.node.addEventListener("focusin", () => this.#mail?.fold());
    addEventListener("online", () => {
      this.#banner.update();
      this.#talk.comeBack();
    });
    addEventListener("offline", () => this.#banner.update());
    addEventListener("pageshow", (event) => event.persisted && this.#talk.wake());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) return;
      this.#talk.wake();
      void this.#tellHours();
    });
  }

  /** Only at the start: once a talk is under way, its status tells. */
  async #tellHours() {
    if (this.#talk.state.messages.length) return;
    const hours = await this.#means.api.hours().catch(() => null);
    this.#start.tell(hours ? hoursWords(hours, this.#t) : "");
  }

  // What the talk tells

  /** @param {State} state @param {boolean} isOwn */
  changed(state, isOwn) {
    const { status } = state;
    const touched = document.activeElement;
    this.#root.dataset.owner = status.owner;
    this.#standing.update(state);
    if (this.#mail) this.#mail.update(status);
    else this.#offerMail().catch(() => {}); // at the next news again
    this.#menu.update(status, closedWords(status, this.#means.t));
    this.#scroller.arrive(() => {
      const entries = entriesOf(state);
      this.#start.update(entries.length > 0);
      this.#answering.update(store.isAwaitingReply(state), Boolean(status.typing));
      return this.#log.render(entries);
    }, isOwn);
    if (touched && !touched.isConnected) this.#settleFocus();
  }

  caughtUp() {
    this.#scroller.toEnd();
  }

  /** @param {import("./types").Message[]} messages */
  heard(messages) {
    this.#announcer.sayMessages(messages);
    this.#unread.add(messages);
  }

  /** @param {string} note */
  noted(note) {
    this.#announcer.say(note);
  }

  /** @param {string} text @param {string} [reason] */
  returned(text, reason) {
    this.#composer.giveBack(text, reason);
  }

  /** @param {string} notice */
  renewed(notice) {
    if (!this.#talk.state.pending.length) this.#scroller.toStart();
    this.#start.notify(notice);
    if (notice) this.#announcer.say(notice);
  }

  /** @param {import("./types").ConnectionState} connection */
  connected(connection) {
    this.#banner.connection(connection);
  }

  // What the visitor does

  /** @param {string} text @param {string | null} [action] */
  #say(text, action = null) {
    this.#talk.say(text, action);
    this.#settleFocus();
  }

  /** What was tapped is gone: the hands go to the field, or on a phone to the talk, without a keyboard. */
  #settleFocus() {
    if (!isTouch()) this.#composer.focus();
    else if (document.activeElement === document.body) this.#log.node.focus({ preventScroll: true });
  }

  #isWithExpert() {
    return this.#talk.state.status.owner === "expert";
  }

  /** @param {import("./types").StandingAct} act */
  async #act(act) {
    if (act === "leave") return this.#say(this.#t("standing_leave"), "cancel-handoff");
    if (act === "stay") return this.#say(this.#t("stay"));
    const isSure = await this.#confirm("end", this.#t("end_text"));
    if (isSure && this.#isWithExpert()) this.#say(this.#t("standing_end"), "end"); // unless the expert did
    else this.#settleFocus();
  }

  /** @param {"end" | "restart"} what @param {string} text what it means */
  #confirm(what, text) {
    const say = (/** @type {string} */ word) => this.#t(`${what}_${word}`);
    return confirm(this.#root, { title: say("title"), text, yes: say("yes"), no: say("no") });
  }

  async #restart() {
    if (!(await this.#confirm("restart", this.#farewell()))) return this.#menu.toggle.focus();
    this.#talk.restart();
    this.#settleFocus();
  }

  async #resume() {
    const warning = this.#talk.state.messages.length ? this.#farewell() : "";
    const later = await import("./later/resume.js").catch(() => null);
    if (!later) return this.#announcer.say(this.#t("resume_failed")); // the banner shows that the network is gone
    const isResumed = await later.askForCode(this.#root, this.#t, warning, (code) => this.#talk.resume(code));
    if (!isResumed) return this.#menu.toggle.focus();
    this.#announcer.say(this.#t("resumed"));
    this.#settleFocus();
  }

  /** What becomes of the talk on the screen when another takes its place. */
  #farewell() {
    const { receipt } = this.#talk.state.status;
    return this.#t(receipt ? "restart_text_receipt" : "restart_text", { receipt });
  }
}
