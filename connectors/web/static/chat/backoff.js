// How long to wait before trying again: 1, 2, 4 ... 30 seconds, spread so that clients do not march.

const FIRST = 1_000;
const LONGEST = 30_000;

/**
 * @param {number} failures how many tries failed in a row, 1 or more
 * @param {number} [luck] between 0 and 1
 * @returns {number} milliseconds
 */
export function backoff(failures, luck = Math.random()) {
  const full = Math.min(LONGEST, FIRST * 2 ** (failures - 1));
  return full * (0.75 + luck / 4);
}
