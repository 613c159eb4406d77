// Shows moments as Japanese clocks and calendars do, wherever the device thinks it is.

const ZONE = "Asia/Tokyo";
const day = new Intl.DateTimeFormat("ja-JP", {
  timeZone: ZONE,
  year: "numeric",
  month: "numeric",
  day: "numeric",
  weekday: "short",
});
const clock = new Intl.DateTimeFormat("ja-JP", {
  timeZone: ZONE,
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

/**
 * @param {Intl.DateTimeFormat} format
 * @param {string} at
 * @returns {Record<string, string>}
 */
function partsOf(format, at) {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return {};
  return Object.fromEntries(format.formatToParts(moment).map((part) => [part.type, part.value]));
}

/** @param {string} at ISO 8601 @returns {string} like 2026-11-21, "" for what is no moment */
export function dayKey(at) {
  const { year, month = "", day: date = "" } = partsOf(day, at);
  return year ? `${year}-${month.padStart(2, "0")}-${date.padStart(2, "0")}` : "";
}

/** @param {string} at ISO 8601 @returns {string} like 08:30 */
export function clockTime(at) {
  const { hour, minute } = partsOf(clock, at);
  return hour ? `${hour}:${minute}` : "";
}

/**
 * @param {string} at ISO 8601
 * @param {import("./types").Translate} t
 */
export function dayLabel(at, t) {
  const { month = "", day: date = "", weekday = "" } = partsOf(day, at);
  return t("date_separator", { month, day: date, weekday });
}

/** @param {string} at ISO 8601 @param {import("./types").Translate} t @returns {string} like 11月24日(火) */
export function dayWords(at, t) {
  return t("day_words", partsOf(day, at));
}

/** @param {string} at ISO 8601 @param {import("./types").Translate} t @returns {string} like 11月24日(火)9時 */
export function momentWords(at, t) {
  return dayWords(at, t) + timeWords(at, t);
}

/** @param {string} at ISO 8601 @param {import("./types").Translate} t @returns {string} like 17時 */
export function timeWords(at, t) {
  const { hour = "", minute = "" } = partsOf(clock, at);
  return t(minute === "00" ? "hour_words" : "clock_words", { hour: Number(hour), minute });
}

/**
 * @param {string | null | undefined} asOf like 2025-04 or 2025
 * @param {import("./types").Translate} t
 * @returns {string} "" when nothing is known
 */
export function asOfLabel(asOf, t) {
  const [, year, month] = /^(\d{4})(?:-(\d{2}))?/.exec(asOf ?? "") ?? [];
  if (!year) return "";
  if (!month) return t("as_of_year", { year });
  return t("as_of_month", { year, month: Number(month) });
}
