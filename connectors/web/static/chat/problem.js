// What can go wrong between the page and the server, as one error with a code.

/** A refusal (RFC 9457) or a connection that failed (code "network", status 0). */
export class Problem extends Error {
  /**
   * @param {string} code
   * @param {number} status
   * @param {string} detail a sentence for the visitor, "" when there is none
   * @param {number | null} retryAfter seconds
   */
  constructor(code, status, detail = "", retryAfter = null) {
    super(`${code} (${status})`);
    this.code = code;
    this.status = status;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }

  /** Whether the conversation itself is lost: unknown, erased or not ours. */
  get isGone() {
    return this.code === "conversation-not-found" || this.code === "token-invalid";
  }
}

/** @param {unknown} error @returns {Problem} */
export function asProblem(error) {
  return error instanceof Problem ? error : new Problem("network", 0);
}

/** @param {Response} response @returns {Promise<Problem>} */
export async function readProblem(response) {
  const body = await response.json().catch(() => ({}));
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  return new Problem(
    String(body.code ?? fallbackCode(response.status)),
    response.status,
    typeof body.detail === "string" ? body.detail : "",
    Number.isNaN(seconds) ? null : seconds,
  );
}

/** @param {number} status */
function fallbackCode(status) {
  if (status === 401) return "token-invalid";
  return status >= 500 ? "storage-unavailable" : "invalid-request";
}
