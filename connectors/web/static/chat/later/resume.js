// Asks for the code of a receipt, with which a consultation goes on in this browser.

import { openDialog } from "../confirm.js";
import { button, el, setAttribute, uniqueId } from "../dom.js";
import { watchComposition } from "../ime.js";
import { asProblem } from "../problem.js";

/**
 * @param {HTMLElement} parent
 * @param {import("../types").Translate} t
 * @param {string} warning what else happens, "" when nothing
 * @param {(code: string) => Promise<void>} resume
 * @returns {Promise<boolean>} whether it goes on
 */
export function askForCode(parent, t, warning, resume) {
  return new Promise((resolve) => {
    const error = el("p", { class: "composer__error", id: uniqueId("error"), role: "alert" });
    const input = codeField(error.id);
    const form = el(
      "form",
      { class: "resume" },
      el("p", {}, t("resume_text")),
      warning && el("p", { class: "start__notice" }, warning),
      el("label", { for: input.id }, t("resume_label")),
      input,
      error,
      el(
        "div",
        { class: "confirm__buttons" },
        button("button", t("resume_no"), () => settle(false)),
        el("button", { class: "button button--primary" }, t("resume_yes")),
      ),
    );
    const settle = openDialog(parent, t("resume_title"), resolve, form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      form.inert = true;
      resume(codeIn(input.value)).then(() => settle(true), (problem) => {
        form.inert = false;
        error.textContent = asProblem(problem).detail || t("resume_failed");
        setAttribute(input, "aria-invalid", "true");
        input.focus();
      });
    });
  });
}

/** As people copy it: with spaces and hyphens, or in full-width letters. @param {string} written */
function codeIn(written) {
  return written.normalize("NFKC").replace(/[\s-]/g, "");
}

/** @param {string} describedBy */
function codeField(describedBy) {
  const input = el("input", {
    id: uniqueId("code"),
    class: "composer__field resume__code",
    required: true,
    maxlength: 32,
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
    "aria-describedby": describedBy,
  });
  const { isPlainKey } = watchComposition(input);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !isPlainKey(event)) event.preventDefault();
  });
  return input;
}
