// One line under the header that says how the connection stands; empty while all is well.

import { el } from "./dom.js";

/** Shorter gaps heal by themselves and are not worth a word. */
const GRACE = 1_500;

/** @type {Partial<Record<import("./types").ConnectionState, string>>} */
const TROUBLE = { lost: "reconnecting", down: "service_down_banner" };

/** @param {import("./types").Translate} t */
export function createBanner(t) {
  const node = el("p", { class: "banner", role: "status" });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let trouble = "";

  /** @param {string} sentence */
  function show(sentence) {
    clearTimeout(timer);
    timer = undefined;
    if (node.textContent !== sentence) node.textContent = sentence;
  }

  function update() {
    if (!navigator.onLine) show(t("offline"));
    else if (!trouble || node.textContent) show(trouble);
    else timer ??= setTimeout(() => show(trouble), GRACE);
  }

  return {
    node,
    update,
    /** @param {import("./types").ConnectionState} state */
    connection(state) {
      trouble = TROUBLE[state] ? t(TROUBLE[state]) : "";
      update();
    },
  };
}
