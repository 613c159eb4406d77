// Brings replies to the server, one at a time and in order, and remembers in this tab those not yet stored.
// Every reply keeps its client_id through all retries, so the server stores it once.

import { newId } from "../chat/ids.js";
import { asProblem } from "../chat/problem.js";
import { readJson } from "../chat/storage.js";

/** @typedef {import("./types").Pending} Pending */

/**
 * @param {object} means
 * @param {import("./api.js").Api} means.api
 * @param {import("./types").Translate} means.t
 * @param {import("../chat/types").KeyValueStore} means.store
 * @param {string} means.userId
 * @param {(pending: Pending, message: import("./types").Message) => void} means.onStored
 * @param {(pending: Pending) => void} means.onChange
 */
export function createSender({ api, t, store, userId, onStored, onChange }) {
  const key = `console.outbox.${userId}`;
  let last = Promise.resolve();
  let items = load();

  /** Whether they were stored is unknown, so they are offered again, not sent. @returns {Pending[]} */
  function load() {
    const kept = readJson(store, key);
    if (!Array.isArray(kept)) return [];
    return kept.map((item) => ({ ...item, status: "failed", note: t("send_failed") }));
  }

  /** @param {Pending[]} next */
  function keep(next) {
    items = next;
    if (next.length) store.set(key, JSON.stringify(next));
    else store.remove(key);
  }

  /** @param {string} clientId */
  const find = (clientId) => items.find((item) => item.clientId === clientId);

  /** @param {string} clientId @param {Partial<Pending>} news */
  function change(clientId, news) {
    keep(items.map((item) => (item.clientId === clientId ? { ...item, ...news } : item)));
    const changed = find(clientId);
    if (changed) onChange(changed);
  }

  /** @param {string} clientId */
  function drop(clientId) {
    keep(items.filter((item) => item.clientId !== clientId));
  }

  /** @param {string} clientId */
  async function deliver(clientId) {
    const pending = find(clientId);
    if (!pending) return;
    try {
      const message = await api.reply(pending.handoffId, bodyOf(pending));
      drop(clientId);
      onStored(pending, message);
    } catch (error) {
      settle(clientId, asProblem(error));
    }
  }

  /** @param {string} clientId @param {import("../chat/problem.js").Problem} problem */
  function settle(clientId, { code, detail }) {
    if (code === "network" && !navigator.onLine) change(clientId, waiting(t));
    else change(clientId, { status: "failed", note: detail || t("send_failed") });
  }

  /** @param {string} clientId */
  function send(clientId) {
    if (!navigator.onLine) return change(clientId, waiting(t));
    change(clientId, { status: "sending", note: "" });
    last = last.then(() => deliver(clientId));
  }

  return {
    /** @param {number} handoffId */
    of: (handoffId) => items.filter((item) => item.handoffId === handoffId),
    /** @param {number} handoffId @param {import("./types").Composed} composed */
    say(handoffId, { text, quotesSeq, entryId }) {
      const clientId = newId();
      const at = new Date().toISOString();
      keep([...items, { handoffId, clientId, text, quotesSeq, entryId, at, status: "sending", note: "" }]);
      send(clientId);
    },
    send,
    drop,
    /** The log holds these. @param {readonly import("./types").Message[]} messages */
    confirm(messages) {
      for (const { client_id: clientId } of messages) if (clientId && find(clientId)) drop(clientId);
    },
    /** The network is back. */
    resume() {
      for (const { clientId, status } of items) if (status === "waiting") send(clientId);
    },
  };
}

/** @param {import("./types").Translate} t @returns {Partial<Pending>} */
function waiting(t) {
  return { status: "waiting", note: t("send_waiting") };
}

/** @param {Pending} pending */
function bodyOf({ clientId, text, quotesSeq, entryId }) {
  return {
    client_id: clientId,
    text,
    ...(quotesSeq ? { quotes_seq: quotesSeq } : {}),
    ...(entryId ? { entry_id: entryId } : {}),
  };
}
