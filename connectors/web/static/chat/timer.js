// Two small clocks: a pause that can be cut short, and a watchdog that bites when not fed.

export function createPause() {
  let wake = () => {};
  return {
    /** @param {number} milliseconds @returns {Promise<void>} */
    wait: (milliseconds) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    wake: () => wake(),
  };
}

/** @param {() => void} bite */
export function createWatchdog(bite) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let bitten = false;
  return {
    /** @param {number} milliseconds until it bites */
    feed(milliseconds) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        bitten = true;
        bite();
      }, milliseconds);
    },
    stop: () => clearTimeout(timer),
    hasBitten: () => bitten,
  };
}

/**
 * Does the first of many calls, and none of the others for a while.
 *
 * @param {number} milliseconds
 * @param {() => void} action
 */
export function createThrottle(milliseconds, action) {
  let last = -Infinity;
  return () => {
    if (Date.now() - last < milliseconds) return;
    last = Date.now();
    action();
  };
}

/**
 * Waits until calls stop coming, then does the last one.
 *
 * @param {number} milliseconds
 */
export function createDebounce(milliseconds) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return {
    /** @param {() => void} action */
    call(action) {
      clearTimeout(timer);
      timer = setTimeout(action, milliseconds);
    },
    cancel: () => clearTimeout(timer),
  };
}
