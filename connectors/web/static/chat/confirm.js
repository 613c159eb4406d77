// Asks before something is lost.

import { button, el, uniqueId } from "./dom.js";

/**
 * @param {HTMLElement} parent
 * @param {{ title: string, text: string, yes: string, no: string }} words
 * @returns {Promise<boolean>}
 */
export function confirm(parent, { title, text, yes, no }) {
  return new Promise((resolve) => {
    const buttons = el(
      "div",
      { class: "confirm__buttons" },
      button("button", no, () => settle(false)),
      button("button button--primary", yes, () => settle(true)),
    );
    const settle = openDialog(parent, title, resolve, el("p", {}, text), buttons);
  });
}

/**
 * A modal dialog with a heading.
 *
 * @param {HTMLElement} parent
 * @param {string} title
 * @param {(isYes: boolean) => void} onSettled
 * @param {...Node} content
 * @returns {(isYes: boolean) => void} takes it away; Escape does so too, and means no
 */
export function openDialog(parent, title, onSettled, ...content) {
  const id = uniqueId("dialog");
  const heading = el("h2", { class: "confirm__title", id }, title);
  const dialog = el("dialog", { class: "confirm", "aria-labelledby": id }, heading, ...content);
  dialog.addEventListener("close", () => settle(false));
  parent.append(dialog);
  dialog.showModal();

  /** @param {boolean} isYes */
  function settle(isYes) {
    dialog.remove();
    onSettled(isYes);
  }

  return settle;
}
