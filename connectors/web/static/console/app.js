// The console as a whole: the log-in, and behind it the desk of whoever is logged in.

import { backoff } from "../chat/backoff.js";
import { el } from "../chat/dom.js";
import { asProblem } from "../chat/problem.js";
import { createAlerts } from "./alerts.js";
import { Desk } from "./desk.js";
import { createLogin } from "./login.js";
import { preferencesOf } from "./settings.js";

/** @typedef {import("./types").User} User */

/** Roles whose work is not here. */
const ELSEWHERE = new Set(["editor"]);

/**
 * @typedef {object} ConsoleMeans
 * @property {import("./api.js").Api} api
 * @property {import("./types").Translate} t
 * @property {import("../chat/types").KeyValueStore} tabStorage
 */

export class Console {
  #means;
  #root;
  #login;
  #alerts;
  /** @type {Desk | null} */
  #desk = null;

  /** @param {HTMLElement} root @param {ConsoleMeans} means */
  constructor(root, means) {
    const { api, t } = means;
    this.#means = means;
    this.#root = root;
    this.#alerts = createAlerts(t, () => preferencesOf(this.#desk?.me ?? NOBODY));
    this.#login = createLogin(t, async (name, password) => this.#enter(await api.login(name, password)));
  }

  /** Shows the desk, or who must log in first. */
  async open() {
    for (let failures = 1; ; failures += 1) {
      try {
        return this.#enter(await this.#means.api.session());
      } catch (error) {
        const { status } = asProblem(error);
        if (status === 401) return this.#askForLogin("");
        this.#root.replaceChildren(el("p", { class: "apology", role: "status" }, this.#means.t("reconnecting_login")));
      }
      await new Promise((resolve) => setTimeout(resolve, backoff(failures)));
    }
  }

  /** The session has ended: what is written stays where it is until the same expert is back. */
  lose() {
    if (!this.#desk || this.#desk.root.hidden) return;
    this.#desk.stop();
    this.#askForLogin(this.#means.t("login_lost"));
  }

  /** @param {User} user */
  #enter(user) {
    if (ELSEWHERE.has(user.role)) return this.#askForLogin(this.#means.t("login_no_console"));
    if (this.#desk?.me.id !== user.id) this.#setUp(user);
    const desk = /** @type {Desk} */ (this.#desk);
    this.#login.node.remove();
    desk.root.hidden = false;
    desk.start();
  }

  /** @param {User} user */
  #setUp(user) {
    const root = el("div", { class: "desk" });
    this.#root.replaceChildren(root);
    this.#desk = new Desk(root, user, {
      ...this.#means,
      alerts: this.#alerts,
      onLeave: () => void this.#leave(),
    });
  }

  async #leave() {
    const { api } = this.#means;
    this.#desk?.drafts.flush();
    await api.logout().catch(() => null);
    this.#desk?.stop();
    this.#desk?.root.remove();
    this.#desk = null;
    this.#alerts.count(0);
    this.#askForLogin("");
  }

  /** @param {string} sentence */
  #askForLogin(sentence) {
    if (this.#desk) this.#desk.root.hidden = true;
    else this.#root.replaceChildren();
    this.#root.append(this.#login.node);
    this.#login.show(sentence);
  }
}

/** Before anybody is logged in nothing sounds. @type {Pick<User, "preferences">} */
const NOBODY = { preferences: { sound: false, notify: false, title: false } };
