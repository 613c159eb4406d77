// The canned replies: read once, then kept; and the dialog in which an expert keeps his own.

import { button, el } from "../chat/dom.js";
import { asProblem } from "../chat/problem.js";
import { openDialog } from "./dialog.js";
import { checkbox, createForm, labelled } from "./form.js";

/** @typedef {import("./types").Canned} Canned */
/** @typedef {import("./types").Translate} Translate */

/** @param {import("./api.js").Api} api @param {Translate} t */
export function createCannedBook(api, t) {
  /** @type {Canned[]} */
  let all = [];

  async function load() {
    all = await api.canned();
  }

  /** @param {HTMLElement} parent @param {boolean} mayShare */
  async function manage(parent, mayShare) {
    await load();
    const content = el("div", { class: "book" });
    const dialog = openDialog(parent, { title: t("canned_title"), close: t("close") }, content);
    /** @param {Promise<unknown>} saving */
    const saved = async (saving) => {
      await saving;
      await load();
      dialog.fail("");
      showList();
    };
    /** @param {unknown} error */
    const fail = (error) => dialog.fail(asProblem(error).detail || t("act_failed"));

    function showList() {
      const items = all.map((one) => itemOf(one, mayShare, t, showForm, (id) => void saved(api.dropCanned(id)).catch(fail)));
      const add = button("button", t("canned_add"), () => showForm(null));
      content.replaceChildren(
        items.length ? el("ul", {}, ...items) : el("p", { class: "panel__quiet" }, t("canned_none")),
        add,
      );
      add.focus();
    }

    /** @param {Canned | null} one */
    function showForm(one) {
      const form = formOf(one, mayShare, t, (body) => saved(api.keepCanned(one?.id ?? null, body)), fail);
      content.replaceChildren(form, button("button", t("cancel"), showList));
      form.querySelector("input")?.focus();
    }

    showList();
  }

  return { load, manage, all: () => all };
}

/**
 * @param {Canned} one
 * @param {boolean} mayShare
 * @param {Translate} t
 * @param {(one: Canned) => void} edit
 * @param {(id: number) => void} drop
 */
function itemOf(one, mayShare, t, edit, drop) {
  const isMine = !one.shared || mayShare;
  const { id, shortcut, text } = one;
  return el(
    "li",
    { class: "book__item" },
    el("p", { class: "canned__shortcut" }, `/${shortcut}`, one.shared && ` ${t("canned_shared_mark")}`),
    el("p", { class: "canned__text" }, text),
    isMine &&
      el(
        "div",
        { class: "book__buttons" },
        named(button("button button--small", t("edit"), () => edit(one)), t("edit_canned", { shortcut })),
        named(button("button button--small", t("drop"), () => drop(id)), t("drop_canned", { shortcut })),
      ),
  );
}

/** @param {HTMLElement} node @param {string} name */
function named(node, name) {
  node.setAttribute("aria-label", name);
  return node;
}

/**
 * @param {Canned | null} one
 * @param {boolean} mayShare
 * @param {Translate} t
 * @param {(body: Omit<Canned, "id">) => Promise<unknown>} save
 * @param {(error: unknown) => void} onFailed
 */
function formOf(one, mayShare, t, save, onFailed) {
  const shortcut = el("input", { class: "input", required: true, maxlength: 20, value: one?.shortcut ?? "" });
  const text = el("textarea", { class: "input", rows: 5, required: true }, one?.text ?? "");
  const shared = checkbox(t("canned_shared"), one?.shared ?? false);
  const submit = () =>
    save({ shortcut: shortcut.value.trim(), text: text.value.trim(), shared: mayShare && shared.input.checked });
  return createForm(
    t("save"),
    { submit, onFailed },
    labelled(t("canned_shortcut"), shortcut),
    labelled(t("canned_text"), text),
    mayShare ? shared.node : null,
  );
}
