// How long somebody has been waiting, and how much that presses; pure.

const MINUTE = 60_000;
const SOON = 3;
const LATE = 5;

/**
 * @param {string | null} since
 * @param {number} now
 * @returns {number | null} whole minutes, null when nobody waits
 */
export function minutesSince(since, now) {
  const begin = Date.parse(since ?? "");
  return Number.isNaN(begin) ? null : Math.max(0, Math.floor((now - begin) / MINUTE));
}

/** @param {number} minutes @returns {"calm" | "soon" | "late"} */
export function urgencyOf(minutes) {
  if (minutes >= LATE) return "late";
  return minutes >= SOON ? "soon" : "calm";
}
