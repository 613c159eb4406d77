// Counts in the title of the tab what experts wrote while nobody looked.

/** @param {import("./types").Translate} t */
export function createUnread(t) {
  const title = document.title;
  let count = 0;

  function show() {
    document.title = count ? t("title_unread", { count, title }) : title;
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    count = 0;
    show();
  });

  return {
    /** @param {readonly import("./types").Message[]} messages what just came */
    add(messages) {
      if (!document.hidden) return;
      count += messages.filter(({ role }) => role === "expert").length;
      show();
    },
  };
}
