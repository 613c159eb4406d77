// The keys of the console: always with Ctrl or Alt, so that no single key does anything (WCAG 2.1.4).

import { el } from "../chat/dom.js";
import { openDialog } from "./dialog.js";

/** @typedef {"next" | "previous" | "write" | "mode" | "canned" | "search" | "help"} Command */

/** By `code`, because Alt with a letter writes other characters on some keyboards. @type {Record<string, Command>} */
const WITH_ALT = {
  KeyJ: "next",
  KeyK: "previous",
  KeyI: "write",
  KeyM: "mode",
  KeyC: "canned",
  KeyQ: "search",
};

/** What the help lists: the keys and what they do. */
const LISTED = [
  ["Alt+J", "next"],
  ["Alt+K", "previous"],
  ["Alt+I", "write"],
  ["Alt+M", "mode"],
  ["Alt+C", "canned"],
  ["Alt+Q", "search"],
  ["Ctrl+Enter", "send"],
  ["Ctrl+/", "help"],
];

/** @param {KeyboardEvent} event @returns {Command | null} */
export function commandOf({ code, ctrlKey, altKey, shiftKey, metaKey, isComposing }) {
  if (isComposing || shiftKey || metaKey) return null;
  if (altKey && !ctrlKey) return WITH_ALT[code] ?? null;
  return ctrlKey && !altKey && code === "Slash" ? "help" : null;
}

/** @param {HTMLElement} parent @param {import("./types").Translate} t */
export function openHelp(parent, t) {
  const rows = LISTED.map(([keys, name]) =>
    el("div", { class: "keys__row" }, el("dt", {}, el("kbd", {}, keys)), el("dd", {}, t(`key_${name}`))),
  );
  openDialog(
    parent,
    { title: t("help_title"), close: t("close") },
    el("dl", { class: "keys" }, ...rows),
    el("p", { class: "panel__quiet" }, t("help_canned")),
  );
}
