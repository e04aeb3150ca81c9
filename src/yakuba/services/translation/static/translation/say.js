// Reads a sentence aloud by a voice of the device, where it has one for the language; without one there is no button.
(function () {
  "use strict";
  if (!("speechSynthesis" in window)) return;
  const speech = window.speechSynthesis;

  function voiceFor(language) {
    const wanted = language.toLowerCase();
    const voices = speech.getVoices();
    const named = function (voice) { return voice.lang.replace("_", "-").toLowerCase(); };
    return voices.find(function (voice) { return named(voice) === wanted; }) ||
      voices.find(function (voice) { return named(voice).split("-")[0] === wanted.split("-")[0]; });
  }

  function offer() {
    document.querySelectorAll("[data-say]").forEach(function (button) {
      button.hidden = !voiceFor(button.dataset.voice);
    });
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-say]");
    if (!button) return;
    const said = new SpeechSynthesisUtterance(button.dataset.say);
    const voice = voiceFor(button.dataset.voice);
    if (!voice) { button.hidden = true; return; }
    said.voice = voice;
    said.lang = voice.lang;
    said.rate = 0.9;
    speech.cancel();
    speech.speak(said);
  });
  document.addEventListener("htmx:afterSettle", offer);
  speech.addEventListener("voiceschanged", offer);
  offer();
})();
