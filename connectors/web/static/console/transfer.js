// Passing a conversation on: to an expert, or back to the queue of a field.

import { el } from "../chat/dom.js";
import { openDialog } from "./dialog.js";
import { createForm, labelled } from "./form.js";

/** @typedef {import("./types").Colleague} Colleague */
/** @typedef {import("./types").Transfer} Transfer */
/** @typedef {import("./types").Translate} Translate */

/**
 * @param {object} means
 * @param {HTMLElement} means.parent
 * @param {Translate} means.t
 * @param {string} means.me
 * @param {Colleague[]} means.experts
 * @param {(transfer: Transfer) => Promise<unknown>} means.transfer
 */
export function openTransfer({ parent, t, me, experts, transfer }) {
  const colleagues = experts.filter(({ id }) => id !== me).sort((a, b) => hindrance(a) - hindrance(b));
  const fields = [...new Set(experts.flatMap(({ specialities }) => specialities))].sort();
  const to = el(
    "select",
    { class: "input" },
    group(t("transfer_experts"), colleagues.map((one) => [`expert:${one.id}`, describe(one, t)])),
    group(t("transfer_queues"), [
      ["field:", t("transfer_queue")],
      ...fields.map((key) => /** @type {[string, string]} */ ([`field:${key}`, t(`speciality_${key}`)])),
    ]),
  );
  const note = el("textarea", { class: "input", rows: 3 });
  const form = createForm(
    t("transfer_yes"),
    {
      submit: async () => {
        await transfer(chosen(to.value, note.value.trim()));
        dialog.close();
      },
      onFailed: ({ detail }) => dialog.fail(detail || t("act_failed")),
    },
    labelled(t("transfer_to"), to),
    labelled(t("transfer_note"), note),
  );
  const dialog = openDialog(parent, { title: t("transfer_title"), close: t("cancel") }, form);
}

/** @param {string} value @param {string} note @returns {Transfer} */
function chosen(value, note) {
  const [kind, id = ""] = value.split(":");
  if (kind === "expert") return { to: id, note };
  return { to: null, ...(id ? { speciality: id } : {}), note };
}

/** Who can take it at once comes first: the first is chosen unless the expert chooses. @param {Colleague} colleague */
function hindrance({ present, away, load, capacity }) {
  if (!present || away) return 2;
  return load < capacity ? 0 : 1;
}

/** @param {Colleague} colleague @param {Translate} t */
function describe({ display_name: plain, qualification, present, away, load, capacity }, t) {
  const name = qualification ? t("expert_name", { name: plain, qualification }) : plain;
  const state = t(away ? "expert_away" : present ? "expert_present" : "expert_absent");
  return t("expert_option", { name, state, load, capacity });
}

/** @param {string} label @param {[string, string][]} options */
function group(label, options) {
  return el("optgroup", { label }, ...options.map(([value, words]) => el("option", { value }, words)));
}
