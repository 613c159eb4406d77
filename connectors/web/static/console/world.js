// Listens to the browser around the desk: network, front and back, address, keys, time.

/** Waiting times are told anew this often. */
const TICK = 5_000;

/**
 * @param {AbortSignal} signal ends the listening
 * @param {object} on
 * @param {() => void} on.wake the network or the expert is back
 * @param {() => void} on.tick
 * @param {() => void} on.offline
 * @param {() => void} on.leave the page goes away
 * @param {() => void} on.address
 * @param {(event: KeyboardEvent) => void} on.key
 */
export function watchWorld(signal, { wake, tick, offline, leave, address, key }) {
  const timer = setInterval(tick, TICK);
  signal.addEventListener("abort", () => clearInterval(timer));
  addEventListener("online", wake, { signal });
  addEventListener("offline", offline, { signal });
  addEventListener("pageshow", (event) => event.persisted && wake(), { signal });
  addEventListener("pagehide", leave, { signal });
  addEventListener("hashchange", address, { signal });
  document.addEventListener("visibilitychange", () => document.hidden || wake(), { signal });
  document.addEventListener("keydown", key, { signal });
}
