// Shows days and moments the way the console needs them.

import { clockTime, dayLabel } from "../chat/time.js";

/** @typedef {import("./types").Translate} Translate */

/** @param {string} date like 2026-11-24 @param {Translate} t */
export function dateLabel(date, t) {
  return dayLabel(`${date.slice(0, 10)}T12:00:00+09:00`, t);
}

/** @param {string} at @param {Translate} t */
export function momentLabel(at, t) {
  return `${dayLabel(at, t)} ${clockTime(at)}`;
}
