// The board's truth on this side: pure functions from one state to the next.

/** @typedef {import("./types").Board} Board */
/** @typedef {import("./types").Row} Row */

const WITH_EXPERT = new Set(["assigned", "active"]);
const ENDED = new Set(["closed", "rated", "expired", "cancelled"]);

/** @param {import("./types").User} me @returns {Board} before the server has said anything */
export function emptyBoard(me) {
  return { version: -1, rows: new Map(), queue: [], me, hours: null, skew: 0 };
}

/**
 * @param {Board} board
 * @param {import("./types").BoardEvent} event
 * @param {number} now this device's clock
 * @returns {Board}
 */
export function applied(board, event, now) {
  const rows = new Map(event.full ? [] : board.rows);
  for (const id of event.gone ?? []) rows.delete(id);
  for (const row of event.rows) rows.set(row.id, { ...row, position: null });
  const queue = event.queue ?? board.queue;
  queue.forEach((id, index) => place(rows, id, index + 1));
  return {
    version: event.version,
    rows,
    queue,
    me: event.me ?? board.me,
    hours: event.hours ?? board.hours,
    skew: Date.parse(event.now) - now || 0,
  };
}

/** @param {Map<number, Row>} rows @param {number} id @param {number} position in the queue, from 1 */
function place(rows, id, position) {
  const row = rows.get(id);
  if (row && row.position !== position) rows.set(id, { ...row, position });
}

/** Whether somebody may begin with it. @param {Row} row @param {string} me */
export function isClaimable(row, me) {
  return row.status === "queued" || (row.status === "assigned" && row.assigned_to?.id === me);
}

/** @param {Row} row @param {string} me */
export function isMine(row, me) {
  return WITH_EXPERT.has(row.status) && row.assigned_to?.id === me;
}

/** Whether the words go out by e-mail while the user is not there. @param {Row} row */
export function isMailed(row) {
  return row.contact === "email" && !isEnded(row);
}

/** @param {Row} row */
export function isEnded({ status }) {
  return ENDED.has(status);
}

/** @param {Board} board @returns {import("./types").Sections} */
export function sectionsOf({ rows, me }) {
  const all = [...rows.values()];
  const held = all.filter((row) => WITH_EXPERT.has(row.status));
  return {
    waiting: all.filter(({ status }) => status === "queued").sort(byPlace),
    promised: all.filter(({ status }) => status === "promised").sort(byPromise),
    mine: held.filter((row) => isMine(row, me.id)).sort((a, b) => a.id - b.id),
    others: held.filter((row) => !isMine(row, me.id)).sort((a, b) => a.id - b.id),
    closed: all.filter(isEnded).sort((a, b) => compare(b.closed_at, a.closed_at)),
  };
}

/**
 * What deserves a sound: given to me, waiting for anybody, or said to me; and what was taken from me as I did not look.
 *
 * @param {Board} before
 * @param {Board} after
 */
export function newsBetween(before, after) {
  const isFirst = before.version < 0;
  const rows = isFirst ? [] : [...after.rows.values()];
  /** @param {Row} row */
  const was = (row) => before.rows.get(row.id);
  const isSetAway = after.me.away && !before.me.away;
  return {
    assigned: rows.filter((row) => isGiven(row, after.me.id) && !isGiven(was(row), after.me.id)),
    queued: rows.filter((row) => row.status === "queued" && was(row)?.status !== "queued"),
    spoken: rows.filter((row) => isMine(row, after.me.id) && row.unread > (was(row)?.unread ?? 0)),
    missed: rows.filter((row) => isSetAway && isGiven(was(row), after.me.id) && !isMine(row, after.me.id)),
  };
}

/** How many things wait for this expert's eye. @param {Board} board */
export function attention(board) {
  const { mine } = sectionsOf(board);
  return mine.reduce((sum, row) => sum + row.unread + (row.status === "assigned" ? 1 : 0), 0);
}

/** Given, but not taken up yet. @param {Row | undefined} row @param {string} me */
function isGiven(row, me) {
  return row?.status === "assigned" && row.assigned_to?.id === me;
}

/** @param {Row} a @param {Row} b */
function byPlace(a, b) {
  return (a.position ?? Infinity) - (b.position ?? Infinity) || compare(a.queued_at, b.queued_at);
}

/** @param {Row} a @param {Row} b */
function byPromise(a, b) {
  return compare(a.promised_for, b.promised_for) || a.id - b.id;
}

/** @param {string | null} a @param {string | null} b */
function compare(a, b) {
  return (a ?? "").localeCompare(b ?? "");
}
