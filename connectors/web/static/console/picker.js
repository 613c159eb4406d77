// Canned replies beside the field: opened by "/" or a button, picked with the keys, put in at the cursor.

import { el, setAttribute, uniqueId } from "../chat/dom.js";

/** @typedef {import("./types").Canned} Canned */

/** A slash at the beginning of a word, half or full width, and what was typed after it. */
const SLASH = /(?:^|[\s\u3000\u3002\u3001])([/\uff0f]([^\s/\uff0f]{0,20}))$/;

/**
 * @typedef {object} PickerMeans
 * @property {HTMLTextAreaElement} field
 * @property {import("./types").Translate} t
 * @property {() => readonly Canned[]} canned
 * @property {(text: string, replaced: number) => void} insert at the cursor, instead of so many characters before it
 * @property {(sentence: string) => void} say
 */

export class Picker {
  #means;
  #id = uniqueId("canned");
  /** @type {Canned[]} */
  #shown = [];
  #active = 0;
  /** How many characters before the cursor the choice replaces. */
  #replaced = 0;

  /** @param {PickerMeans} means */
  constructor(means) {
    this.#means = means;
    const label = means.t("canned_label");
    this.node = el("ul", { class: "suggest", id: this.#id, role: "listbox", "aria-label": label });
    this.node.hidden = true;
    // Pressing an option must not take the focus away from the field.
    this.node.addEventListener("pointerdown", (event) => event.preventDefault());
    this.node.addEventListener("mousedown", (event) => event.preventDefault());
    this.node.addEventListener("click", ({ target }) => this.#pick(this.#indexOf(target)));
    means.field.addEventListener("blur", () => this.close());
  }

  get isOpen() {
    return !this.node.hidden;
  }

  close() {
    this.#show([]);
  }

  /** By the button: everything, replacing nothing. */
  openAll() {
    this.#replaced = 0;
    this.#show([...this.#means.canned()]);
    if (!this.isOpen) this.#means.say(this.#means.t("canned_none"));
  }

  /** The text changed: opens after a slash, closes when it is gone. */
  follow() {
    const { value, selectionStart } = this.#means.field;
    const match = SLASH.exec(value.slice(0, selectionStart));
    if (!match) return this.close();
    this.#replaced = match[1]?.length ?? 0;
    const query = (match[2] ?? "").normalize("NFKC").toLowerCase();
    this.#show(this.#means.canned().filter((one) => fits(one, query)));
  }

  /** @param {string} key pressed without modifiers, outside of any composition @returns {boolean} whether the list took it */
  take(key) {
    if (!this.isOpen) return false;
    if (key === "ArrowDown") this.#activate(this.#active + 1);
    else if (key === "ArrowUp") this.#activate(this.#active - 1);
    else if (key === "Escape") this.close();
    else if (key === "Enter" || key === "Tab") this.#pick(this.#active);
    else return false;
    return true;
  }

  /** @param {Canned[]} canned */
  #show(canned) {
    const { field, t, say } = this.#means;
    const isNews = canned.length > 0 && !this.isOpen;
    this.#shown = canned;
    this.node.replaceChildren(...canned.map((one, index) => this.#option(one, index)));
    this.node.hidden = !canned.length;
    setAttribute(field, "aria-controls", canned.length ? this.#id : null);
    this.#activate(0);
    if (isNews) say(t("canned_count", { count: canned.length }));
  }

  /** @param {Canned} canned @param {number} index */
  #option({ shortcut, text }, index) {
    return el(
      "li",
      { class: "suggest__option", role: "option", id: `${this.#id}-${index}` },
      el("span", { class: "canned__shortcut" }, `/${shortcut}`),
      el("span", { class: "canned__text" }, text),
    );
  }

  /** @param {number} index */
  #activate(index) {
    const options = [...this.node.children];
    this.#active = options.length ? (index + options.length) % options.length : -1;
    options.forEach((node, at) => setAttribute(node, "aria-selected", String(at === this.#active)));
    const active = this.#active < 0 ? null : `${this.#id}-${this.#active}`;
    setAttribute(this.#means.field, "aria-activedescendant", active);
    options[this.#active]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} index */
  #pick(index) {
    const chosen = this.#shown[index];
    if (!chosen) return;
    const replaced = this.#replaced;
    this.close();
    this.#means.insert(chosen.text, replaced);
  }

  /** @param {EventTarget | null} target */
  #indexOf(target) {
    const within = /** @type {Node | null} */ (target);
    return [...this.node.children].findIndex((node) => node.contains(within));
  }
}

/** @param {Canned} canned @param {string} query */
function fits({ shortcut, text }, query) {
  return shortcut.toLowerCase().startsWith(query) || text.toLowerCase().includes(query);
}
