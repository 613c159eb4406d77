// Looks up the Q&A while the conversation stays in sight; one key or one click puts an answer into the reply.

import { button, el, setAttribute, uniqueId } from "../chat/dom.js";
import { watchComposition } from "../chat/ime.js";
import { sources } from "../chat/parts/sources.js";
import { createDebounce } from "../chat/timer.js";
import { sureness } from "./sureness.js";

/** @typedef {import("./types").Found} Found */
/** @typedef {import("./types").Translate} Translate */

const DEBOUNCE = 300;

/**
 * @param {object} means
 * @param {Translate} means.t
 * @param {(query: string, signal: AbortSignal) => Promise<Found[]>} means.search
 * @param {(found: Found) => void} means.insert
 * @param {() => void} means.onClose
 */
export function createSearch({ t, search, insert, onClose }) {
  const debounce = createDebounce(DEBOUNCE);
  /** The question under way; an answer to an older one is dropped. */
  let asking = new AbortController();
  /** @type {Found[]} */
  let shown = [];
  const input = el("input", { class: "input", type: "search", id: uniqueId("search"), autocomplete: "off" });
  const status = el("p", { class: "search__status", role: "status" });
  const list = el("ol", { class: "search__list" });
  const node = el(
    "section",
    { class: "search", "aria-label": t("search_title") },
    el(
      "div",
      { class: "search__row" },
      el("label", { for: input.id }, t("search_title")),
      input,
      button("button button--small", t("close_panel"), close),
    ),
    status,
    list,
  );
  node.hidden = true;
  const composition = watchComposition(input);
  input.addEventListener("input", () => composition.isComposing() || ask());
  input.addEventListener("compositionend", () => queueMicrotask(ask));
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) close();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !composition.isPlainKey(event)) return;
    event.preventDefault();
    const [first] = shown;
    if (first) take(first);
  });

  function ask() {
    const query = input.value.trim();
    asking.abort();
    if (!query) return show([], "");
    debounce.call(() => void load(query));
  }

  /** @param {string} query */
  async function load(query) {
    asking = new AbortController();
    const { signal } = asking;
    const found = await search(query, signal).catch(() => null);
    if (signal.aborted) return;
    const count = found?.length ?? 0;
    const words = found ? (count ? t("search_count", { count }) : t("search_none")) : t("search_failed");
    show(found ?? [], words);
  }

  /** @param {Found[]} found @param {string} words */
  function show(found, words) {
    shown = found;
    status.textContent = words;
    list.replaceChildren(...found.map((one) => resultOf(one, t, take)));
  }

  /** @param {Found} found */
  function take(found) {
    close();
    insert(found);
  }

  function close() {
    asking.abort();
    debounce.cancel();
    node.hidden = true;
    onClose();
  }

  return {
    node,
    open() {
      node.hidden = false;
      input.focus();
      input.select();
    },
    /** Another conversation is open. */
    reset() {
      asking.abort();
      debounce.cancel();
      node.hidden = true;
      input.value = "";
      show([], "");
    },
  };
}

/** @param {Found} found @param {Translate} t @param {(found: Found) => void} take */
function resultOf(found, t, take) {
  const insert = button("button button--small", t("insert"), () => take(found));
  setAttribute(insert, "aria-label", t("insert_entry", { question: found.question }));
  return el(
    "li",
    { class: "found" },
    el("div", { class: "found__head" }, el("p", { class: "found__question" }, found.question), insert),
    el("p", { class: "found__sureness" }, sureness(found.confidence, t)),
    el("p", { class: "found__answer" }, found.answer),
    found.sources.length > 0 && sources({ type: "sources", items: found.sources }, { t, chosen: "", choose: () => {} }),
  );
}
