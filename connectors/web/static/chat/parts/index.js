// Which renderer draws which part. Unknown kinds, and parts with nothing in them, are skipped.

import { contacts, institutions, programs } from "./cards.js";
import { candidates, choices, feedback, followups } from "./options.js";
import { sources } from "./sources.js";
import { text } from "./text.js";

/** @typedef {(part: any, context: import("../types").PartContext) => HTMLElement} Renderer */

/** @type {Map<string, Renderer>} */
const RENDERERS = new Map(
  Object.entries({
    text,
    candidates,
    choices,
    programs,
    institutions,
    contacts,
    sources,
    followups,
    feedback,
  }),
);

/**
 * @param {import("../types").Part} part
 * @param {import("../types").PartContext} context
 * @returns {HTMLElement | null}
 */
export function renderPart(part, context) {
  return isDrawn(part) ? (RENDERERS.get(part.type)?.(part, context) ?? null) : null;
}

/** @param {import("../types").Part} part */
export function isDrawn(part) {
  return RENDERERS.has(part.type) && hasContent(part);
}

/** @param {import("../types").Part} part */
function hasContent(part) {
  return part.type === "text" ? Boolean(part.text) : Boolean(part.items?.length);
}
