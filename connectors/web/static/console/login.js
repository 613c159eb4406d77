// Who are you: the form before the console.

import { el } from "../chat/dom.js";
import { createForm, labelled } from "./form.js";

/**
 * @param {import("./types").Translate} t
 * @param {(name: string, password: string) => Promise<unknown>} login
 */
export function createLogin(t, login) {
  const name = el("input", { class: "input", required: true, autocomplete: "username", autocapitalize: "none" });
  const password = el("input", { class: "input", type: "password", required: true, autocomplete: "current-password" });
  const notice = el("p", { class: "login__notice", role: "alert" });
  const form = createForm(
    t("login"),
    {
      submit: async () => {
        await login(name.value.trim(), password.value);
        password.value = "";
        notice.textContent = "";
      },
      onFailed: ({ detail }) => {
        notice.textContent = detail || t("login_unreachable");
        password.select();
      },
    },
    notice,
    labelled(t("login_name"), name),
    labelled(t("login_password"), password),
  );
  const node = el("main", { class: "login" }, el("h1", {}, t("console_title")), form);
  return {
    node,
    /** @param {string} sentence why, "" when there is nothing to say */
    show(sentence) {
      notice.textContent = sentence;
      (name.value ? password : name).focus();
    },
  };
}
