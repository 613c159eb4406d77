// A modal dialog with a heading; Escape and the close button end it and give the focus back.

import { button, el, uniqueId } from "../chat/dom.js";

/**
 * @param {HTMLElement} parent
 * @param {{ title: string, close: string }} words
 * @param {...(Node | null)} content
 */
export function openDialog(parent, words, ...content) {
  const id = uniqueId("dialog");
  const back = document.activeElement;
  const error = el("p", { class: "dialog__error", role: "alert" });
  const dialog = el(
    "dialog",
    { class: "dialog", "aria-labelledby": id },
    el(
      "div",
      { class: "dialog__head" },
      el("h2", { id }, words.title),
      button("button button--small", words.close, () => dialog.close()),
    ),
    error,
    ...content,
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (back instanceof HTMLElement && back.isConnected) back.focus();
  });
  parent.append(dialog);
  dialog.showModal();
  return {
    close: () => dialog.close(),
    /** @param {string} sentence */
    fail: (sentence) => void (error.textContent = sentence),
  };
}
