// Cuts a text/event-stream into frames; pure, so that any chunking gives the same frames.

/** @typedef {{ event: string, id: string, data: string }} Frame */

/**
 * @param {(frame: Frame) => void} onFrame
 * @returns {(chunk: string) => void} feed it the text as it comes
 */
export function createFrameParser(onFrame) {
  let rest = "";
  /** @type {string[]} */
  const pending = [];
  return (chunk) => {
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) takeLine(line);
  };

  /** @param {string} line */
  function takeLine(line) {
    if (line) pending.push(line);
    else flush();
  }

  function flush() {
    const frame = toFrame(pending.splice(0));
    if (frame) onFrame(frame);
  }
}

/** @param {string[]} lines @returns {Frame | null} null for comments and frames without data */
function toFrame(lines) {
  const frame = { event: "message", id: "", data: "" };
  const data = [];
  for (const line of lines) {
    const [, field, value] = /^(event|id|data)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === "data") data.push(value ?? "");
    else if (field === "event" || field === "id") frame[field] = value ?? "";
  }
  return data.length ? { ...frame, data: data.join("\n") } : null;
}
