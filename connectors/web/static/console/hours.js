// When experts are there; a supervisor can stop the reception at once.

import { el } from "../chat/dom.js";
import { clockTime } from "../chat/time.js";
import { dateLabel, momentLabel } from "./dates.js";
import { createForm, labelled } from "./form.js";

/** @typedef {import("./types").Hours} Hours */
/** @typedef {import("./types").Translate} Translate */

/**
 * @param {Translate} t
 * @param {(closed: boolean, note: string) => Promise<unknown>} closeNow
 */
export function createHours(t, closeNow) {
  const body = el("div");
  const node = el("section", { class: "panel" }, el("h2", {}, t("hours_title")), body);
  let drawn = "";

  return {
    node,
    /** @param {Hours | null} hours @param {boolean} mayClose */
    update(hours, mayClose) {
      const signature = JSON.stringify([hours, mayClose]);
      if (signature === drawn) return;
      drawn = signature;
      node.hidden = !hours;
      if (!hours) return;
      const special = hours.days.filter(({ words }) => words);
      body.replaceChildren(
        el("p", { class: "hours__state" }, t(stateOf(hours))),
        el("p", {}, nextChange(hours, t)),
        el("p", {}, hours.text),
        el("ul", { class: "panel__list" }, ...special.map((day) => el("li", {}, dayWords(day, t)))),
        mayClose ? switchOf(hours, t, closeNow) : "",
      );
    },
  };
}

/** @param {Hours} hours */
function stateOf({ open, closed_now: isClosedNow, last_call: isLastCall }) {
  if (isClosedNow) return "hours_closed_now";
  if (!open) return "hours_closed";
  return isLastCall ? "hours_last_call" : "hours_open";
}

/** @param {Hours} hours @param {Translate} t */
function nextChange({ open, opens_at: opens, closes_at: closes }, t) {
  if (open && closes) return t("hours_until", { time: clockTime(closes).replace(/^00:00$/, "24:00") });
  return !open && opens ? t("hours_next", { moment: momentLabel(opens, t) }) : "";
}

/** @param {Hours["days"][number]} day @param {Translate} t */
function dayWords({ date, words, intervals }, t) {
  const open = intervals.map(([start, end]) => t("hours_interval", { start: start.slice(0, 5), end: end.slice(0, 5) }));
  return t("hours_day", { day: dateLabel(date, t), words, times: open.join("、") || t("hours_day_off") });
}

/** @param {Hours} hours @param {Translate} t @param {(closed: boolean, note: string) => Promise<unknown>} closeNow */
function switchOf({ closed_now: isClosedNow }, t, closeNow) {
  const note = el("input", { class: "input", maxlength: 100 });
  const failed = el("p", { class: "dialog__error", role: "alert" });
  return createForm(
    t(isClosedNow ? "hours_reopen" : "hours_close_now"),
    {
      submit: () => closeNow(!isClosedNow, note.value.trim()),
      onFailed: ({ detail }) => void (failed.textContent = detail || t("act_failed")),
    },
    failed,
    isClosedNow ? null : labelled(t("hours_note"), note),
  );
}
