// Under the promise of an answer: where to mail it, too, if the visitor likes; and the way to take that back.

import { button, el, setAttribute, uniqueId } from "../dom.js";
import { watchComposition } from "../ime.js";
import { asProblem } from "../problem.js";

/** @typedef {import("../types").Translate} Translate */

/** @param {import("../types").MailMeans} means */
export function createMail({ t, onKeep, onDrop, onGone, say }) {
  const form = createForm(t, async (address) => {
    await onKeep(address);
    kept.focus();
  });
  const kept = createKept(t, async () => {
    await onDrop();
    say(t("mail_dropped"));
    if (form.node.hidden) onGone();
    else form.begin();
  });
  const node = el("section", { class: "mail", "aria-label": t("mail") }, form.node, kept.node);
  let address = "";

  return {
    node,
    /** @param {import("../types").Status} status */
    update({ owner, email = "", may_leave_email: mayLeave }) {
      const isKept = email !== "" && owner !== "bot";
      form.show(!isKept && mayLeave === true);
      kept.node.hidden = !isKept;
      node.hidden = form.node.hidden && kept.node.hidden;
      if (email === address) return;
      address = email;
      kept.show(email);
    },
    /** Makes room for the talk, unless something was typed. */
    fold: form.fold,
  };
}

/**
 * One field under words that open it; open at first.
 *
 * @param {Translate} t
 * @param {(address: string) => Promise<void>} onKeep
 */
function createForm(t, onKeep) {
  const summary = el("summary", { id: uniqueId("mail") }, t("mail"));
  const note = el("p", { class: "mail__note", id: uniqueId("note") }, t("mail_note"));
  const error = el("p", { class: "mail__error", id: uniqueId("error"), role: "alert" });
  const input = addressField(summary.id, `${error.id} ${note.id}`);
  const send = el("button", { class: "button" }, t("mail_keep"));
  const form = el("form", { novalidate: true }, el("div", { class: "mail__row" }, input, send), error, note);
  const node = el("details", { hidden: true }, summary, form);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    refuse("");
    form.inert = true;
    await onKeep(input.value).then(() => (input.value = ""), (problem) => {
      form.inert = false;
      refuse(asProblem(problem).detail || t("mail_failed"));
      input.focus();
    });
    form.inert = false;
  });

  /** @param {string} words "" when there is nothing to say */
  function refuse(words) {
    error.textContent = words;
    setAttribute(input, "aria-invalid", words ? "true" : null);
  }

  return {
    node,
    /** @param {boolean} isOffered */
    show(isOffered) {
      if (isOffered && node.hidden) node.open = true; // it is news
      node.hidden = !isOffered;
    },
    fold() {
      if (!input.value) node.open = false;
    },
    begin() {
      node.open = true;
      summary.focus(); // not the field: no keyboard that nobody asked for
    },
  };
}

/** The server checks what is typed: it knows full-width letters, and says what is wrong. @param {string} labelledBy @param {string} describedBy */
function addressField(labelledBy, describedBy) {
  const input = el("input", {
    class: "composer__field mail__field",
    type: "text",
    inputmode: "email",
    autocomplete: "email",
    autocapitalize: "off",
    spellcheck: "false",
    maxlength: 300,
    "aria-labelledby": labelledBy,
    "aria-describedby": describedBy,
  });
  const { isPlainKey } = watchComposition(input);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !isPlainKey(event)) event.preventDefault();
  });
  return input;
}

/** @param {Translate} t @param {() => Promise<void>} onDrop */
function createKept(t, onDrop) {
  const words = el("p", { class: "mail__kept", tabindex: -1 });
  const error = el("p", { class: "mail__error", role: "alert" });
  const drop = button("button button--small", t("mail_drop"), async () => {
    drop.disabled = true;
    error.textContent = "";
    await onDrop().catch((problem) => (error.textContent = asProblem(problem).detail || t("mail_drop_failed")));
    drop.disabled = false;
  });
  const node = el("div", {}, el("div", { class: "mail__row" }, words, drop), error);
  return {
    node,
    /** Where the hands were is gone; this is the answer to what they did. */
    focus: () => words.focus(),
    /** @param {string} address */
    show(address) {
      words.textContent = address && t("mail_kept", { address });
    },
  };
}
