// Tells an Enter that means "send" from one that confirms kanji.
// Chrome and Firefox mark the confirming Enter with isComposing; Safari ends the composition first
// and then sends a keydown with keyCode 229 (WebKit bug 165004).

/**
 * @param {HTMLElement} field
 * @returns {{ isComposing: () => boolean, isPlainKey: (event: KeyboardEvent) => boolean }}
 */
export function watchComposition(field) {
  let composing = false;
  field.addEventListener("compositionstart", () => (composing = true));
  field.addEventListener("compositionend", () => (composing = false));
  return {
    isComposing: () => composing,
    isPlainKey: (event) =>
      !composing && !event.isComposing && event.keyCode !== 229 && !hasModifier(event),
  };
}

/** @param {KeyboardEvent} event */
function hasModifier({ shiftKey, ctrlKey, altKey, metaKey }) {
  return shiftKey || ctrlKey || altKey || metaKey;
}
