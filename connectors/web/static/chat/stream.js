// Keeps one conversation up to date: a live stream that resumes after the last message known,
// a watch on its heartbeat, patient reconnecting, and long polling where a proxy holds streams back.

import { backoff } from "./backoff.js";
import { Problem, asProblem } from "./problem.js";
import { createFrameParser } from "./sse.js";
import { createPause, createWatchdog } from "./timer.js";

/** @typedef {import("./types").Message} Message */
/** @typedef {ReturnType<typeof createWatchdog>} Watchdog */

/** The headers of a stream come at once, unless a proxy swallows them. */
const OPENING = 5_000;
/** The server sends a sign of life every 15 s: two were missed. */
const SILENCE = 40_000;
/** How many seconds a long poll waits: the first only asks how things stand. */
const FIRST_POLL = 1;
const POLL = 25;
/** A proxy that answers a long poll at once with nothing must not make us spin. */
const EMPTY_POLL = 1_000;
/** After this much silence a page that comes back to the front trusts no old connection. */
const STALE = 20_000;

export class Stream {
  #means;
  #pause = createPause();
  /** What is under way; aborted once it is no longer wanted. */
  #connection = new AbortController();
  /** Ends with the run of the loop it belongs to. @type {AbortController | null} */
  #run = null;
  #polling = false;
  #polls = 0;
  #hurried = false;
  #failures = 0;
  #lastSign = 0;

  /** @param {import("./types").StreamMeans} means */
  constructor(means) {
    this.#means = means;
  }

  start() {
    if (this.#run) return;
    this.#polls = 0;
    this.#run = new AbortController();
    void this.#loop(this.#run.signal);
  }

  stop() {
    this.#end("idle");
  }

  /** The network or the visitor is back: try at once. */
  wake() {
    if (!this.#run) return;
    this.#polling = false;
    this.#hurried = Date.now() - this.#lastSign > STALE;
    if (this.#hurried) this.#connection.abort();
    this.#pause.wake();
  }

  /** An answer is overdue: ask for it. If it was there all along, the stream is being held back. */
  async nudge() {
    if (!this.#run) return;
    const isHeldBack = await this.#catchUp(this.#run.signal).catch(() => false);
    if (!isHeldBack || this.#polling) return;
    this.#polling = true;
    this.#connection.abort();
  }

  /** @param {AbortSignal} ended */
  async #loop(ended) {
    while (!ended.aborted) {
      const connection = new AbortController();
      this.#connection = connection;
      const problem = await this.#listen(connection).catch(asProblem);
      connection.abort();
      if (ended.aborted) return;
      if (problem?.isGone) return this.#end("gone");
      if (problem) await this.#recover(problem);
    }
  }

  /** @param {"idle" | "gone"} state */
  #end(state) {
    this.#run?.abort();
    this.#run = null;
    this.#connection.abort();
    this.#pause.wake();
    this.#means.onState(state);
  }

  /** @param {Problem} problem */
  async #recover({ status, retryAfter }) {
    this.#failures += 1;
    this.#means.onState(status >= 500 ? "down" : "lost");
    if (!this.#hurried) await this.#pause.wait(retryAfter ? retryAfter * 1000 : backoff(this.#failures));
    this.#hurried = false;
  }

  /** @param {AbortController} connection @returns {Promise<Problem | null>} */
  async #listen(connection) {
    if (!this.#means.cursor()) await this.#catchUp(connection.signal);
    return this.#polling ? this.#pollOnce(connection.signal) : this.#streamOnce(connection);
  }

  /** @param {AbortSignal} signal */
  async #pollOnce(signal) {
    const page = await this.#means.poll(this.#means.cursor(), signal, this.#polls ? POLL : FIRST_POLL);
    this.#polls += 1;
    this.#seen();
    if (page.status) this.#means.onStatus(page.status);
    if (page.messages.length) this.#means.onMessages(page.messages, page.last_seq);
    else await this.#pause.wait(EMPTY_POLL);
    return null;
  }

  /** @param {AbortController} connection */
  async #streamOnce(connection) {
    const watchdog = createWatchdog(() => connection.abort());
    try {
      watchdog.feed(OPENING);
      const response = await this.#open(connection.signal, watchdog);
      this.#signOfLife(watchdog);
      await this.#read(response, watchdog, connection.signal);
    } finally {
      watchdog.stop();
    }
    return new Problem("network", 0);
  }

  /** @param {AbortSignal} signal @param {Watchdog} watchdog */
  async #open(signal, watchdog) {
    try {
      return await this.#means.open(this.#means.cursor(), signal);
    } catch (error) {
      this.#polling ||= watchdog.hasBitten();
      throw error;
    }
  }

  /**
   * @param {Response} response
   * @param {Watchdog} watchdog
   * @param {AbortSignal} signal
   */
  async #read(response, watchdog, signal) {
    /** @type {import("./sse.js").Frame[]} */
    const frames = [];
    const parse = createFrameParser((frame) => frames.push(frame));
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value, done } = (await reader?.read()) ?? { done: true };
      if (done) return;
      this.#signOfLife(watchdog);
      parse(value ?? "");
      for (const frame of frames.splice(0)) await this.#take(frame, signal);
    }
  }

  /** @param {import("./sse.js").Frame} frame @param {AbortSignal} signal */
  async #take(frame, signal) {
    if (frame.event === "status" && !signal.aborted) this.#means.onStatus(JSON.parse(frame.data));
    if (frame.event !== "message") return;
    const message = /** @type {Message} */ (JSON.parse(frame.data));
    if (message.seq > this.#means.cursor() + 1) await this.#catchUp(signal);
    if (signal.aborted) return;
    if (message.seq > this.#means.cursor()) this.#means.onMessages([message], message.seq);
  }

  /** @param {AbortSignal} signal @returns {Promise<boolean>} whether something new was there */
  async #catchUp(signal) {
    const page = await this.#means.fetchAfter(this.#means.cursor(), signal);
    const isNew = !signal.aborted && page.last_seq > this.#means.cursor();
    if (isNew) this.#means.onMessages(page.messages, page.last_seq);
    return isNew;
  }

  /** @param {Watchdog} watchdog */
  #signOfLife(watchdog) {
    this.#seen();
    watchdog.feed(SILENCE);
  }

  #seen() {
    this.#lastSign = Date.now();
    this.#failures = 0;
    this.#means.onState("live");
  }
}
