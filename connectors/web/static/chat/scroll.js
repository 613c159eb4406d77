// Decides when the transcript scrolls: it follows its end only while the reader is there.

import { button } from "./dom.js";

const NEAR = 80;
const MARGIN = 12;

/**
 * @param {HTMLElement} log
 * @param {import("./types").Translate} t
 */
export function createScroller(log, t) {
  const news = button("news", t("new_messages"), () => {
    toEnd();
    log.focus({ preventScroll: true });
  });
  let wasNear = false;
  let isBegun = false;
  news.hidden = true;
  log.addEventListener("scroll", () => {
    wasNear = isNearEnd();
    if (wasNear) news.hidden = true;
  });
  // A keyboard that opens, or a field that grows, must not push the end out of sight.
  new ResizeObserver(() => wasNear && toEnd()).observe(log);

  function isNearEnd() {
    return log.scrollHeight - log.clientHeight - log.scrollTop <= NEAR;
  }

  function toEnd() {
    log.scrollTop = log.scrollHeight;
  }

  /** To the end, but never past the top of what is to be read. @param {Element | null} from */
  function reveal(from) {
    const end = log.scrollHeight - log.clientHeight;
    const top = from ? topOf(from) - MARGIN : end;
    log.scrollTop = Math.min(end, top);
    wasNear = isNearEnd();
  }

  /** @param {Element} node */
  function topOf(node) {
    return node.getBoundingClientRect().top - log.getBoundingClientRect().top + log.scrollTop;
  }

  return {
    button: news,
    toEnd,
    /** A new talk is read from its top. */
    toStart() {
      isBegun = false;
      log.scrollTop = 0;
    },
    /** Makes a change to the log; a reader at its end stays at its end. @param {() => void} change */
    follow(change) {
      const near = isNearEnd();
      change();
      if (near) toEnd();
    },
    /**
     * Makes a change that adds messages.
     *
     * @param {() => Element | null} change returns where reading should begin
     * @param {boolean} isOwn the visitor did this and wants to see it
     */
    arrive(change, isOwn) {
      const near = isNearEnd();
      const from = change();
      isBegun ||= Boolean(from);
      if (!isBegun) return;
      if (near || isOwn) reveal(from);
      else if (from) news.hidden = false;
    },
  };
}
