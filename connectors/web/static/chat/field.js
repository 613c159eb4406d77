// Builds the writing field with its button and the lines under it, and lets it grow.

import { el, uniqueId } from "./dom.js";

/** @param {import("./types").Translate} t */
export function buildField(t) {
  const error = el("p", { class: "composer__error", id: uniqueId("error") });
  error.hidden = true;
  const hint = el("span", { class: "composer__hint", id: uniqueId("hint") });
  const note = el("span", { class: "composer__note" }, t("ai_note"));
  const counter = el("span", { class: "composer__counter" });
  const field = textarea(t, `${error.id} ${hint.id}`);
  const send = el("button", { class: "button button--primary composer__send" }, t("send"));
  const form = el(
    "form",
    { class: "composer" },
    el("label", { class: "sr-only", for: field.id }, t("field_label")),
    el("div", { class: "composer__row" }, field, send),
    error,
    el("p", { class: "composer__foot" }, hint, note, counter),
  );
  return { form, field, error, hint, counter };
}

/** @param {import("./types").Translate} t @param {string} describedBy */
function textarea(t, describedBy) {
  return el("textarea", {
    id: uniqueId("field"),
    class: "composer__field",
    rows: 1,
    placeholder: t("placeholder"),
    "aria-describedby": describedBy,
  });
}

/** Grows the field with its text where CSS cannot (field-sizing). @param {HTMLTextAreaElement} field */
export function fit(field) {
  if (CSS.supports("field-sizing", "content")) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
}
