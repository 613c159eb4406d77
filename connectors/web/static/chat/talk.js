// The conversation as this page holds it: what was said, what is on its way, who has it. Draws nothing.

import { newId } from "./ids.js";
import { createOutbox } from "./outbox.js";
import { SKIP } from "./parts/kinds.js";
import { createSender } from "./sender.js";
import { createSession } from "./session.js";
import * as store from "./store.js";
import { Stream } from "./stream.js";
import { createThrottle } from "./timer.js";

/** @typedef {import("./types").Message} Message */
/** @typedef {import("./types").Pending} Pending */
/** @typedef {import("./types").State} State */

/** An answer later than this is asked for, in case a proxy holds the stream back. */
const OVERDUE = 4_000;
/** The expert is told no more often than this that the visitor is writing. */
const WRITING = 3_000;

export class Talk {
  #means;
  #page;
  #session;
  #outbox;
  #stream;
  #sender;
  /** Tells the expert that the visitor is writing. */
  #signal = createThrottle(WRITING, () => void this.#means.api.typing(this.#identity()).catch(() => {}));
  /** @type {State} */
  #state = store.EMPTY;
  /** The last of an expert's messages that the server was told to be read. */
  #readUpTo = 0;

  /** @param {import("./types").Means} means @param {import("./types").Listener} page */
  constructor(means, page) {
    this.#means = means;
    this.#page = page;
    this.#session = createSession(means.storage, means.api.open);
    this.#outbox = createOutbox(means.tabStorage);
    this.#stream = this.#makeStream();
    this.#sender = this.#makeSender();
  }

  get state() {
    return this.#state;
  }

  /** Takes up the conversation where it was left. */
  open() {
    this.#session.watch(() => this.#adopt());
    this.#update({ ...this.#state, pending: this.#outbox.load() });
    if (this.#session.current()) this.#stream.start();
  }

  /** @param {string} text @param {string | null} [action] */
  say(text, action = null) {
    const at = new Date().toISOString();
    /** @type {Pending} */
    const pending = { clientId: newId(), text, action, at, status: "sending", note: null };
    this.#update(store.queued(this.#state, pending), true);
    this.#sender.send(pending);
  }

  /** @param {string} place "seq:part" @param {import("./types").Option} option */
  choose(place, option) {
    const state = store.chose(this.#state, place, option.action);
    if (option.action === SKIP) return this.#update(state);
    this.#state = state;
    this.say(option.label, option.action);
  }

  /** @param {Pending} pending */
  retry(pending) {
    this.#sender.send(pending);
  }

  /** @param {Pending} pending @param {string} [reason] */
  takeBack(pending, reason) {
    this.#update(store.dropped(this.#state, pending.clientId));
    this.#page.returned(pending.text, reason);
  }

  /** The visitor is writing; an expert who has the conversation may see it. */
  write() {
    if (this.#state.status.owner === "expert") this.#signal();
  }

  restart() {
    this.#session.forget();
    this.#state = store.EMPTY;
    this.#renew("");
  }

  /** Goes on with the conversation of a receipt. Throws a Problem. @param {string} code */
  async resume(code) {
    this.#session.adopt(await this.#means.api.resume(code));
    this.#adopt();
  }

  /** Has the promised answer mailed, too. Throws a Problem. @param {string} address */
  async keepEmail(address) {
    this.#update(store.stood(this.#state, await this.#means.api.keepEmail(this.#identity(), address)));
  }

  /** Has nothing mailed any more. Throws a Problem. */
  async dropEmail() {
    this.#update(store.stood(this.#state, await this.#means.api.dropEmail(this.#identity())));
  }

  /** The page is looked at again. */
  wake() {
    this.#stream.wake();
    this.#tellRead();
  }

  /** The network is back. */
  comeBack() {
    this.#stream.wake();
    const waiting = this.#state.pending.filter((pending) => pending.status === "waiting");
    for (const pending of waiting) this.#sender.send(pending);
  }

  #makeStream() {
    const { api } = this.#means;
    return new Stream({
      open: (after, signal) => api.events(this.#identity(), after, signal),
      poll: (after, signal, seconds) => api.poll(this.#identity(), after, signal, seconds),
      fetchAfter: (after, signal) => api.messages(this.#identity(), after, signal),
      cursor: () => this.#state.cursor,
      onMessages: (messages, cursor) => this.#arrive(messages, cursor),
      onStatus: (status) => this.#update(store.stood(this.#state, status)),
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
      onRefused: (pending, problem) => this.takeBack(pending, problem.detail),
      onRenewed: () => this.#renew(t("renewed")),
    });
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
    this.#page.changed(next, isOwn);
    this.#tellRead();
  }

  /** @param {Message[]} messages @param {number} cursor */
  #arrive(messages, cursor) {
    const isHistory = !this.#state.messages.length;
    const before = new Set(this.#state.messages.map((message) => message.seq));
    this.#update(store.received(this.#state, messages, cursor), isHistory);
    if (isHistory) return this.#page.caughtUp();
    this.#page.heard(messages.filter(({ seq, role }) => role !== "user" && !before.has(seq)));
  }

  /** What is before the visitor's eyes need not be mailed to them. */
  #tellRead() {
    const { status, messages } = this.#state;
    const last = messages.findLast(({ role }) => role === "expert")?.seq ?? 0;
    if (!status.email || document.hidden || last <= this.#readUpTo) return;
    this.#readUpTo = last;
    this.#means.api.read(this.#identity(), last).catch(() => (this.#readUpTo = 0)); // else it comes by mail, too
  }

  /** @param {string} clientId @param {Partial<Pending>} change */
  #changed(clientId, change) {
    this.#update(store.changed(this.#state, clientId, change));
    if (change.note) this.#page.noted(change.note);
  }

  /** @param {Message} message */
  #confirmed(message) {
    this.#update(store.stored(this.#state, message));
    this.#stream.start();
    setTimeout(() => {
      if (store.isAwaitingReply(this.#state)) void this.#stream.nudge();
    }, OVERDUE);
  }

  /** @param {import("./types").ConnectionState} connection */
  #connected(connection) {
    this.#page.connected(connection);
    if (connection !== "gone") return;
    this.#session.forget();
    this.#renew(this.#means.t("renewed"));
  }

  /** Starts from nothing, keeping only what has not been sent. @param {string} notice */
  #renew(notice) {
    this.#stream.stop();
    this.#readUpTo = 0;
    this.#update({ ...store.EMPTY, pending: this.#state.pending });
    this.#page.renewed(notice);
  }

  /** The conversation at hand is another one now, or none. */
  #adopt() {
    this.#renew("");
    if (this.#session.current()) this.#stream.start();
  }
}
