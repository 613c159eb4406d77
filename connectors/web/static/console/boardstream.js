// Keeps the board up to date: a live stream, a watch on its heartbeat, patient reconnecting,
// and long polling where a proxy holds streams back. Every new stream begins with the whole board.

import { backoff } from "../chat/backoff.js";
import { Problem, asProblem } from "../chat/problem.js";
import { createFrameParser } from "../chat/sse.js";
import { createPause, createWatchdog } from "../chat/timer.js";

/** @typedef {import("./types").BoardEvent} BoardEvent */

/** The first board comes at once, unless a proxy swallows it. */
const OPENING = 5_000;
/** The server sends a sign of life every 15 s: two were missed. */
const SILENCE = 40_000;
/** A proxy that answers a long poll at once with nothing must not make us spin. */
const EMPTY_POLL = 1_000;
/** After this much silence a page that comes back to the front trusts no old connection. */
const STALE = 20_000;

/**
 * @typedef {object} StreamMeans
 * @property {(version: number, signal: AbortSignal) => Promise<Response>} open
 * @property {(version: number, signal: AbortSignal) => Promise<BoardEvent>} poll
 * @property {() => number} version the board that is here
 * @property {(event: BoardEvent) => void} onBoard
 * @property {(state: import("../chat/types").ConnectionState) => void} onState
 */

export class BoardStream {
  #means;
  #pause = createPause();
  #connection = new AbortController();
  /** Ends with the run of the loop it belongs to. @type {AbortController | null} */
  #run = null;
  #polling = false;
  #hurried = false;
  #failures = 0;
  #lastSign = 0;

  /** @param {StreamMeans} means */
  constructor(means) {
    this.#means = means;
  }

  start() {
    if (this.#run) return;
    this.#run = new AbortController();
    void this.#loop(this.#run.signal);
  }

  stop() {
    this.#run?.abort();
    this.#run = null;
    this.#connection.abort();
    this.#pause.wake();
    this.#means.onState("idle");
  }

  /** The network or the expert is back: try at once. */
  wake() {
    if (!this.#run) return;
    this.#polling = false;
    this.#hurried = Date.now() - this.#lastSign > STALE;
    if (this.#hurried) this.#connection.abort();
    this.#pause.wake();
  }

  /** @param {AbortSignal} ended */
  async #loop(ended) {
    while (!ended.aborted) {
      const connection = new AbortController();
      this.#connection = connection;
      const listening = this.#polling ? this.#pollOnce(connection.signal) : this.#streamOnce(connection);
      const problem = await listening.catch(asProblem);
      connection.abort();
      if (problem && !ended.aborted) await this.#recover(problem);
    }
  }

  /** @param {Problem} problem */
  async #recover({ status, retryAfter }) {
    this.#failures += 1;
    this.#means.onState(status >= 500 ? "down" : "lost");
    if (!this.#hurried) await this.#pause.wait(retryAfter ? retryAfter * 1000 : backoff(this.#failures));
    this.#hurried = false;
  }

  /** @param {AbortSignal} signal @returns {Promise<Problem | null>} */
  async #pollOnce(signal) {
    const version = this.#means.version();
    const event = await this.#means.poll(version, signal);
    if (signal.aborted) return null;
    this.#seen();
    this.#means.onBoard(event);
    if (event.version === version) await this.#pause.wait(EMPTY_POLL);
    return null;
  }

  /** @param {AbortController} connection @returns {Promise<Problem>} */
  async #streamOnce(connection) {
    const watchdog = createWatchdog(() => connection.abort());
    let isBegun = false;
    const onFrame = (/** @type {import("../chat/sse.js").Frame} */ frame) => {
      if (frame.event !== "board" || connection.signal.aborted) return;
      isBegun = true;
      this.#means.onBoard(JSON.parse(frame.data));
    };
    try {
      watchdog.feed(OPENING);
      const response = await this.#means.open(this.#means.version(), connection.signal);
      await read(response, createFrameParser(onFrame), () => {
        if (!isBegun) return;
        this.#seen();
        watchdog.feed(SILENCE);
      });
    } finally {
      watchdog.stop();
      this.#polling = watchdog.hasBitten() && !isBegun;
    }
    return new Problem("network", 0);
  }

  #seen() {
    this.#lastSign = Date.now();
    this.#failures = 0;
    this.#means.onState("live");
  }
}

/**
 * @param {Response} response
 * @param {(chunk: string) => void} parse
 * @param {() => void} onChunk
 */
async function read(response, parse, onChunk) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { value, done } = (await reader?.read()) ?? { done: true };
    if (done) return;
    parse(value ?? "");
    onChunk();
  }
}
