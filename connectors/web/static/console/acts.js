// What the expert does, each act with what is said when it fails.

import { asProblem } from "../chat/problem.js";
import { confirm } from "../chat/confirm.js";
import { openClosing } from "./closing.js";
import { shortened } from "./entries.js";
import { openSettings } from "./settings.js";
import { openHelp } from "./shortcuts.js";
import { isSupervisor } from "./side.js";
import { openTransfer } from "./transfer.js";

export class Acts {
  #desk;
  #means;

  /** @param {import("./desk.js").Desk} desk @param {import("./desk.js").DeskMeans} means */
  constructor(desk, means) {
    this.#desk = desk;
    this.#means = means;
  }

  /** @param {number} id */
  claim = async (id) => {
    const { api } = this.#means;
    const isDone = await this.#attempt(() => api.claim(id));
    if (!isDone) return;
    this.#desk.show(id);
    await this.#refresh(id);
  };

  /** @param {boolean} away */
  away = (away) =>
    void this.#attempt(async () => this.#desk.change({ me: await this.#means.api.change({ away }) }));

  settings = () => {
    const { api, t, alerts } = this.#means;
    openSettings({
      parent: this.#desk.root,
      t,
      user: this.#desk.me,
      change: async (preferences) => {
        this.#desk.change({ me: await api.change({ preferences }) });
        this.#desk.composer.explain();
      },
      password: api.password,
      beep: alerts.beep,
      canned: () => void this.#attempt(() => this.#desk.canned.manage(this.#desk.root, isSupervisor(this.#desk.me))),
    });
  };

  /** What can be done with the open handoff. */
  ofCase() {
    return {
      transfer: () => void this.#transfer(),
      close: () => this.#close(),
      takeOver: () => void this.#takeOver(),
      closeNow: async (/** @type {boolean} */ closed, /** @type {string} */ note) =>
        this.#desk.change({ hours: await this.#means.api.closeNow(closed, note) }),
    };
  }

  /** What can be done with one message. @returns {import("./bubble.js").BubbleActs} */
  ofBubbles() {
    const { composer, sender } = this.#desk;
    return {
      quote: ({ seq, text }) => void (seq !== null && composer.quote(seq, shortened(text))),
      redeliver: (seq) => void this.#redeliver(seq),
      resend: ({ clientId }) => sender.send(clientId),
      takeBack: ({ clientId, text }) => {
        sender.drop(clientId);
        this.#desk.draw();
        composer.giveBack(text);
      },
    };
  }

  /** @param {import("./types").Composed} composed */
  send(composed) {
    const { casework, sender } = this.#desk;
    if (casework.id === null) return;
    if (composed.mode === "memo") return void this.#remember(composed.text);
    sender.say(casework.id, composed);
  }

  /** @param {number} seq */
  async #redeliver(seq) {
    const { casework } = this.#desk;
    const { id } = casework;
    if (id === null) return;
    if (await this.#attempt(() => this.#means.api.retry(id, seq))) await casework.sync();
  }

  /**
   * Says, beeps and shows what is new; nothing of its content leaves the page.
   *
   * @param {ReturnType<typeof import("./board.js").newsBetween>} news
   */
  tell({ assigned, queued, spoken, missed }) {
    const { alerts, t } = this.#means;
    const { announcer, me, notice } = this.#desk;
    if (missed.length) notice.show(t("news_missed"));
    if (assigned.length) announcer.say(t("news_assigned"));
    if (assigned.length) alerts.alert(t("news_assigned"));
    else if (spoken.length) alerts.alert(t("news_spoken"));
    else if (queued.length && !me.away) alerts.alert(t("news_queued"));
  }

  /** @param {import("./shortcuts.js").Command} command */
  obey(command) {
    const { board, casework, composer, search, sidebar } = this.#desk;
    if (command === "help") return openHelp(this.#desk.root, this.#means.t);
    if (command === "next" || command === "previous") {
      const id = sidebar.neighbour(board, casework.id, command === "next" ? 1 : -1);
      return id === null ? undefined : this.#desk.show(id);
    }
    if (composer.node.hidden) return;
    if (command === "write") composer.focus();
    else if (command === "mode") composer.toggleMode();
    else if (command === "canned") composer.openCanned();
    else search.open();
  }

  /** @param {string} text */
  async #remember(text) {
    const { announcer, casework, composer } = this.#desk;
    const { id } = casework;
    const isKept = await this.#attempt(() => casework.remember(text));
    if (isKept) announcer.say(this.#means.t("memo_kept"));
    else if (id === casework.id) composer.giveBack(text);
  }

  async #transfer() {
    const { api, t } = this.#means;
    const { casework, root, me } = this.#desk;
    const { id } = casework;
    if (id === null) return;
    await this.#attempt(async () => {
      const experts = await api.experts();
      openTransfer({
        parent: root,
        t,
        me: me.id,
        experts,
        transfer: async (transfer) => {
          await api.transfer(id, transfer);
          await this.#refresh(id);
        },
      });
    });
  }

  #close() {
    const { api, t } = this.#means;
    const { casework, root } = this.#desk;
    const { id } = casework;
    if (id === null) return;
    openClosing({
      parent: root,
      t,
      close: async (closing) => {
        await api.close(id, closing);
        await this.#refresh(id);
      },
    });
  }

  async #takeOver() {
    const { api, t } = this.#means;
    const { casework, root } = this.#desk;
    const { id, row } = casework;
    if (id === null) return;
    const name = row?.assigned_to?.display_name ?? "";
    const words = { title: t("take_over_title"), yes: t("take_over_yes"), no: t("cancel") };
    const text = name ? t("take_over_text", { name }) : t("take_over_queued");
    if (!(await confirm(root, { ...words, text }))) return;
    if (await this.#attempt(() => api.takeOver(id))) await this.#refresh(id);
  }

  /** Shows what an act came to without waiting for the board. @param {number} id */
  async #refresh(id) {
    const { board, casework } = this.#desk;
    const page = await this.#means.api.open(id).catch(() => null);
    if (!page) return;
    if (casework.id === id) casework.follow(page.handoff);
    this.#desk.change({ rows: new Map([...board.rows, [id, page.handoff]]) });
    if (casework.id === id && !this.#desk.composer.node.hidden) this.#desk.composer.focus();
  }

  /** @param {() => Promise<unknown>} act @returns {Promise<boolean>} whether it worked; if not, the reason is shown */
  async #attempt(act) {
    this.#desk.notice.show("");
    try {
      await act();
      return true;
    } catch (error) {
      this.#desk.notice.show(asProblem(error).detail || this.#means.t("act_failed"));
      return false;
    }
  }
}
