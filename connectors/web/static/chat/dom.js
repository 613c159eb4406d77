// Builds elements by DOM calls only: no markup strings, no inline styles, so a strict CSP holds.

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | boolean | number | null | undefined>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  for (const child of children) if (child) node.append(child);
  return node;
}

/**
 * @param {Element} node
 * @param {string} name
 * @param {string | boolean | number | null | undefined} value false and null take it away
 */
export function setAttribute(node, name, value) {
  if (value === false || value === null || value === undefined) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "" : String(value));
}

/**
 * A plain button: never submits a form.
 *
 * @param {string} className
 * @param {string} label
 * @param {() => void} onClick
 */
export function button(className, label, onClick) {
  const node = el("button", { class: className, type: "button" }, label);
  node.addEventListener("click", onClick);
  return node;
}

let serial = 0;

/** @param {string} prefix */
export function uniqueId(prefix) {
  serial += 1;
  return `${prefix}-${serial}`;
}

/** Whether the main pointer is a finger: no hover, a keyboard that covers half the screen. */
export function isTouch() {
  return matchMedia("(pointer: coarse)").matches;
}
