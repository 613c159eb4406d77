// Lays out plain text as paragraphs, lists and links, by text nodes only.

import { el } from "./dom.js";
import { findLinks } from "./links.js";

/** @typedef {import("./types").Translate} Translate */

const BULLET = /^\s*[\u30fb\uff65\u2022]\s*/;

/**
 * @param {string} text
 * @param {Translate} t
 * @returns {HTMLElement}
 */
export function richText(text, t) {
  const root = el("div", { class: "rich" });
  for (const line of text.split(/\r\n|\r|\n/)) appendLine(root, line, t);
  return root;
}

/**
 * @param {HTMLElement} root
 * @param {string} line
 * @param {Translate} t
 */
function appendLine(root, line, t) {
  if (!line.trim()) return;
  if (BULLET.test(line)) {
    listAtEnd(root).append(el("li", {}, ...inline(line.replace(BULLET, ""), t)));
  } else {
    root.append(el("p", {}, ...inline(line, t)));
  }
}

/** @param {HTMLElement} root */
function listAtEnd(root) {
  const last = root.lastElementChild;
  if (last instanceof HTMLUListElement) return last;
  const list = el("ul", { class: "rich__list" });
  root.append(list);
  return list;
}

/**
 * One line or a visitor's own words: line breaks stay as they are.
 *
 * @param {string} text
 * @param {Translate} t
 * @returns {Node[]}
 */
export function inline(text, t) {
  return findLinks(text).map((piece) => {
    if (piece.kind === "web" && piece.href) return webLink(piece.text, piece.href, t);
    if (piece.href) return el("a", { class: "tel", href: piece.href }, piece.text);
    return document.createTextNode(piece.text);
  });
}

/**
 * A link that opens a new tab and says so.
 *
 * @param {string} label
 * @param {string} href checked by safeUrl
 * @param {Translate} t
 */
export function webLink(label, href, t) {
  const attributes = { href, target: "_blank", rel: "noopener noreferrer", class: "web" };
  return el("a", attributes, label, el("span", { class: "sr-only" }, t("opens_new_tab")));
}
