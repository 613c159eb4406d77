// Turns the state into the list of bubbles to show: order, grouping, days, choices already made. Pure.

import { optionsOf } from "./parts/kinds.js";
import { clockTime, dayKey } from "./time.js";

/** @typedef {import("./types").Entry} Entry */
/** @typedef {import("./types").Message} Message */
/** @typedef {import("./types").State} State */

/** @param {State} state @returns {Entry[]} */
export function entriesOf(state) {
  const answers = answersAfter(state);
  const entries = [
    ...state.messages.map((message) => entryOf(message, state, answers.get(message.seq) ?? "")),
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

/**
 * @param {Message} message
 * @param {State} state
 * @param {string} answer
 * @returns {Entry}
 */
function entryOf(message, state, answer) {
  const { seq, role, at, text, parts } = message;
  const chosen = parts.map(
    (part, index) => state.chosen[`${seq}:${index}`] ?? chosenBy(part, answer),
  );
  return {
    ...bare(keyOf(message), role, at, text),
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
  const nothing = { parts: [], seq: null, pending: null, chosen: [] };
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
  const head =
    Boolean(day) || before?.role !== entry.role || clockTime(before.at) !== clockTime(entry.at);
  const { seq, pending, chosen } = entry;
  return { ...entry, day, head, signature: JSON.stringify([seq, pending, chosen, head, day]) };
}
