// Builds the expert's writing field: reply or memo, what is attached, tools, and the lines under it.

import { button, el, uniqueId } from "../chat/dom.js";

/** @typedef {import("./types").Mode} Mode */
/** @typedef {import("./types").Translate} Translate */

/** @type {readonly Mode[]} */
const MODES = ["reply", "memo"];

/**
 * @param {Translate} t
 * @param {{ mode: (mode: Mode) => void, canned: () => void, search: () => void }} acts
 */
export function buildField(t, acts) {
  const hint = el("span", { class: "writer__hint", id: uniqueId("hint") });
  const field = el("textarea", {
    id: uniqueId("field"),
    class: "composer__field",
    rows: 3,
    "aria-describedby": hint.id,
    "aria-autocomplete": "list",
  });
  const label = el("label", { class: "sr-only", for: field.id });
  const send = el("button", { class: "button button--primary writer__send" });
  const canned = button("button button--small", t("canned"), acts.canned);
  // The button must not close the list by taking the focus from the field.
  canned.addEventListener("pointerdown", (event) => event.preventDefault());
  canned.addEventListener("mousedown", (event) => event.preventDefault());
  const search = button("button button--small", t("search"), acts.search);
  const modes = buildModes(t, acts.mode);
  const quote = buildChip(t("quote_drop"));
  const entry = buildChip(t("entry_drop"));
  const node = el(
    "form",
    { class: "writer" },
    el("div", { class: "writer__top" }, modes.node, el("div", { class: "writer__tools" }, canned, search)),
    quote.node,
    entry.node,
    label,
    field,
    el("div", { class: "writer__foot" }, hint, send),
  );
  return { node, field, label, send, hint, modes, quote, entry, search };
}

/** @param {Translate} t @param {(mode: Mode) => void} onChange */
function buildModes(t, onChange) {
  const name = uniqueId("mode");
  const inputs = MODES.map((mode) => {
    const input = el("input", { type: "radio", name, value: mode });
    input.addEventListener("change", () => onChange(mode));
    return input;
  });
  const labels = inputs.map((input, index) =>
    el("label", { class: `mode mode--${MODES[index]}` }, input, t(`mode_${MODES[index]}`)),
  );
  return {
    node: el("fieldset", { class: "modes" }, el("legend", { class: "sr-only" }, t("mode_label")), ...labels),
    /** @param {Mode} mode */
    show: (mode) => inputs.forEach((input) => (input.checked = input.value === mode)),
  };
}

/** Something that goes with the message, and a button to leave it out. @param {string} dropLabel */
function buildChip(dropLabel) {
  const words = el("span", { class: "attached__words" });
  let drop = () => {};
  const node = el("div", { class: "attached" }, words, button("button button--small", dropLabel, () => drop()));
  node.hidden = true;
  return {
    node,
    /** @param {string} text "" hides it @param {() => void} onDrop */
    show(text, onDrop) {
      words.textContent = text;
      node.hidden = !text;
      drop = onDrop;
    },
  };
}
