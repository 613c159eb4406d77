// The transcript's truth on this side: pure functions from one state to the next.
// A message may arrive three times (as a guess, as the answer to sending, over the stream);
// its seq and client_id make it one.

/** @typedef {import("./types").State} State */
/** @typedef {import("./types").Message} Message */
/** @typedef {import("./types").Pending} Pending */

/** Before anything is known, the bot has the conversation. @type {State} */
export const EMPTY = Object.freeze({
  messages: [],
  pending: [],
  cursor: 0,
  chosen: {},
  status: /** @type {const} */ ({ owner: "bot", open: true }),
});

/**
 * Messages came in order from the log: everything up to `cursor` is here now.
 *
 * @param {State} state
 * @param {readonly Message[]} messages
 * @param {number} cursor
 * @returns {State}
 */
export function received(state, messages, cursor) {
  return { ...withMessages(state, messages), cursor: Math.max(state.cursor, cursor) };
}

/**
 * The server confirmed one message; what lies before it may still be on its way.
 *
 * @param {State} state
 * @param {Message} message
 * @returns {State}
 */
export function stored(state, message) {
  return withMessages(state, [message]);
}

/** @param {State} state @param {Pending} pending @returns {State} */
export function queued(state, pending) {
  return { ...state, pending: [...state.pending, pending] };
}

/**
 * @param {State} state
 * @param {string} clientId
 * @param {Partial<Pending>} change
 * @returns {State}
 */
export function changed(state, clientId, change) {
  const pending = state.pending.map((item) =>
    item.clientId === clientId ? { ...item, ...change } : item,
  );
  return { ...state, pending };
}

/** @param {State} state @param {string} clientId @returns {State} */
export function dropped(state, clientId) {
  return { ...state, pending: state.pending.filter((item) => item.clientId !== clientId) };
}

/**
 * @param {State} state
 * @param {string} place "seq:part"
 * @param {string} action
 * @returns {State}
 */
export function chose(state, place, action) {
  return { ...state, chosen: { ...state.chosen, [place]: action } };
}

/** @param {State} state @param {import("./types").Status} status @returns {State} */
export function stood(state, status) {
  return { ...state, status };
}

/** Whether the visitor spoke last and the bot has not answered yet. @param {State} state */
export function isAwaitingReply({ messages, pending, status }) {
  if (status.owner === "expert") return false;
  if (pending.some((item) => item.status === "sending")) return true;
  return !pending.length && messages.at(-1)?.role === "user";
}

/**
 * @param {State} state
 * @param {readonly Message[]} arrivals
 * @returns {State}
 */
function withMessages(state, arrivals) {
  const known = new Set(state.messages.map((message) => message.seq));
  const fresh = arrivals.filter((message) => !known.has(message.seq));
  if (!fresh.length) return state;
  const spoken = fresh.filter((message) => message.role === "user");
  const confirmed = new Set(spoken.map((message) => message.client_id));
  return {
    ...state,
    messages: [...state.messages, ...fresh].sort((a, b) => a.seq - b.seq),
    pending: state.pending.filter((item) => !confirmed.has(item.clientId)),
  };
}
