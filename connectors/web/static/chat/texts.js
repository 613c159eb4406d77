// Looks up the page's sentences by key and fills their {holes}; knows no sentence itself.

/**
 * @param {Record<string, string>} sentences
 * @returns {import("./types").Translate}
 */
export function createTexts(sentences) {
  return (key, values = {}) => {
    const sentence = sentences[key] ?? key;
    return sentence.replace(/\{(\w+)\}/g, (hole, name) => String(values[name] ?? hole));
  };
}

/**
 * Who speaks: an expert by name, everybody else by what they are.
 * @param {{ role: import("./types").Role, author: string | null }} speaker
 * @param {import("./types").Translate} t
 * @returns {string}
 */
export function nameOf({ role, author }, t) {
  const sender = t(`sender_${role}`);
  return author ? t("sender_named", { sender, name: author }) : sender;
}
