// The field where the visitor writes: Enter rules, limit, kept draft, suggestions.

import { setAttribute } from "./dom.js";
import { buildField, fit } from "./field.js";
import { watchComposition } from "./ime.js";
import { Suggest } from "./suggest.js";

/** @typedef {import("./types").Suggestion} Suggestion */

const LIMIT = 2_000;
const COUNT_FROM = 1_800;
const DRAFT = "draft";

export class Composer {
  #means;
  #parts;
  #field;
  #composition;
  #suggest;

  /** @param {import("./types").ComposerMeans} means */
  constructor(means) {
    const { t, drafts, suggest, say } = means;
    this.#means = means;
    this.#parts = buildField(t);
    this.node = this.#parts.form;
    this.#field = this.#parts.field;
    this.#composition = watchComposition(this.#field);
    const onPick = (/** @type {Suggestion} */ suggestion) => this.#takeSuggestion(suggestion);
    this.#suggest = new Suggest({ field: this.#field, t, fetch: suggest, say, onPick });
    this.node.prepend(this.#suggest.node);
    this.#connect();
    this.explain();
    this.#write(drafts.get(DRAFT) ?? "");
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

  /** Says under the field what Enter does, also after it was changed in the menu. */
  explain() {
    const sends = this.#means.enterSends();
    this.#parts.hint.textContent = this.#means.t(sends ? "hint_enter_sends" : "hint_button_sends");
    this.#field.enterKeyHint = sends ? "send" : "enter";
  }

  /**
   * Gives words back to be changed, before whatever was begun meanwhile.
   *
   * @param {string} text
   * @param {string} [reason]
   */
  giveBack(text, reason) {
    this.#write([text, this.#field.value].filter(Boolean).join("\n"));
    if (reason) this.#refuse(reason);
    else this.focus();
  }

  /** @param {KeyboardEvent} event */
  #takeKey(event) {
    if (!this.#composition.isPlainKey(event)) return;
    const isSend = event.key === "Enter" && this.#means.enterSends();
    if (this.#suggest.take(event.key)) event.preventDefault();
    else if (isSend) {
      event.preventDefault();
      this.#submit();
    }
  }

  #submit() {
    const text = this.#field.value.trim();
    this.#suggest.close();
    if (!text) return this.focus();
    const length = lengthOf(text);
    if (length > LIMIT) return this.#refuse(this.#means.t("too_long", measures(length)));
    this.#write("");
    this.#means.onSend(text);
  }

  /** @param {Suggestion} suggestion */
  #takeSuggestion(suggestion) {
    this.#write("");
    this.#means.onSuggestion(suggestion);
  }

  #changed() {
    if (this.#field.value) this.#means.onWriting();
    this.#suggest.ask(this.#field.value);
    this.#settle();
  }

  /** @param {string} text */
  #write(text) {
    this.#field.value = text;
    this.#settle();
  }

  #settle() {
    const { value } = this.#field;
    const length = lengthOf(value);
    this.#means.drafts.set(DRAFT, value);
    this.#count(length);
    if (length <= LIMIT) this.#showError("");
    fit(this.#field);
  }

  /** @param {number} length */
  #count(length) {
    const { counter } = this.#parts;
    counter.textContent = length > COUNT_FROM ? this.#means.t("counter", measures(length)) : "";
    counter.classList.toggle("is-over", length > LIMIT);
  }

  /** @param {string} sentence */
  #showError(sentence) {
    const { error } = this.#parts;
    if (error.textContent === sentence) return;
    error.textContent = sentence;
    error.hidden = !sentence;
    setAttribute(this.#field, "aria-invalid", sentence ? "true" : null);
  }

  /** @param {string} sentence */
  #refuse(sentence) {
    this.#showError(sentence);
    this.#means.say(sentence);
    this.focus();
  }
}

/** Characters as people, and the server, count them. @param {string} text */
function lengthOf(text) {
  return [...text].length;
}

/** @param {number} length */
function measures(length) {
  return { length: length.toLocaleString("ja-JP"), limit: LIMIT.toLocaleString("ja-JP") };
}
