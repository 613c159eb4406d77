// Starts the chat on the page that loaded this script.

import { createApi } from "./api.js";
import { Chat } from "./app.js";
import { openStorage, openTabStorage } from "./storage.js";
import { createTexts } from "./texts.js";

/** How often, and how patiently, the sentences are asked for before giving up. */
const DELAYS = [0, 1_000, 3_000];

async function main() {
  const root = document.getElementById("chat");
  if (!root) throw new Error("the page has no #chat");
  const api = createApi("/api/v1");
  const sentences = await loadTexts(api);
  if (!sentences) return apologise(root);
  const stores = { storage: openStorage(), tabStorage: openTabStorage() };
  new Chat(root, { api, t: createTexts(sentences), ...stores }).open();
}

/** @param {import("./types").Api} api */
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
