// The editor's aids: where a speech is cut, what is kept before one goes on, and the sound. The page works without them.
(function () {
  "use strict";
  const sound = document.querySelector("[data-sound]");

  function editor() { return document.getElementById("editor"); }
  function form() { return document.querySelector("[data-editor]"); }
  function seconds(name) { const text = editor() ? editor().dataset[name] : ""; return text ? Number(text) : null; }

  document.addEventListener("click", function (event) {
    const now = form();
    if (!now) return;
    const text = now.querySelector("[data-text]");
    if (event.target.closest("[data-split]")) {
      now.elements.cursor.value = text.selectionStart || "";
    }
    const link = event.target.closest(".minutes-around a");
    if (link && text.value !== text.defaultValue) {  // what was typed is kept before one goes on
      event.preventDefault();
      event.stopPropagation();
      now.elements.go.value = new URL(link.href).searchParams.get("at");
      now.querySelector("[data-stay]").click();
    }
    if (!sound) return;
    if (event.target.closest("[data-play]")) {
      if (sound.paused) { sound.currentTime = Math.max(0, sound.currentTime - 2); sound.play(); } else { sound.pause(); }
    } else if (event.target.closest("[data-back]")) {
      sound.currentTime = Math.max(0, sound.currentTime - 2);
    } else if (event.target.closest("[data-here]")) {
      sound.currentTime = seconds("start") || 0;
      sound.play();
    }
  }, true);

  // The page on which minutes are read: the speech that is heard is marked, and heard from where it is pressed.
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-from-here]");
    if (!button || !sound) return;
    sound.currentTime = Number(button.closest("[data-from]").dataset.from);
    sound.play();
  });
  if (sound) {
    sound.addEventListener("timeupdate", function () {
      document.querySelectorAll("[data-from]").forEach(function (one) {
        const heard = !sound.paused && sound.currentTime >= Number(one.dataset.from) && sound.currentTime < Number(one.dataset.to);
        one.classList.toggle("minutes-said--now", heard);
      });
    });
  }

  document.addEventListener("htmx:afterSettle", function () {
    const text = document.querySelector("[data-text]");
    if (text) text.focus({preventScroll: true});
    const start = seconds("start");
    // The sound follows the text; while it plays within the speech, it plays on.
    if (sound && start !== null && (sound.currentTime < start - 1 || sound.currentTime > (seconds("end") || start) + 1)) sound.currentTime = start;
  });
})();
