// The open handoff's truth on this side: pure functions from one state to the next.
// A reply may arrive twice (as the answer to sending, and with what is fetched); its seq makes it one.

/** @typedef {import("./types").Case} Case */
/** @typedef {import("./types").Message} Message */

/** @param {import("./types").CasePage} page @returns {Case} */
export function opened({ handoff, evidence, memos, messages, last_seq: cursor }) {
  return { id: handoff.id, evidence, memos, messages: sorted(messages), cursor };
}

/**
 * Messages came from the log: everything up to `cursor` is here now. Known ones bring their new delivery.
 *
 * @param {Case} old
 * @param {readonly Message[]} messages
 * @param {number} cursor
 * @returns {Case}
 */
export function received(old, messages, cursor) {
  return { ...merged(old, messages), cursor: Math.max(old.cursor, cursor) };
}

/** The server confirmed one message; what lies before it may still be on its way. @param {Case} old @param {Message} message @returns {Case} */
export function stored(old, message) {
  return merged(old, [message]);
}

/** @param {Case} old @param {import("./types").Memo} memo @returns {Case} */
export function remembered(old, memo) {
  const others = old.memos.filter(({ id }) => id !== memo.id);
  return { ...old, memos: [...others, memo] };
}

/** After which number to ask so that deliveries still open are told again. @param {Case} from */
export function askAfter({ messages, cursor }) {
  const first = messages.find(({ delivery }) => isOpen(delivery));
  return first ? Math.min(cursor, first.seq - 1) : cursor;
}

/** Whether some delivery is under way right now. @param {Case} from */
export function isDelivering({ messages }) {
  return messages.some(({ delivery }) => delivery?.status === "sending");
}

/** The newest thing the user said. @param {Case} from */
export function lastOfUser({ messages }) {
  return messages.findLast(({ role }) => role === "user")?.seq ?? 0;
}

/** @param {import("./types").Delivery | null} delivery */
function isOpen(delivery) {
  return delivery !== null && delivery.status !== "sent";
}

/** @param {Case} old @param {readonly Message[]} arrivals @returns {Case} */
function merged(old, arrivals) {
  const known = new Map(old.messages.map((message) => [message.seq, message]));
  for (const message of arrivals) known.set(message.seq, message);
  return { ...old, messages: sorted([...known.values()]) };
}

/** @param {readonly Message[]} messages */
function sorted(messages) {
  return [...messages].sort((a, b) => a.seq - b.seq);
}
