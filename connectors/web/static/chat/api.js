// Speaks HTTP to the server. The token travels in a header, never in an address.

import { Problem, readProblem } from "./problem.js";

/** @typedef {import("./types").Identity} Identity */
/** @typedef {import("./types").Message} Message */
/** @typedef {import("./types").MessagePage} MessagePage */

const PATIENCE = 20_000;

/**
 * @typedef {object} RequestOptions
 * @property {unknown} [body]
 * @property {string} [token]
 * @property {AbortSignal} [signal]
 * @property {number} [patience] milliseconds until the request is given up
 */

/** @param {string} base */
export function createApi(base) {
  /** @param {string} path @param {RequestOptions} [options] */
  const json = async (path, options) => (await request(base + path, options)).json();

  return {
    /** @returns {Promise<Record<string, string>>} */
    texts: async () => (await json("/texts")).texts,
    /** @returns {Promise<Identity>} */
    open: () => json("/conversations", { body: {} }),
    /**
     * @param {Identity} identity
     * @param {Record<string, string>} body
     * @returns {Promise<Message>}
     */
    send: async ({ id, token }, body) =>
      (await json(`/conversations/${id}/messages`, { body, token })).message,
    /**
     * @param {Identity} identity
     * @param {number} after
     * @param {AbortSignal} signal
     * @returns {Promise<MessagePage>}
     */
    messages: ({ id, token }, after, signal) =>
      json(`/conversations/${id}/messages?after=${after}`, { token, signal }),
    /** @param {Identity} identity @param {number} after @param {AbortSignal} signal */
    events: ({ id, token }, after, signal) =>
      request(`${base}/conversations/${id}/events?after=${after}`, { token, signal, patience: 0 }),
    /**
     * @param {Identity} identity
     * @param {number} after
     * @param {AbortSignal} signal
     * @returns {Promise<MessagePage>}
     */
    poll: ({ id, token }, after, signal) =>
      json(`/conversations/${id}/events?after=${after}&wait=25`, {
        token,
        signal,
        patience: 40_000,
      }),
    /**
     * @param {string} query
     * @param {AbortSignal} signal
     * @returns {Promise<import("./types").Suggestion[]>}
     */
    suggest: async (query, signal) =>
      (await json(`/suggest?q=${encodeURIComponent(query)}`, { signal })).suggestions,
  };
}

/** @typedef {ReturnType<typeof createApi>} Api */

/**
 * @param {string} url
 * @param {RequestOptions} [options]
 * @returns {Promise<Response>}
 */
async function request(url, { body, token, signal, patience = PATIENCE } = {}) {
  const response = await fetch(url, {
    method: body === undefined ? "GET" : "POST",
    headers: headersFor(body, token),
    body: body === undefined ? null : JSON.stringify(body),
    signal: deadline(signal, patience),
  }).catch(() => {
    throw new Problem("network", 0);
  });
  if (!response.ok) throw await readProblem(response);
  return response;
}

/**
 * @param {unknown} body
 * @param {string | undefined} token
 * @returns {Record<string, string>}
 */
function headersFor(body, token) {
  return {
    ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    ...(token ? { Authorization: `Bearer ${token}` } : {}),
  };
}

/**
 * @param {AbortSignal | undefined} signal
 * @param {number} patience
 * @returns {AbortSignal | null}
 */
function deadline(signal, patience) {
  if (!patience) return signal ?? null;
  const controller = new AbortController();
  setTimeout(() => controller.abort(), patience);
  signal?.addEventListener("abort", () => controller.abort(), { once: true });
  return controller.signal;
}
