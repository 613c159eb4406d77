// Tells the parts that can be tapped from those that can only be read.

const OPTIONS = new Set(["candidates", "choices", "followups", "feedback"]);

/**
 * @param {import("../types").Part} part
 * @returns {import("../types").Option[]} what can be tapped in it, often nothing
 */
export function optionsOf(part) {
  if (!OPTIONS.has(part.type)) return [];
  return /** @type {import("../types").OptionsPart} */ (part).items ?? [];
}
