// For a page on which one key decides about a picture: loaded in <head>, without defer, before anything can take
// a key. Until the pictures marked data-shown are on the screen, and again from the moment the page is left,
// nothing on it can be typed into or pressed: what was typed for one value never lands in another. Then the field
// has the focus and its text is selected, so that typing replaces it. Without JavaScript the page works as it is.
(function () {
  "use strict";
  const QUIET = 300;  // ms without a key before the page opens, when keys were pressed too early
  const root = document.documentElement;
  const held = new Set();
  const STORED = "yakuba-missed";  // when a key was last pressed on the page before this one, while it was left
  let open = false, leaving = false, missed = false, lastKey = 0;

  function close() {
    open = false;
    root.inert = true;
    delete root.dataset.ready;
  }

  function part(selector) { return document.querySelector(selector); }
  function pictures() { return Array.from(document.querySelectorAll("img[data-shown]")); }

  // Called whenever something has changed; opens the page once everything is there.
  function look() {
    if (open || leaving || document.readyState === "loading") return;
    const all = pictures();
    if (!all.every(function (picture) { return picture.complete; })) return;
    const lost = all.some(function (picture) { return !picture.naturalWidth; });
    requestAnimationFrame(function () { requestAnimationFrame(function () { openWhenQuiet(lost); }); });
  }

  function openWhenQuiet(lost) {
    if (open || leaving) return;
    const rest = missed ? QUIET - (performance.now() - lastKey) : 0;
    if (rest > 0) { setTimeout(openWhenQuiet, rest, lost); return; }
    open = true;
    root.inert = false;
    root.dataset.ready = "yes";
    const note = part("[data-missed]");
    if (note) note.hidden = !missed;
    missed = false;
    const unshown = part("[data-unshown]");
    if (lost && unshown) ask(unshown); else take();
  }

  function ask(unshown) {  // no picture: nothing is confirmed by a key until the person says so
    const form = part("[data-guarded]"), button = unshown.querySelector("button");
    form.inert = true;
    unshown.hidden = false;
    button.focus();
    button.addEventListener("click", function () { form.inert = false; unshown.hidden = true; take(); }, {once: true});
  }

  function take() {
    const form = part("[data-guarded]");
    const field = form && (form.querySelector("[autofocus]") || form.querySelector("input:not([type=hidden]), textarea, select"));
    if (!field) return;
    field.focus();
    if (field.select) field.select();
  }

  function refuse(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  function key(event) {
    if (!open) {
      if (event.ctrlKey || event.metaKey || /^F(5|11|12)$/.test(event.key)) return;  // the browser's own
      if (leaving) sessionStorage.setItem(STORED, Date.now()); else missed = true;
      lastKey = performance.now();
      refuse(event);
      return;
    }
    // A key that was held down before the page opened, and Enter held down at all, do nothing here.
    if (event.repeat && (event.key === "Enter" || !held.has(event.code))) refuse(event);
    if (!event.repeat) held.add(event.code);
  }

  function carriedOver() {
    const age = Date.now() - Number(sessionStorage.getItem(STORED) || 0);
    sessionStorage.removeItem(STORED);
    if (age < 0 || age > 10000) return;
    missed = true;
    lastKey = performance.now() - age;
  }

  function leave() {
    leaving = true;
    close();
  }

  close();
  carriedOver();
  window.addEventListener("keydown", key, true);
  window.addEventListener("keyup", function (event) { held.delete(event.code); }, true);
  window.addEventListener("submit", function (event) { if (!event.defaultPrevented) leave(); });
  window.addEventListener("beforeunload", leave);
  // A script that puts the next value into the page without loading it says when the old one is left, and when the new one
  // stands there.
  document.addEventListener("shown:leave", leave);
  document.addEventListener("shown:anew", function () { leaving = false; close(); carriedOver(); look(); });
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) { leaving = false; close(); carriedOver(); }
    look();
  });
  document.addEventListener("DOMContentLoaded", look);
  document.addEventListener("load", look, true);  // of each picture
  document.addEventListener("error", look, true);
})();
