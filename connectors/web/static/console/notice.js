// One line for what an act came to; it stays until it is closed or the next act begins.

import { button, el } from "../chat/dom.js";

/** @param {import("./types").Translate} t */
export function createNotice(t) {
  const words = el("p", { role: "alert" });
  const node = el("div", { class: "notice" }, words, button("button button--small", t("dismiss"), () => show("")));
  node.hidden = true;

  /** @param {string} sentence "" takes it away */
  function show(sentence) {
    node.hidden = !sentence;
    words.textContent = sentence;
  }

  return { node, show };
}
