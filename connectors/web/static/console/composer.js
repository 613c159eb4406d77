// Where the expert writes: a reply to the user or a memo for colleagues, with quote, canned text and Q&A.

import { watchComposition } from "../chat/ime.js";
import { buildField } from "./field.js";
import { Picker } from "./picker.js";

/** @typedef {import("./types").Draft} Draft */
/** @typedef {import("./types").Mode} Mode */

/** Characters, as the server counts them. */
const LIMIT = 2_000;
/** The user is told at most this often that somebody writes. */
const TYPING_EVERY = 3_000;

/**
 * @typedef {object} ComposerMeans
 * @property {import("./types").Translate} t
 * @property {() => boolean} enterSends
 * @property {() => readonly import("./types").Canned[]} canned
 * @property {(composed: import("./types").Composed) => void} onSend
 * @property {(draft: Draft) => void} onDraft
 * @property {(sentence: string) => void} onRefused
 * @property {() => void} onTyping
 * @property {() => void} onSearch
 * @property {(sentence: string) => void} say
 */

export class Composer {
  #means;
  #parts;
  #field;
  #composition;
  #picker;
  /** @type {Mode} */
  #mode = "reply";
  /** @type {{ seq: number, text: string } | null} */
  #quote = null;
  /** @type {{ id: string, question: string } | null} */
  #entry = null;
  #toldTyping = 0;

  /** @param {ComposerMeans} means */
  constructor(means) {
    const { t, canned, say } = means;
    this.#means = means;
    this.#parts = buildField(t, {
      mode: (mode) => this.#setMode(mode, true),
      canned: () => this.openCanned(),
      search: means.onSearch,
    });
    this.node = this.#parts.node;
    this.#field = this.#parts.field;
    this.#composition = watchComposition(this.#field);
    const insert = (/** @type {string} */ text, /** @type {number} */ replaced) => this.#insert(text, replaced);
    this.#picker = new Picker({ field: this.#field, t, canned, insert, say });
    this.node.prepend(this.#picker.node);
    this.#connect();
    this.#attach();
  }

  #connect() {
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#field.addEventListener("keydown", (event) => this.#takeKey(event));
    this.#field.addEventListener("input", () => this.#composition.isComposing() || this.#changed());
    this.#field.addEventListener("compositionend", () => queueMicrotask(() => this.#changed()));
  }

  focus() {
    this.#field.focus();
  }

  /** Another conversation is open: what was being written there. @param {Draft} draft */
  load({ text, mode }) {
    this.#quote = null;
    this.#entry = null;
    this.#field.value = text;
    this.#picker.close();
    this.#setMode(mode, false);
  }

  /** Says what Enter does, also after it was changed in the preferences. */
  explain() {
    const sends = this.#means.enterSends();
    this.#parts.hint.textContent = this.#means.t(sends ? "hint_enter_sends" : "hint_ctrl_enter_sends");
  }

  toggleMode() {
    this.#setMode(this.#mode === "reply" ? "memo" : "reply", true);
  }

  openCanned() {
    this.focus();
    this.#picker.openAll();
  }

  /** @param {number} seq @param {string} text */
  quote(seq, text) {
    this.#quote = { seq, text };
    this.#setMode("reply", true);
    this.focus();
  }

  /** A curated answer goes into the reply. @param {import("./types").Found} found */
  insertEntry({ entry_id: id, question, answer }) {
    this.#entry = { id, question };
    if (this.#mode !== "reply") this.#setMode("reply", true);
    this.#insert(answer, 0);
    this.#attach();
  }

  /** Gives words back to be changed, before whatever was begun meanwhile. @param {string} text */
  giveBack(text) {
    this.#field.value = [text, this.#field.value].filter(Boolean).join("\n");
    this.#changed();
    this.focus();
  }

  /** @param {KeyboardEvent} event */
  #takeKey(event) {
    const isSettled = !this.#composition.isComposing() && !event.isComposing && event.keyCode !== 229;
    if (!isSettled) return;
    const isPlain = this.#composition.isPlainKey(event);
    const isCtrlEnter = event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
    if (isPlain && this.#picker.take(event.key)) event.preventDefault();
    else if (isCtrlEnter || (isPlain && event.key === "Enter" && this.#means.enterSends())) {
      event.preventDefault();
      this.#submit();
    }
  }

  #submit() {
    const text = this.#field.value.trim();
    this.#picker.close();
    const length = [...text].length;
    if (length > LIMIT) this.#means.onRefused(this.#means.t("too_long", { length, limit: LIMIT }));
    if (!text || length > LIMIT) return this.focus();
    const isReply = this.#mode === "reply";
    const composed = {
      text,
      mode: this.#mode,
      quotesSeq: isReply ? (this.#quote?.seq ?? null) : null,
      entryId: isReply ? (this.#entry?.id ?? null) : null,
    };
    this.#field.value = "";
    this.#quote = null;
    this.#entry = null;
    this.#attach();
    this.#save();
    this.#means.onSend(composed);
    this.focus();
  }

  /** Puts text in at the cursor; what is there stays. @param {string} text @param {number} replaced */
  #insert(text, replaced) {
    const { selectionStart, selectionEnd } = this.#field;
    this.#field.setRangeText(text, selectionStart - replaced, selectionEnd, "end");
    this.focus();
    this.#changed();
  }

  #changed() {
    const { value } = this.#field;
    this.#picker.follow();
    if (!value.trim() && this.#entry) this.#dropEntry();
    this.#save();
    const isNews = this.#mode === "reply" && value && Date.now() - this.#toldTyping > TYPING_EVERY;
    if (!isNews) return;
    this.#toldTyping = Date.now();
    this.#means.onTyping();
  }

  #save() {
    this.#means.onDraft({ text: this.#field.value, mode: this.#mode });
  }

  /** @param {Mode} mode @param {boolean} isChange made by the expert */
  #setMode(mode, isChange) {
    const { t } = this.#means;
    this.#mode = mode;
    this.#parts.modes.show(mode);
    this.node.classList.toggle("is-memo", mode === "memo");
    this.#parts.label.textContent = t(`field_${mode}`);
    this.#field.placeholder = t(`placeholder_${mode}`);
    this.#parts.send.textContent = t(`send_${mode}`);
    this.#attach();
    this.explain();
    if (isChange) this.#save();
  }

  #attach() {
    const { t } = this.#means;
    const isReply = this.#mode === "reply";
    const { quote, entry } = this.#parts;
    quote.show(isReply && this.#quote ? t("quoting", { text: this.#quote.text }) : "", () => this.#dropQuote());
    entry.show(isReply && this.#entry ? t("from_entry", { question: this.#entry.question }) : "", () => {
      this.#dropEntry();
      this.focus();
    });
  }

  #dropQuote() {
    this.#quote = null;
    this.#attach();
    this.focus();
  }

  #dropEntry() {
    this.#entry = null;
    this.#attach();
  }
}
