// Offers questions while the visitor types: a list above the field, never in the way.
// The field is a textarea, whose only allowed role is textbox; so the list is tied to it by
// aria-autocomplete, aria-controls and aria-activedescendant, without role=combobox.

import { el, setAttribute, uniqueId } from "./dom.js";
import { createDebounce } from "./timer.js";

/** @typedef {import("./types").Suggestion} Suggestion */

const SHORTEST = 2;
const LONGEST = 100;
const MOST = 5;
const DEBOUNCE = 200;

export class Suggest {
  #means;
  #field;
  #id = uniqueId("suggest");
  #debounce = createDebounce(DEBOUNCE);
  /** The question under way; an answer to an older one is dropped. */
  #asking = new AbortController();
  /** @type {Suggestion[]} */
  #shown = [];
  #active = -1;

  /** @param {import("./types").SuggestMeans} means */
  constructor(means) {
    this.#means = means;
    this.#field = means.field;
    const label = means.t("suggest_label");
    this.node = el("ul", { class: "suggest", id: this.#id, role: "listbox", "aria-label": label });
    this.node.hidden = true;
    this.#connect();
  }

  #connect() {
    setAttribute(this.#field, "aria-autocomplete", "list");
    setAttribute(this.#field, "aria-haspopup", "listbox");
    this.#field.addEventListener("blur", () => this.close());
    // Pressing an option must not take the focus, and the keyboard, away from the field.
    this.node.addEventListener("pointerdown", (event) => event.preventDefault());
    this.node.addEventListener("mousedown", (event) => event.preventDefault());
    this.node.addEventListener("click", ({ target }) => this.#pick(this.#indexOf(target)));
  }

  close() {
    this.#debounce.cancel();
    this.#asking.abort();
    this.#show([]);
  }

  /** @param {string} text what stands in the field */
  ask(text) {
    const query = text.trim();
    const isQuestion = query.length >= SHORTEST && query.length <= LONGEST && !query.includes("\n");
    if (!isQuestion) return this.close();
    this.#asking.abort();
    this.#debounce.call(() => void this.#load(query));
  }

  /**
   * @param {string} key a key pressed without modifiers, outside of any composition
   * @returns {boolean} whether the list took it
   */
  take(key) {
    if (this.node.hidden) return false;
    if (key === "ArrowDown") this.#move(1);
    else if (key === "ArrowUp") this.#move(-1);
    else if (key === "Escape") this.close();
    else if (key === "Enter" && this.#active >= 0) this.#pick(this.#active);
    else return false;
    return true;
  }

  /** @param {string} query */
  async #load(query) {
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const found = await this.#means.fetch(query, signal).catch(() => []);
    const isWanted = !signal.aborted && document.activeElement === this.#field;
    if (isWanted) this.#show(found.slice(0, MOST));
  }

  /** @param {Suggestion[]} suggestions */
  #show(suggestions) {
    const count = suggestions.length;
    const isNews = count > 0 && count !== this.#shown.length;
    this.#shown = suggestions;
    this.node.replaceChildren(...suggestions.map((suggestion, index) => this.#option(suggestion, index)));
    this.node.hidden = !count;
    setAttribute(this.#field, "aria-controls", count ? this.#id : null);
    this.#activate(-1);
    if (isNews) this.#means.say(this.#means.t("suggest_count", { count }));
  }

  /** @param {Suggestion} suggestion @param {number} index */
  #option({ question }, index) {
    const id = `${this.#id}-${index}`;
    return el("li", { class: "suggest__option", role: "option", id }, question);
  }

  /** @param {number} step */
  #move(step) {
    const places = this.#shown.length + 1; // the field itself is one of them
    this.#activate(((this.#active + 1 + step + places) % places) - 1);
  }

  /** @param {number} index */
  #activate(index) {
    this.#active = index;
    const options = [...this.node.children];
    options.forEach((node, at) => setAttribute(node, "aria-selected", String(at === index)));
    setAttribute(this.#field, "aria-activedescendant", index < 0 ? null : `${this.#id}-${index}`);
    options[index]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} index */
  #pick(index) {
    const suggestion = this.#shown[index];
    if (!suggestion) return;
    this.close();
    this.#means.onPick(suggestion);
  }

  /** @param {EventTarget | null} target */
  #indexOf(target) {
    const within = /** @type {Node | null} */ (target);
    return [...this.node.children].findIndex((node) => node.contains(within));
  }
}
