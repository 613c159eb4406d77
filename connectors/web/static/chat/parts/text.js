// The words of an answer.

import { richText } from "../richtext.js";

/**
 * @param {import("../types").TextPart} part
 * @param {import("../types").PartContext} context
 */
export function text(part, { t }) {
  return richText(part.text, t);
}
