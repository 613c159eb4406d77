// Starts the console on the page that loaded this script.

import { openTabStorage } from "../chat/storage.js";
import { createTexts } from "../chat/texts.js";
import { createApi } from "./api.js";
import { Console } from "./app.js";

/** How often, and how patiently, the sentences are asked for before giving up. */
const DELAYS = [0, 1_000, 3_000];

async function main() {
  const root = document.getElementById("console");
  if (!root) throw new Error("the page has no #console");
  const api = createApi("/api/v1/console", "/api/v1", () => page?.lose());
  const sentences = await loadTexts(api);
  /** @type {Console | null} */
  const page = sentences && new Console(root, { api, t: createTexts(sentences), tabStorage: openTabStorage() });
  if (page) await page.open();
  else apologise(root);
}

/** @param {import("./api.js").Api} api */
async function loadTexts(api) {
  for (const delay of DELAYS) {
    await new Promise((resolve) => setTimeout(resolve, delay));
    const sentences = await api.texts().catch(() => null);
    if (sentences) return sentences;
  }
  return null;
}

/** Without its sentences the page has one left: the one for browsers without scripts. @param {HTMLElement} root */
function apologise(root) {
  const sentence = document.createElement("p");
  sentence.className = "apology";
  sentence.setAttribute("role", "alert");
  sentence.textContent = root.querySelector("noscript")?.textContent?.trim() ?? "";
  root.replaceChildren(sentence);
}

void main();
