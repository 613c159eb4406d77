// Ending a conversation: how it ended, and whether its answer belongs in the Q&A.

import { el, uniqueId } from "../chat/dom.js";
import { openDialog } from "./dialog.js";
import { checkbox, createForm, labelled } from "./form.js";

/** How a consultation can end; kept with it for the statistics. */
const CATEGORIES = ["solved", "guided", "referred", "unclear", "out_of_scope", "no_reply"];

/**
 * @param {object} means
 * @param {HTMLElement} means.parent
 * @param {import("./types").Translate} means.t
 * @param {(closing: import("./types").Closing) => Promise<unknown>} means.close
 */
export function openClosing({ parent, t, close }) {
  const name = uniqueId("category");
  const radios = CATEGORIES.map((category) => el("input", { type: "radio", name, value: category, required: true }));
  const labels = radios.map((radio) => el("label", { class: "menu__item" }, radio, t(`category_${radio.value}`)));
  const knowledge = checkbox(t("for_knowledge"), false);
  const note = el("textarea", { class: "input", rows: 2 });
  const form = createForm(
    t("close_yes"),
    {
      submit: async () => {
        const category = radios.find((radio) => radio.checked)?.value ?? "";
        const words = note.value.trim();
        await close({ category, for_knowledge: knowledge.input.checked, ...(words ? { note: words } : {}) });
        dialog.close();
      },
      onFailed: ({ detail }) => dialog.fail(detail || t("act_failed")),
    },
    el("fieldset", { class: "form__field" }, el("legend", {}, t("close_category")), ...labels),
    knowledge.node,
    labelled(t("close_note"), note),
  );
  const dialog = openDialog(parent, { title: t("close_title"), close: t("cancel") }, form);
}
