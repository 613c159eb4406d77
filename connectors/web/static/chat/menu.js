// The menu in the header: size of text, meaning of Enter, a new consultation.

import { button, el, setAttribute, uniqueId } from "./dom.js";
import { SIZES } from "./preferences.js";

/** @typedef {import("./types").Translate} Translate */
/** @typedef {import("./types").Preferences} Preferences */

/**
 * @param {object} options
 * @param {Translate} options.t
 * @param {Preferences} options.preferences
 * @param {(change: Partial<Preferences>) => void} options.onPreference
 * @param {() => void} options.onRestart
 */
export function createMenu({ t, preferences, onPreference, onRestart }) {
  const id = uniqueId("menu");
  const restart = button("button menu__restart", t("restart"), () => {
    close();
    onRestart();
  });
  const panel = el(
    "div",
    { class: "menu__panel", id },
    sizes(t, preferences.size, (size) => onPreference({ size })),
    enterRule(t, preferences.enterSends, (enterSends) => onPreference({ enterSends })),
    restart,
  );
  const toggle = button("button button--header", t("menu"), () => open(Boolean(panel.hidden)));
  const node = el("div", { class: "menu" }, toggle, panel);
  setAttribute(toggle, "aria-controls", id);
  closeFromOutside(node, toggle, close);
  close();

  /** @param {boolean} isOpen */
  function open(isOpen) {
    panel.hidden = !isOpen;
    setAttribute(toggle, "aria-expanded", String(isOpen));
  }

  function close() {
    open(false);
  }

  return { node, toggle };
}

/**
 * Escape closes and gives the focus back; a press or a focus elsewhere closes.
 *
 * @param {HTMLElement} node
 * @param {HTMLElement} toggle
 * @param {() => void} close
 */
function closeFromOutside(node, toggle, close) {
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    close();
    toggle.focus();
  });
  node.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !node.contains(relatedTarget)) close();
  });
  document.addEventListener("pointerdown", ({ target }) => {
    if (target instanceof Node && !node.contains(target)) close();
  });
}

/**
 * @param {Translate} t
 * @param {Preferences["size"]} current
 * @param {(size: Preferences["size"]) => void} onChange
 */
function sizes(t, current, onChange) {
  const set = el("fieldset", { class: "menu__sizes" }, el("legend", {}, t("text_size")));
  for (const size of SIZES) {
    const input = el("input", { type: "radio", name: "size", value: size, checked: size === current });
    input.addEventListener("change", () => onChange(size));
    set.append(el("label", { class: "menu__item" }, input, t(`text_size_${size}`)));
  }
  return set;
}

/**
 * @param {Translate} t
 * @param {boolean} current
 * @param {(enterSends: boolean) => void} onChange
 */
function enterRule(t, current, onChange) {
  const input = el("input", { type: "checkbox", checked: current });
  input.addEventListener("change", () => onChange(input.checked));
  return el("label", { class: "menu__item" }, input, t("enter_sends"));
}
