// Small pieces of forms: a label over its control, and a form that is sent once at a time.

import { el, uniqueId } from "../chat/dom.js";
import { watchComposition } from "../chat/ime.js";
import { asProblem } from "../chat/problem.js";

/**
 * @template {HTMLElement} Control
 * @param {string} label
 * @param {Control} control
 */
export function labelled(label, control) {
  control.id ||= uniqueId("control");
  return el("div", { class: "form__field" }, el("label", { for: control.id }, label), control);
}

/** @param {string} label @param {boolean} isChecked @param {Record<string, string>} [attributes] */
export function checkbox(label, isChecked, attributes = {}) {
  const input = el("input", { type: "checkbox", checked: isChecked, ...attributes });
  return { input, node: el("label", { class: "menu__item" }, input, label) };
}

/**
 * @param {string} submitLabel
 * @param {object} means
 * @param {() => Promise<unknown>} means.submit
 * @param {(problem: import("../chat/problem.js").Problem) => void} means.onFailed
 * @param {...(Node | null)} content
 */
export function createForm(submitLabel, { submit, onFailed }, ...content) {
  const send = el("button", { class: "button button--primary" }, submitLabel);
  const form = el("form", { class: "form" }, ...content, el("div", { class: "form__buttons" }, send));
  for (const input of form.querySelectorAll("input")) keepFromConfirming(input);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (send.getAttribute("aria-disabled")) return;
    send.setAttribute("aria-disabled", "true");
    submit()
      .catch((error) => onFailed(asProblem(error)))
      .finally(() => send.removeAttribute("aria-disabled"));
  });
  return form;
}

/** The Enter that confirms kanji must not send the form. @param {HTMLInputElement} input */
function keepFromConfirming(input) {
  const composition = watchComposition(input);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !composition.isPlainKey(event)) event.preventDefault();
  });
}
