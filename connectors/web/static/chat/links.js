// Finds web addresses and telephone numbers in Japanese text; pure.
// An address ends where ASCII ends: full-width brackets, kana and kanji are never part of it.

/** @typedef {{ text: string, href: string | null, kind: "text" | "web" | "tel" }} Piece */

const WEB = /https?:\/\/[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+/gi;
// Whole runs of digits are matched first and judged after: Safari before 16.4 has no look-behind.
const DIGITS = /\d[\d-]*\d/g;
const TEL = /^0\d{1,4}-\d{1,4}-\d{3,4}$/;
const CLOSERS = /** @type {const} */ ({ ")": "(", "]": "[" });

/** @param {string} text @returns {Piece[]} */
export function findLinks(text) {
  return split(text, WEB, webPiece).flatMap((piece) =>
    piece.kind === "text" ? split(piece.text, DIGITS, telPiece) : [piece],
  );
}

/** The address if it is plain http or https, else null. @param {string | null | undefined} url */
export function safeUrl(url) {
  try {
    const parsed = new URL(url ?? "");
    const isWeb = parsed.protocol === "https:" || parsed.protocol === "http:";
    return isWeb && !parsed.username && url ? url : null;
  } catch {
    return null;
  }
}

/** @param {string} tel */
export function telHref(tel) {
  return `tel:${tel.normalize("NFKC").replace(/[^\d+]/g, "")}`;
}

/**
 * @param {string} text
 * @param {RegExp} pattern
 * @param {(match: string) => Piece} toPiece may take less than the whole match
 * @returns {Piece[]}
 */
function split(text, pattern, toPiece) {
  /** @type {Piece[]} */
  const pieces = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    const piece = toPiece(match[0]);
    pieces.push(plain(text.slice(end, match.index)), piece);
    end = match.index + piece.text.length;
  }
  pieces.push(plain(text.slice(end)));
  return pieces.filter((piece) => piece.text);
}

/** @param {string} text @returns {Piece} */
function plain(text) {
  return { text, href: null, kind: "text" };
}

/** @param {string} match @returns {Piece} */
function webPiece(match) {
  const text = trimmed(match);
  const href = safeUrl(text);
  return href ? { text, href, kind: "web" } : plain(text);
}

/** @param {string} text @returns {Piece} */
function telPiece(text) {
  return TEL.test(text) ? { text, href: telHref(text), kind: "tel" } : plain(text);
}

/** Without the punctuation of the sentence around it; balanced brackets stay. @param {string} url */
function trimmed(url) {
  let end = url.length;
  while (end > 0 && isTrailing(url.slice(0, end))) end -= 1;
  return url.slice(0, end);
}

/** @param {string} url */
function isTrailing(url) {
  const last = url.at(-1) ?? "";
  if (/[.,;:!?'*]/.test(last)) return true;
  const opener = CLOSERS[/** @type {keyof typeof CLOSERS} */ (last)];
  return opener !== undefined && count(url, last) > count(url, opener);
}

/** @param {string} text @param {string} character */
function count(text, character) {
  return text.split(character).length - 1;
}
