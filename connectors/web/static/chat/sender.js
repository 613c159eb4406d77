// Brings what the visitor said to the server, one at a time and in order.
// Every message keeps its client_id through all retries, so the server stores it once.

import { asProblem } from "./problem.js";

/** @typedef {import("./types").Pending} Pending */
/** @typedef {import("./problem.js").Problem} Problem */

/** When the server says "too many" without saying for how long. */
const REST = 30;

/** @param {import("./types").SenderMeans} means */
export function createSender({ api, session, t, isOpen, onStored, onChange, onRefused, onRenewed }) {
  let last = Promise.resolve();

  /** @param {Pending} pending */
  async function deliver(pending) {
    if (!isOpen(pending.clientId)) return;
    onChange(pending.clientId, { status: "sending", note: null });
    try {
      const message = await post(pending);
      // Unless the stream was faster, or the visitor began anew meanwhile.
      if (isOpen(pending.clientId)) onStored(message);
    } catch (error) {
      settle(pending, asProblem(error));
    }
  }

  /** @param {Pending} pending */
  async function post(pending) {
    const body = bodyOf(pending);
    try {
      return await api.send(await session.ensure(), body);
    } catch (error) {
      if (!asProblem(error).isGone) throw error;
    }
    session.forget();
    onRenewed();
    return api.send(await session.ensure(), body);
  }

  /** @param {Pending} pending @param {Problem} problem */
  function settle(pending, problem) {
    if (problem.code === "text-too-long") return onRefused(pending, problem);
    if (problem.code === "rate-limited") return rest(pending, problem.retryAfter ?? REST);
    if (problem.code === "network" && !navigator.onLine) return wait(pending);
    const reason = problem.code === "network" ? t("send_failed") : problem.detail;
    onChange(pending.clientId, { status: "failed", note: reason || t("service_down") });
  }

  /** @param {Pending} pending */
  function wait(pending) {
    onChange(pending.clientId, { status: "waiting", note: t("send_waiting") });
  }

  /** @param {Pending} pending @param {number} seconds */
  function rest(pending, seconds) {
    onChange(pending.clientId, { status: "waiting", note: t("rate_limited", { seconds }) });
    setTimeout(() => send(pending), seconds * 1000);
  }

  /** @param {Pending} pending */
  function send(pending) {
    if (!navigator.onLine) return wait(pending);
    last = last.then(() => deliver(pending));
  }

  return { send };
}

/** @param {Pending} pending @returns {Record<string, string>} */
function bodyOf({ clientId, text, action }) {
  return action ? { client_id: clientId, action } : { client_id: clientId, text };
}
