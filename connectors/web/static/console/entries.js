// Turns the open handoff into the bubbles to show: order, days, quotes, and what belongs to the AI's part. Pure.

import { dayKey } from "../chat/time.js";

/** @typedef {import("./types").Entry} Entry */
/** @typedef {import("./types").Message} Message */

const QUOTED = 60;

/**
 * @param {import("./types").Case} from
 * @param {readonly import("./types").Pending[]} pending
 * @param {string} me the name over replies not stored yet
 * @returns {{ folded: Entry[], open: Entry[] }}
 */
export function entriesOf({ messages }, pending, me) {
  const texts = new Map(messages.map(({ seq, text }) => [seq, text]));
  const stored = messages.map((message) => entryOf(message, texts));
  const confirmed = new Set(messages.map((message) => message.client_id));
  const waiting = pending.filter(({ clientId }) => !confirmed.has(clientId));
  const fold = endOfBotPart(messages);
  return {
    folded: dated(stored.slice(0, fold)),
    open: dated([...stored.slice(fold), ...waiting.map((item) => entryOfPending(item, texts, me))]),
  };
}

/** Up to the AI's last words before the first expert's. @param {readonly Message[]} messages */
function endOfBotPart(messages) {
  const joined = messages.findIndex(({ role }) => role === "expert");
  const before = joined < 0 ? messages : messages.slice(0, joined);
  return before.findLastIndex(({ role }) => role === "bot") + 1;
}

/** @param {Message} message @param {ReadonlyMap<number, string>} texts @returns {Entry} */
function entryOf(message, texts) {
  const { seq, role, author, at, text, parts, delivery, client_id: clientId } = message;
  const quote = quoteOf(message.quotes_seq ?? null, texts);
  const key = role === "expert" && clientId ? clientId : `seq-${seq}`;
  return { key, role, author, at, text, parts: parts ?? [], seq, quote, delivery, pending: null, ...BARE };
}

/**
 * @param {import("./types").Pending} pending
 * @param {ReadonlyMap<number, string>} texts
 * @param {string} author
 * @returns {Entry}
 */
function entryOfPending(pending, texts, author) {
  const { clientId: key, text, at, quotesSeq } = pending;
  const quote = quoteOf(quotesSeq, texts);
  return { key, role: "expert", author, at, text, parts: [], seq: null, quote, delivery: null, pending, ...BARE };
}

const BARE = { day: "", signature: "" };

/** @param {number | null} seq @param {ReadonlyMap<number, string>} texts */
function quoteOf(seq, texts) {
  return seq ? shortened(texts.get(seq) ?? "") : "";
}

/** @param {string} text */
export function shortened(text) {
  const characters = [...text.replace(/\s+/g, " ")];
  return characters.length > QUOTED ? `${characters.slice(0, QUOTED).join("")}…` : characters.join("");
}

/** @param {Entry[]} entries @returns {Entry[]} */
function dated(entries) {
  return entries.map((entry, index) => {
    const today = dayKey(entry.at);
    const day = today === dayKey(entries[index - 1]?.at ?? "") ? "" : today;
    const { seq, delivery, pending, quote } = entry;
    return { ...entry, day, signature: JSON.stringify([seq, delivery, pending, quote, day]) };
  });
}
