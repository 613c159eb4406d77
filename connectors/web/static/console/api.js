// Speaks HTTP to the server for one expert: the session cookie goes by itself, the CSRF token in a header.

import { Problem, asProblem, readProblem } from "../chat/problem.js";

/** @typedef {import("./types").Session} Session */

const PATIENCE = 20_000;
const LONG_POLL = 40_000;

/**
 * @typedef {object} Options
 * @property {unknown} [body]
 * @property {AbortSignal} [signal]
 * @property {number} [patience] milliseconds until the request is given up; 0 for never
 * @property {boolean} [keepalive] outlives the page
 */

/**
 * @param {string} base
 * @param {string} root of the addresses that are not the console's own
 * @param {() => void} onLost the session has ended
 */
export function createApi(base, root, onLost) {
  let csrf = "";

  /** @param {Promise<Session>} answer */
  async function entered(answer) {
    const session = await answer;
    csrf = session.csrf;
    return session.user;
  }

  /** @param {string} method @param {string} path @param {Options} [options] @returns {Promise<any>} */
  async function json(method, path, options) {
    const response = await guarded(method, path, options);
    return response.status === 204 ? null : response.json();
  }

  /** @param {string} method @param {string} path @param {Options} [options] */
  async function guarded(method, path, options) {
    try {
      return await request(method, base + path, csrf, options);
    } catch (error) {
      const problem = asProblem(error);
      if (problem.code === "login-required") onLost();
      const isStale = problem.status === 403 && method !== "GET" && (await renewed());
      if (!isStale) throw problem;
      return request(method, base + path, csrf, options);
    }
  }

  /** Another tab may have logged in again: whether there is a new token. */
  async function renewed() {
    const old = csrf;
    await entered(json("GET", "/session")).catch(() => null);
    return csrf !== old;
  }

  /** @param {number} id @param {string} act @param {unknown} [body] @param {Options} [options] */
  const act = (id, act, body = {}, options) => json("POST", `/handoffs/${id}/${act}`, { body, ...options });

  return {
    /** @returns {Promise<Record<string, string>>} */
    texts: async () => (await (await request("GET", `${root}/texts?page=console`, "")).json()).texts,
    /** @param {string} name @param {string} password */
    login: (name, password) => entered(json("POST", "/login", { body: { name, password } })),
    logout: () => json("POST", "/logout", { body: {} }),
    session: () => entered(json("GET", "/session")),
    /** @param {{ away?: boolean, preferences?: Partial<import("./types").Preferences> }} body */
    change: (body) => entered(json("PATCH", "/session", { body })),
    /** @param {string} old @param {string} fresh */
    password: (old, fresh) => json("POST", "/password", { body: { old, new: fresh } }),
    /** @param {number} version @param {AbortSignal} signal */
    events: (version, signal) => guarded("GET", `/events?version=${version}`, { signal, patience: 0 }),
    /** @param {number} version @param {AbortSignal} signal @returns {Promise<import("./types").BoardEvent>} */
    poll: (version, signal) =>
      json("GET", `/events?version=${version}&wait=25`, { signal, patience: LONG_POLL }),
    /** @param {number} id @returns {Promise<import("./types").CasePage>} */
    open: (id) => json("GET", `/handoffs/${id}`),
    /** @param {number} id @param {number} after @returns {Promise<import("./types").MessagePage>} */
    messages: (id, after) => json("GET", `/handoffs/${id}/messages?after=${after}`),
    /** @param {number} id */
    claim: (id) => act(id, "claim"),
    /** @param {number} id @param {Record<string, unknown>} body @returns {Promise<import("./types").Message>} */
    reply: async (id, body) => (await act(id, "messages", body)).message,
    /** @param {number} id @param {number} seq */
    retry: (id, seq) => act(id, `messages/${seq}/retry`),
    /** @param {number} id @param {{ client_id: string, text: string }} body @returns {Promise<import("./types").Memo>} */
    memo: async (id, body) => (await act(id, "memos", body)).memo,
    /** @param {number} id @param {import("./types").Draft} body @param {boolean} keepalive */
    draft: (id, body, keepalive) => json("PUT", `/handoffs/${id}/draft`, { body, keepalive }),
    /** @param {number} id */
    typing: (id) => act(id, "typing"),
    /** @param {number} id @param {number} seq */
    read: (id, seq) => act(id, "read", { seq }),
    /** @param {number} id @param {import("./types").Transfer} body */
    transfer: (id, body) => act(id, "transfer", body),
    /** @param {number} id */
    takeOver: (id) => act(id, "takeover"),
    /** @param {number} id @param {import("./types").Closing} body */
    close: (id, body) => act(id, "close", body),
    /** @returns {Promise<import("./types").Colleague[]>} */
    experts: async () => (await json("GET", "/experts")).experts,
    /** @returns {Promise<import("./types").Canned[]>} */
    canned: async () => (await json("GET", "/canned")).canned,
    /** @param {number | null} id null for a new one @param {Omit<import("./types").Canned, "id">} body */
    keepCanned: (id, body) =>
      id === null ? json("POST", "/canned", { body }) : json("PUT", `/canned/${id}`, { body }),
    /** @param {number} id */
    dropCanned: (id) => json("DELETE", `/canned/${id}`),
    /** @param {string} query @param {AbortSignal} signal @returns {Promise<import("./types").Found[]>} */
    search: async (query, signal) =>
      (await json("GET", `/search?q=${encodeURIComponent(query)}`, { signal })).entries,
    /** @param {boolean} closed @param {string} note @returns {Promise<import("./types").Hours>} */
    closeNow: (closed, note) => json("PUT", "/hours/closed-now", { body: { closed, note } }),
  };
}

/** @typedef {ReturnType<typeof createApi>} Api */

/**
 * @param {string} method
 * @param {string} url
 * @param {string} csrf
 * @param {Options} [options]
 * @returns {Promise<Response>}
 */
async function request(method, url, csrf, { body, signal, patience = PATIENCE, keepalive } = {}) {
  const signals = [signal, patience ? AbortSignal.timeout(patience) : null].filter((one) => one instanceof AbortSignal);
  const response = await fetch(url, {
    method,
    headers: {
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(method === "GET" ? {} : { "X-CSRF-Token": csrf }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.any(signals),
    keepalive: keepalive ?? false,
  }).catch(() => {
    throw new Problem("network", 0);
  });
  if (!response.ok) throw await readProblem(response);
  return response;
}
