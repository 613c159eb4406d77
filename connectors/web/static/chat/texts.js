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
