// Speaks HTTP to the server. The token travels in a header, never in an address.

import { Problem, readProblem } from "./problem.js";

/** @typedef {import("./types").RequestOptions} RequestOptions */

/** A request is given up after so many milliseconds. */
const PATIENCE = 20_000;

/** @param {string} base @returns {import("./types").Api} */
export function createApi(base) {
  /** @param {string} path @param {RequestOptions} [options] */
  const json = async (path, options) => (await request(base + path, options)).json();

  return {
    keepEmail: ({ id, token }, address) =>
      json(`/conversations/${id}/email`, { method: "PUT", body: { address }, token }),
    dropEmail: ({ id, token }) => json(`/conversations/${id}/email`, { method: "DELETE", token }),
    read: ({ id, token }, seq) => request(`${base}/conversations/${id}/read`, { body: { seq }, token }),
    texts: async () => (await json("/texts")).texts,
    hours: () => json("/hours"),
    open: () => json("/conversations", { body: {} }),
    resume: (code) => json("/resume", { body: { code } }),
    send: async ({ id, token }, body) =>
      (await json(`/conversations/${id}/messages`, { body, token })).message,
    messages: ({ id, token }, after, signal) =>
      json(`/conversations/${id}/messages?after=${after}`, { token, signal }),
    events: ({ id, token }, after, signal) =>
      request(`${base}/conversations/${id}/events?after=${after}`, { token, signal, patience: 0 }),
    poll: ({ id, token }, after, signal, seconds) =>
      json(`/conversations/${id}/events?after=${after}&wait=${seconds}`, {
        token,
        signal,
        patience: 40_000,
      }),
    typing: ({ id, token }) => request(`${base}/conversations/${id}/typing`, { body: {}, token }),
    suggest: async (query, signal) =>
      (await json(`/suggest?q=${encodeURIComponent(query)}`, { signal })).suggestions,
  };
}

/**
 * @param {string} url
 * @param {RequestOptions} [options]
 * @returns {Promise<Response>}
 */
async function request(url, { method, body, token, signal, patience = PATIENCE } = {}) {
  const response = await fetch(url, {
    method: method ?? (body === undefined ? "GET" : "POST"),
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
