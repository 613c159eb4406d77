// One line under the header: how the conversation stands with people, and what to do about it.
// It is no live region itself: a place in the queue may move every few seconds, and would be read out each time.

import { button, el } from "./dom.js";
import { optionsOf } from "./parts/kinds.js";
import { dayWords, momentWords, timeWords } from "./time.js";

/** @typedef {import("./types").Standing} Standing */
/** @typedef {import("./types").State} State */
/** @typedef {import("./types").Status} Status */
/** @typedef {import("./types").Translate} Translate */

/** Nothing of the line is spoken within this time of the last. */
const QUIET = 30_000;
/** Changes among these are told by no message. */
const WAITING = new Set(["queue", "assigned"]);
/** The actions of buttons that lead to a person. */
const TO_PEOPLE = new Set(["person", "connect", "promise"]);
/** @type {Partial<Record<Standing["kind"], Standing["acts"]>>} */
const ACTS = { queue: ["leave"], assigned: ["end"], expert: ["end"], idle: ["stay", "end"] };

/**
 * @param {Translate} t
 * @param {(act: import("./types").StandingAct) => void} onAct
 * @param {(sentence: string) => void} say
 */
export function createStanding(t, onAct, say) {
  const line = el("p", { class: "standing__words", role: "status", "aria-live": "off" });
  const acts = el("div", { class: "standing__acts" });
  const node = el("section", { class: "standing", "aria-label": t("standing_label") }, line, acts);
  const speak = createSparingly(say);
  /** @type {Standing} */
  let shown = { kind: "bot", words: "", acts: [] };
  node.hidden = true;

  return {
    node,
    /** @param {State} state */
    update(state) {
      const before = shown;
      shown = standingOf(state, t);
      const { kind, words } = shown;
      if (before.words === words && before.kind === kind) return;
      line.textContent = words;
      node.hidden = !words;
      speak(WAITING.has(before.kind) && WAITING.has(kind) ? words : "");
      if (before.kind === kind) return;
      node.dataset.kind = kind;
      acts.replaceChildren(
        ...shown.acts.map((act) => button("button button--small", t(`standing_${act}`), () => onAct(act))),
      );
    },
  };
}

/**
 * Speaks at most once in a while: what came meanwhile is spoken then, if it still holds.
 *
 * @param {(sentence: string) => void} say
 * @returns {(sentence: string) => void} "" takes back what has not been spoken yet
 */
function createSparingly(say) {
  let next = "";
  let last = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return (sentence) => {
    next = sentence;
    timer ??= setTimeout(() => {
      timer = undefined;
      if (!next) return;
      say(next);
      last = Date.now();
    }, Math.max(0, last + QUIET - Date.now()));
  };
}

/** @param {State} state @param {Translate} t @returns {Standing} */
function standingOf(state, t) {
  const kind = kindOf(state);
  return { kind, words: wordsFor(kind, state.status, t), acts: ACTS[kind] ?? [] };
}

/** @param {State} state @returns {Standing["kind"]} */
function kindOf({ status, messages }) {
  if (status.owner === "bot") return isAboutPeople(messages) ? "closed" : "bot";
  if (status.owner !== "expert") return status.owner;
  if (!status.expert) return "assigned";
  return messages.at(-1)?.action === "idle_warning" ? "idle" : "expert";
}

/** Whether the last answer leads to a person, or is about one. @param {State["messages"]} messages */
function isAboutPeople(messages) {
  const last = messages.findLast(({ role }) => role !== "user");
  const offers = last?.parts.flatMap(optionsOf) ?? [];
  return last?.action === "offline_form" || offers.some(({ action }) => TO_PEOPLE.has(action));
}

/** @param {Standing["kind"]} kind @param {Status} status @param {Translate} t */
function wordsFor(kind, status, t) {
  if (kind === "bot") return "";
  if (kind === "closed") return closedWords(status, t);
  const { position: place, estimate_minutes: minutes, expert, promised_for: day, receipt } = status;
  const { display_name: name, qualification } = expert ?? {};
  const isShort = (kind === "queue" && !minutes) || (kind === "expert" && !qualification);
  const values = { place, minutes, name, qualification, receipt, day: day && dayWords(day, t) };
  return t(`standing_${kind}${isShort ? "_short" : ""}`, values);
}

/** Whether experts are there now, and until or from when. @param {import("./types").Hours} hours @param {Translate} t */
export function hoursWords(hours, t) {
  const { open, closes_at: closesAt, opens_at: opensAt, last_call: isLast } = hours;
  if (!open) return opensAt ? closedWords(hours, t) : t("hours_none");
  return t(isLast ? "hours_last" : "hours_until_time", { closing: closesAt && timeWords(closesAt, t) });
}

/** When experts are there again; "" while they are, or where nobody knows. @param {Pick<Status, "open" | "opens_at">} status @param {Translate} t */
export function closedWords({ open, opens_at: opensAt }, t) {
  return open || !opensAt ? "" : t("standing_closed", { opening: momentWords(opensAt, t) });
}
