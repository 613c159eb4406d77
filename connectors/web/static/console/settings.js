// The preferences of one expert, kept on the server, and the own password.

import { button, el } from "../chat/dom.js";
import { openDialog } from "./dialog.js";
import { checkbox, createForm, labelled } from "./form.js";

/** @typedef {import("./types").Preferences} Preferences */
/** @typedef {import("./types").Translate} Translate */

/** @type {readonly (keyof Preferences)[]} */
const SWITCHES = ["sound", "notify", "title", "enter_sends"];

/** @param {Pick<import("./types").User, "preferences">} user @returns {Preferences} */
export function preferencesOf({ preferences }) {
  return { sound: true, notify: false, title: true, enter_sends: false, ...preferences };
}

/**
 * @param {object} means
 * @param {HTMLElement} means.parent
 * @param {Translate} means.t
 * @param {import("./types").User} means.user
 * @param {(change: Partial<Preferences>) => Promise<unknown>} means.change
 * @param {(old: string, fresh: string) => Promise<unknown>} means.password
 * @param {() => void} means.beep
 * @param {() => void} means.canned
 */
export function openSettings({ parent, t, user, change, password, beep, canned }) {
  const current = preferencesOf(user);
  const switches = SWITCHES.map((name) => {
    const { input, node } = checkbox(t(`preference_${name}`), current[name]);
    input.addEventListener("change", () => void flip(name, input));
    return node;
  });
  const manage = button("button button--small", t("canned_manage"), () => {
    dialog.close();
    canned();
  });
  const dialog = openDialog(
    parent,
    { title: t("settings_title"), close: t("close") },
    el("div", { class: "form" }, ...switches),
    el("div", { class: "settings__row" }, button("button button--small", t("sound_test"), beep), manage),
    passwordForm(),
  );

  /** @param {keyof Preferences} name @param {HTMLInputElement} input */
  async function flip(name, input) {
    const isDenied = name === "notify" && input.checked && !(await mayNotify());
    if (isDenied) {
      input.checked = false;
      return dialog.fail(t("notify_denied"));
    }
    await change({ [name]: input.checked }).then(
      () => dialog.fail(""),
      () => {
        input.checked = !input.checked;
        dialog.fail(t("act_failed"));
      },
    );
  }

  function passwordForm() {
    const old = el("input", { class: "input", type: "password", required: true, autocomplete: "current-password" });
    const fresh = el("input", { class: "input", type: "password", required: true, autocomplete: "new-password" });
    const done = el("p", { role: "status" });
    const submit = async () => {
      await password(old.value, fresh.value);
      old.value = fresh.value = "";
      dialog.fail("");
      done.textContent = t("password_changed");
    };
    const onFailed = (/** @type {{ detail: string }} */ { detail }) => dialog.fail(detail || t("act_failed"));
    const form = createForm(
      t("password_yes"),
      { submit, onFailed },
      labelled(t("password_old"), old),
      labelled(t("password_new"), fresh),
      done,
    );
    return el("details", { class: "settings__password" }, el("summary", {}, t("password_title")), form);
  }
}

async function mayNotify() {
  if (typeof Notification === "undefined") return false;
  return (await Notification.requestPermission()) === "granted";
}
