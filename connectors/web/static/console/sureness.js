// Says a probability in words and per cent.

const HIGH = 0.8;
const MIDDLE = 0.5;

/** @param {number} confidence 0 to 1 @param {import("./types").Translate} t */
export function sureness(confidence, t) {
  const level = confidence >= HIGH ? "high" : confidence >= MIDDLE ? "middle" : "low";
  return t(`sureness_${level}`, { percent: Math.round(confidence * 100) });
}
