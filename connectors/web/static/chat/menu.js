// The menu in the header: a person, another consultation, size of text, meaning of Enter.

import { button, el, setAttribute, uniqueId } from "./dom.js";
import { SIZES } from "./preferences.js";

/** @typedef {import("./types").Translate} Translate */
/** @typedef {import("./types").Preferences} Preferences */

/** @param {import("./types").MenuMeans} means */
export function createMenu({ t, preferences, onPreference, onPerson, onResume, onRestart }) {
  const id = uniqueId("menu");
  const closing = (/** @type {() => void} */ act) => () => {
    close();
    act();
  };
  const person = createPerson(t, closing(onPerson));
  const panel = el(
    "div",
    { class: "menu__panel", id },
    person.node,
    sizes(t, preferences.size, (size) => onPreference({ size })),
    enterRule(t, preferences.enterSends, (enterSends) => onPreference({ enterSends })),
    button("button menu__act", t("resume"), closing(onResume)),
    button("button menu__act", t("restart"), closing(onRestart)),
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

  return { node, toggle, update: person.update };
}

/**
 * The way to a person, while it is open.
 *
 * @param {Translate} t
 * @param {() => void} onPerson
 */
function createPerson(t, onPerson) {
  const note = el("p", { class: "menu__note" });
  const node = el("div", { class: "menu__person" }, button("button button--primary", t("person"), onPerson), note);
  return {
    node,
    /** @param {import("./types").Status} status @param {string} closed when people are there again, "" while they are */
    update({ owner }, closed) {
      node.hidden = owner !== "bot";
      note.textContent = closed;
      note.hidden = !closed;
    },
  };
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
