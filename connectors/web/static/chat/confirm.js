// Asks before something is lost.

import { button, el, uniqueId } from "./dom.js";

/**
 * @param {HTMLElement} parent
 * @param {{ title: string, text: string, yes: string, no: string }} words
 * @returns {Promise<boolean>}
 */
export function confirm(parent, { title, text, yes, no }) {
  return new Promise((resolve) => {
    const id = uniqueId("confirm");
    const dialog = el("dialog", { class: "confirm", "aria-labelledby": id });
    dialog.append(
      el("h2", { class: "confirm__title", id }, title),
      el("p", {}, text),
      el(
        "div",
        { class: "confirm__buttons" },
        button("button", no, () => settle(false)),
        button("button button--primary", yes, () => settle(true)),
      ),
    );
    dialog.addEventListener("close", () => settle(false)); // Escape
    parent.append(dialog);
    dialog.showModal();

    /** @param {boolean} isYes */
    function settle(isYes) {
      dialog.remove();
      resolve(isYes);
    }
  });
}
