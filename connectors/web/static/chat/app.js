// Joins the pieces of the chat: state in the middle, everything else is told or tells.

import { createAnnouncer } from "./announcer.js";
import { createAnswering } from "./answering.js";
import { createBanner } from "./banner.js";
import { Composer } from "./composer.js";
import { confirm } from "./confirm.js";
import { isTouch } from "./dom.js";
import { entriesOf } from "./entries.js";
import { newId } from "./ids.js";
import { layOut } from "./layout.js";
import { createLog } from "./log.js";
import { createMenu } from "./menu.js";
import { createOutbox } from "./outbox.js";
import { createPreferences } from "./preferences.js";
import { createScroller } from "./scroll.js";
import { createSender } from "./sender.js";
import { createSession } from "./session.js";
import { createStart } from "./start.js";
import * as store from "./store.js";
import { Stream } from "./stream.js";

/** @typedef {import("./types").Message} Message */
/** @typedef {import("./types").Pending} Pending */
/** @typedef {import("./types").State} State */

/** An answer later than this is asked for, in case a proxy holds the stream back. */
const OVERDUE = 4_000;

/**
 * @typedef {object} ChatMeans
 * @property {import("./api.js").Api} api
 * @property {import("./types").Translate} t
 * @property {import("./types").KeyValueStore} storage lives as long as the browser lets it
 * @property {import("./types").KeyValueStore} tabStorage lives as long as this tab
 */

export class Chat {
  #means;
  #root;
  #preferences;
  #session;
  #outbox;
  #announcer;
  #banner;
  #log;
  #scroller;
  #answering;
  #start;
  #composer;
  #menu;
  #stream;
  #sender;
  /** @type {State} */
  #state = store.EMPTY;

  /** @param {HTMLElement} root @param {ChatMeans} means */
  constructor(root, means) {
    const { api, t, storage, tabStorage } = means;
    this.#means = means;
    this.#root = root;
    this.#preferences = createPreferences(storage);
    this.#session = createSession(storage, api.open);
    this.#outbox = createOutbox(tabStorage);
    this.#announcer = createAnnouncer(t);
    this.#banner = createBanner(t);
    this.#log = this.#makeLog();
    this.#scroller = createScroller(this.#log.node, t);
    this.#answering = createAnswering(t, this.#scroller.follow);
    this.#start = createStart(t, (text) => this.#speak(text, null), storage.kind === "memory");
    this.#composer = this.#makeComposer();
    this.#menu = this.#makeMenu();
    this.#stream = this.#makeStream();
    this.#sender = this.#makeSender();
  }

  /** Shows the chat and takes up the conversation where it was left. */
  open() {
    this.#layOut();
    this.#watchTheWorld();
    this.#update({ ...this.#state, pending: this.#outbox.load() });
    if (this.#session.current()) this.#stream.start();
  }

  #makeLog() {
    return createLog(this.#means.t, {
      choose: ({ seq }, part, option) => this.#choose(`${seq}:${part}`, option),
      retry: (pending) => this.#send(pending),
      takeBack: (pending) => this.#takeBack(pending),
    });
  }

  #makeComposer() {
    return new Composer({
      t: this.#means.t,
      drafts: this.#means.tabStorage,
      enterSends: () => this.#preferences.get().enterSends,
      onSend: (text) => this.#speak(text, null),
      onSuggestion: ({ entry_id: id, question }) => this.#speak(question, `entry:${id}`),
      suggest: this.#means.api.suggest,
      say: this.#announcer.say,
    });
  }

  #makeMenu() {
    return createMenu({
      t: this.#means.t,
      preferences: this.#preferences.get(),
      onPreference: (change) => {
        this.#preferences.set(change);
        this.#composer.explain();
      },
      onRestart: () => void this.#restart(),
    });
  }

  #makeStream() {
    const { api } = this.#means;
    return new Stream({
      open: (after, signal) => api.events(this.#identity(), after, signal),
      poll: (after, signal) => api.poll(this.#identity(), after, signal),
      fetchAfter: (after, signal) => api.messages(this.#identity(), after, signal),
      cursor: () => this.#state.cursor,
      onMessages: (messages, cursor) => this.#arrive(messages, cursor),
      onState: (connection) => this.#connected(connection),
    });
  }

  #makeSender() {
    const { api, t } = this.#means;
    return createSender({
      api,
      session: this.#session,
      t,
      isOpen: (clientId) => this.#state.pending.some((pending) => pending.clientId === clientId),
      onStored: (message) => this.#confirmed(message),
      onChange: (clientId, change) => this.#changed(clientId, change),
      onRefused: (pending, problem) => this.#takeBack(pending, problem.detail),
      onRenewed: () => this.#renew(t("renewed")),
    });
  }

  #layOut() {
    this.#log.node.prepend(this.#start.node);
    this.#log.node.append(this.#answering.node);
    layOut(this.#root, this.#means.t, {
      menu: this.#menu.node,
      banner: this.#banner.node,
      log: this.#log.node,
      news: this.#scroller.button,
      composer: this.#composer.node,
      announcer: this.#announcer.node,
    });
    this.#banner.update();
  }

  #watchTheWorld() {
    addEventListener("online", () => this.#comeBack());
    addEventListener("offline", () => this.#banner.update());
    addEventListener("pageshow", (event) => event.persisted && this.#stream.wake());
    document.addEventListener("visibilitychange", () => document.hidden || this.#stream.wake());
    this.#session.watch(() => this.#adopt());
  }

  #identity() {
    const identity = this.#session.current();
    if (!identity) throw new Error("no conversation is open");
    return identity;
  }

  /** @param {State} next @param {boolean} [isOwn] the visitor's own doing: show it */
  #update(next, isOwn = false) {
    this.#state = next;
    this.#outbox.save(next.pending);
    this.#scroller.arrive(() => {
      const entries = entriesOf(next);
      this.#start.update(entries.length > 0);
      this.#answering.update(store.isAwaitingReply(next));
      return this.#log.render(entries);
    }, isOwn);
  }

  /** @param {Message[]} messages @param {number} cursor */
  #arrive(messages, cursor) {
    const isHistory = !this.#state.messages.length;
    const before = new Set(this.#state.messages.map((message) => message.seq));
    this.#update(store.received(this.#state, messages, cursor), isHistory);
    if (isHistory) return this.#scroller.toEnd();
    const fresh = messages.filter(({ seq, role }) => role !== "user" && !before.has(seq));
    this.#announcer.sayMessages(fresh);
  }

  /** @param {string} clientId @param {Partial<Pending>} change */
  #changed(clientId, change) {
    this.#update(store.changed(this.#state, clientId, change));
    if (change.note) this.#announcer.say(change.note);
  }

  /** @param {Message} message */
  #confirmed(message) {
    this.#update(store.stored(this.#state, message));
    this.#stream.start();
    setTimeout(() => {
      if (store.isAwaitingReply(this.#state)) void this.#stream.nudge();
    }, OVERDUE);
  }

  /** @param {string} text @param {string | null} action */
  #speak(text, action) {
    const at = new Date().toISOString();
    /** @type {Pending} */
    const pending = { clientId: newId(), text, action, at, status: "sending", note: null };
    this.#update(store.queued(this.#state, pending), true);
    this.#send(pending);
  }

  /** @param {string} place @param {import("./types").Option} option */
  #choose(place, option) {
    this.#state = store.chose(this.#state, place, option.action);
    this.#speak(option.label, option.action);
  }

  /** @param {Pending} pending */
  #send(pending) {
    this.#sender.send(pending);
    this.#settleFocus();
  }

  /** What was tapped is gone: the hands go to the field, or on a phone to the talk, without a keyboard. */
  #settleFocus() {
    if (!isTouch()) this.#composer.focus();
    else if (document.activeElement === document.body) this.#log.node.focus({ preventScroll: true });
  }

  /** @param {Pending} pending @param {string} [reason] */
  #takeBack(pending, reason) {
    this.#update(store.dropped(this.#state, pending.clientId));
    this.#composer.giveBack(pending.text, reason);
  }

  /** @param {import("./types").ConnectionState} connection */
  #connected(connection) {
    this.#banner.connection(connection);
    if (connection !== "gone") return;
    this.#session.forget();
    this.#renew(this.#means.t("renewed"));
  }

  /** Starts from nothing, keeping only what has not been sent. @param {string} notice */
  #renew(notice) {
    this.#stream.stop();
    this.#update({ ...store.EMPTY, pending: this.#state.pending });
    if (!this.#state.pending.length) this.#scroller.toStart();
    this.#start.notify(notice);
    if (notice) this.#announcer.say(notice);
  }

  async #restart() {
    const { t } = this.#means;
    const isSure = await confirm(this.#root, {
      title: t("restart_title"),
      text: t("restart_text"),
      yes: t("restart_yes"),
      no: t("restart_no"),
    });
    if (!isSure) return this.#menu.toggle.focus();
    this.#session.forget();
    this.#state = store.EMPTY;
    this.#renew("");
    this.#settleFocus();
  }

  /** Another tab began, changed or ended the conversation. */
  #adopt() {
    this.#renew("");
    if (this.#session.current()) this.#stream.start();
  }

  #comeBack() {
    this.#banner.update();
    this.#stream.wake();
    const waiting = this.#state.pending.filter((pending) => pending.status === "waiting");
    for (const pending of waiting) this.#sender.send(pending);
  }
}
