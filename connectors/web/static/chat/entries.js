// Turns the state into the list of bubbles to show: order, grouping, days, choices already made. Pure.

import { OVER, isStep, optionsOf } from "./parts/kinds.js";
import { clockTime, dayKey } from "./time.js";

/** @typedef {import("./types").Entry} Entry */
/** @typedef {import("./types").Message} Message */
/** @typedef {import("./types").State} State */

/** The actions of messages that lead on, on the way to a person and back. */
const LEADING = new Set(["handoff", "queued", "offline_form", "closed", "rated"]);

/** @param {State} state @returns {Entry[]} */
export function entriesOf(state) {
  const answers = answersAfter(state);
  const texts = new Map(state.messages.map(({ seq, text }) => [seq, text]));
  const step = state.messages.findLast(({ action }) => LEADING.has(action ?? ""))?.seq ?? 0;
  const entries = [
    ...state.messages.map((message) => ({
      ...entryOf(message, state, answers.get(message.seq) ?? "", isPast(message, state, step)),
      quote: texts.get(message.quotes_seq ?? 0) ?? "",
    })),
    ...state.pending.map(entryOfPending),
  ];
  return entries.map((entry, index) => grouped(entry, entries[index - 1]));
}

/**
 * What the visitor said next after each message: how a reloaded page knows the choice made.
 *
 * @param {State} state
 * @returns {Map<number, string>}
 */
function answersAfter({ messages, pending }) {
  let next = pending[0]?.text ?? "";
  /** @type {Map<number, string>} */
  const answers = new Map();
  for (const message of [...messages].reverse()) {
    answers.set(message.seq, next);
    if (message.role === "user") next = message.text;
  }
  return answers;
}

/** Whether the way to a person has gone on since, to `step`. @param {Message} message @param {State} state @param {number} step */
function isPast({ seq, action }, { status }, step) {
  if (action === "closed" && status.may_rate === false) return true; // rated elsewhere, or too long ago
  return seq < step || status.owner === "expert" || (action === "queued" && status.owner === "bot");
}

/**
 * @param {Message} message
 * @param {State} state
 * @param {string} answer
 * @param {boolean} past
 * @returns {Entry}
 */
function entryOf(message, state, answer, past) {
  const { seq, role, at, text, author, parts } = message;
  const chosen = parts.map((part, index) => {
    const choice = state.chosen[`${seq}:${index}`] ?? chosenBy(part, answer);
    return choice || (past && isStep(part) ? OVER : "");
  });
  return {
    ...bare(keyOf(message), role, at, text),
    author: author ?? "",
    parts,
    seq,
    chosen,
  };
}

/** The visitor's own bubble keeps its key from guess to stored message. @param {Message} message */
function keyOf({ role, client_id: clientId, seq }) {
  return role === "user" && clientId ? clientId : `seq-${seq}`;
}

/** @param {import("./types").Pending} pending @returns {Entry} */
function entryOfPending(pending) {
  return { ...bare(pending.clientId, "user", pending.at, pending.text), pending };
}

/**
 * @param {string} key
 * @param {import("./types").Role} role
 * @param {string} at
 * @param {string} text
 * @returns {Entry}
 */
function bare(key, role, at, text) {
  const nothing = { author: "", quote: "", parts: [], seq: null, pending: null, chosen: [] };
  return { key, role, at, text, ...nothing, head: true, day: "", signature: "" };
}

/** @param {import("./types").Part} part @param {string} answer */
function chosenBy(part, answer) {
  if (!answer) return "";
  return optionsOf(part).find((option) => option.label === answer)?.action ?? "";
}

/**
 * @param {Entry} entry
 * @param {Entry | undefined} before
 * @returns {Entry}
 */
function grouped(entry, before) {
  const today = dayKey(entry.at);
  const day = before && dayKey(before.at) === today ? "" : today;
  const isOthers = before?.role !== entry.role || before.author !== entry.author;
  const head = Boolean(day) || isOthers || clockTime(before.at) !== clockTime(entry.at);
  const { seq, pending, chosen } = entry;
  return { ...entry, day, head, signature: JSON.stringify([seq, pending, chosen, head, day]) };
}
