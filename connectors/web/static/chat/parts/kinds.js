// Tells the parts that can be tapped from those that can only be read.

/** What is tapped to leave a question unanswered: it stays in the page and is not sent. */
export const SKIP = "skip";
/** What stands for the choice where none was made and none is asked for any more. */
export const OVER = "over";

/** Taps that mean something only where the way to a person stands just then. */
const STEPS = /^(connect|promise|cancel-handoff|no-comment|rate:.*)$/;
const OPTIONS = new Set(["candidates", "choices", "followups", "feedback"]);

/**
 * @param {import("../types").Part} part
 * @returns {import("../types").Option[]} what can be tapped in it, often nothing
 */
export function optionsOf(part) {
  if (!OPTIONS.has(part.type)) return [];
  return /** @type {import("../types").OptionsPart} */ (part).items ?? [];
}

/** Whether a part is a step on the way to a person and back. @param {import("../types").Part} part */
export function isStep(part) {
  return optionsOf(part).some(({ action }) => STEPS.test(action));
}
