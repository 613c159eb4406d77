// Draws the expert's eye: a beep, a desktop notice without any content, a number in the title.

/** @typedef {import("./types").Preferences} Preferences */
/** @typedef {import("./types").Translate} Translate */

const SECONDS = 0.18;
const VOLUME = 0.15;
const PITCH = 880; // hertz
const LOCK = "sodan.console.sound";

/** @param {Translate} t @param {() => Preferences} preferences */
export function createAlerts(t, preferences) {
  const plainTitle = t("console_title");
  const isSpeaker = claimSpeaker();
  /** Browsers let a page sound only after a click or key. @type {AudioContext | null} */
  let audio = null;
  const allow = () => {
    audio ??= new AudioContext();
    void audio.resume();
  };
  for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, allow, { once: true });

  function beep() {
    if (!audio || audio.state !== "running") return;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = PITCH;
    volume.gain.setValueAtTime(VOLUME, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + SECONDS);
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + SECONDS);
  }

  /** @param {string} sentence */
  function notify(sentence) {
    const mayNotify = typeof Notification !== "undefined" && Notification.permission === "granted";
    if (!mayNotify || !document.hidden) return;
    const notice = new Notification(plainTitle, { body: sentence, tag: "sodan.console" });
    notice.onclick = () => {
      window.focus();
      notice.close();
    };
  }

  return {
    beep,
    /** @param {string} sentence says what kind of thing happened, nothing of the consultation */
    alert(sentence) {
      const { sound, notify: wantsNotice } = preferences();
      if (sound && isSpeaker()) beep();
      if (wantsNotice && isSpeaker()) notify(sentence);
    },
    /** @param {number} count of what waits for this expert */
    count(count) {
      const isShown = count > 0 && preferences().title;
      const title = isShown ? t("title_count", { count, title: plainTitle }) : plainTitle;
      if (document.title !== title) document.title = title;
    },
  };
}

/** One tab of a browser speaks for all; whichever holds the lock. @returns {() => boolean} */
function claimSpeaker() {
  if (!navigator.locks) return () => true;
  let isHeld = false;
  void navigator.locks.request(LOCK, () => {
    isHeld = true;
    return new Promise(() => {}); // held until the tab closes
  });
  return () => isHeld;
}
