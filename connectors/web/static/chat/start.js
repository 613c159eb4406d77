// The first thing a visitor sees: who answers, what not to write, and the ways to begin.

import { button, el } from "./dom.js";

const TOPICS = ["topic_1", "topic_2", "topic_3", "topic_4"];

/** @param {import("./types").StartMeans} means */
export function createStart({ t, isForgetful, onTopic, onPerson, onResume }) {
  const topics = el("div", { class: "start__topics" });
  const people = el(
    "div",
    { class: "start__people" },
    button("button button--small", t("person"), onPerson),
    button("button button--small", t("resume"), onResume),
  );
  const hours = el("p", { class: "start__hours" });
  const list = el("ul", { class: "chips", "aria-label": t("topics_heading") });
  for (const key of TOPICS) {
    list.append(el("li", {}, button("chip", t(key), () => onTopic(t(key)))));
  }
  topics.append(el("p", { class: "part__heading" }, t("topics_heading")), list, people, hours);
  const notice = el("p", { class: "start__notice" });
  notice.hidden = true;
  const node = el(
    "div",
    { class: "start" },
    el("p", { class: "start__title" }, t("greeting_title")),
    el("p", {}, t("greeting")),
    el("p", { class: "start__privacy" }, t("privacy")),
    isForgetful && el("p", { class: "start__notice" }, t("storage_blocked")),
    notice,
    topics,
  );
  return {
    node,
    /** @param {boolean} isBegun */
    update: (isBegun) => void (topics.hidden = isBegun),
    /** When people are there, "" where nobody knows. @param {string} sentence */
    tell: (sentence) => void (hours.textContent = sentence),
    /** @param {string} sentence */
    notify(sentence) {
      notice.textContent = sentence;
      notice.hidden = !sentence;
    },
  };
}
