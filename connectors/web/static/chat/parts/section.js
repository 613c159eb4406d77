// A part with a small heading over it: the heading names the group or list for screen readers.

import { el, uniqueId } from "../dom.js";

/**
 * @param {string} kind class suffix
 * @param {string} heading
 * @param {HTMLElement} body
 * @param {"seen" | "heard"} [manner] heard: the words before it say the same to those who see
 */
export function section(kind, heading, body, manner = "seen") {
  const id = uniqueId("part");
  body.setAttribute("aria-labelledby", id);
  return el(
    "div",
    { class: `part part--${kind}` },
    el("p", { class: manner === "seen" ? "part__heading" : "sr-only", id }, heading),
    body,
  );
}
