// Things to tap: candidates, choices, follow-up questions, feedback.
// Once one is tapped the list stays readable, the chosen one is marked, nothing can be tapped again.

import { button, el } from "../dom.js";
import { SKIP } from "./kinds.js";
import { section } from "./section.js";

/** @typedef {import("../types").Option} Option */
/** @typedef {import("../types").OptionsPart} OptionsPart */
/** @typedef {import("../types").PartContext} PartContext */

/** The action of the last candidate, "none of these": it has no number. */
const NONE = "none";
/** What the actions of a rating begin with. */
const RATE = "rate:";

/** @param {OptionsPart} part @param {PartContext} context */
export function candidates(part, context) {
  const list = el("ol", { class: "options" });
  part.items.forEach((option, index) => {
    const isNumbered = option.action !== NONE;
    const item = optionItem(option, context, isNumbered ? "option" : "option option--none");
    if (isNumbered) item.firstElementChild?.prepend(numberOf(index + 1));
    list.append(item);
  });
  return section("candidates", context.t("candidates_heading"), list, "heard");
}

/** @param {OptionsPart} part @param {PartContext} context */
export function choices(part, context) {
  if (part.items.every(({ action }) => action.startsWith(RATE))) return rating(part, context);
  return section("choices", context.t("choices_heading"), chips(part, context), "heard");
}

/** @param {OptionsPart} part @param {PartContext} context */
export function followups(part, context) {
  const list = el("ul", { class: "options" });
  for (const option of part.items) {
    list.append(optionItem(option, context, "option option--followup"));
  }
  return section("followups", context.t("followups_heading"), list);
}

/** @param {OptionsPart} part @param {PartContext} context */
export function feedback(part, context) {
  return section("feedback", context.t("feedback_heading"), chips(part, context));
}

/**
 * How a consultation was, in words: looks like radio buttons, a press answers at once. It may be passed over.
 *
 * @param {OptionsPart} part
 * @param {PartContext} context
 */
function rating(part, context) {
  const { t, chosen, choose } = context;
  const list = el("ul", { class: "options" });
  for (const option of part.items) list.append(optionItem(option, context, "option option--rating"));
  const node = section("rating", t("rating_heading"), list, "heard");
  const skip = { label: t("rating_skip"), action: SKIP };
  if (!chosen) node.append(button("button button--small part__skip", skip.label, () => choose(skip)));
  if (chosen === SKIP) node.replaceChildren(el("p", { class: "part__note" }, t("rating_skipped")));
  return node;
}

/** @param {OptionsPart} part @param {PartContext} context */
function chips(part, context) {
  const list = el("ul", { class: "chips" });
  for (const option of part.items) list.append(optionItem(option, context, "chip"));
  return list;
}

/** @param {number} number */
function numberOf(number) {
  return el("span", { class: "option__number" }, String(number));
}

/**
 * @param {Option} option
 * @param {PartContext} context
 * @param {string} className
 */
function optionItem(option, { t, chosen, choose }, className) {
  if (!chosen) return el("li", {}, live(option, className, choose));
  const isChosen = option.action === chosen;
  return el("li", {}, used(option, className, isChosen ? t("chosen") : ""));
}

/**
 * @param {Option} option
 * @param {string} className
 * @param {(option: Option) => void} choose
 */
function live(option, className, choose) {
  const node = button(className, "", () => choose(option));
  node.append(el("span", { class: "option__label" }, option.label));
  return node;
}

/**
 * @param {Option} option
 * @param {string} className
 * @param {string} mark what marks the chosen one, else ""
 */
function used(option, className, mark) {
  return el(
    "span",
    { class: `${className} is-used${mark ? " is-chosen" : ""}` },
    el("span", { class: "option__label" }, option.label),
    mark && el("span", { class: "option__mark" }, mark),
  );
}
