// Small aids; every page works without them.
(function () {
  "use strict";

  // Keys. An element with data-key="Enter", "Escape", "F2", "Ctrl+Enter", "Alt+1" … is pressed (link, button,
  // radio button, check box) or entered (other field) by that key. While text is typed a printable character
  // needs Ctrl or Alt, so that typing never presses anything; keys that complete a kana-kanji conversion are
  // left to the input method.
  const FIELD = "input, select, textarea";
  const CHOICE = "[type=radio], [type=checkbox]";

  function nameOf(event) {
    const held = (event.ctrlKey ? "Ctrl+" : "") + (event.altKey ? "Alt+" : "") + (event.shiftKey && event.key.length > 1 ? "Shift+" : "");
    return held + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
  }

  function ownUse(target, name) {
    // Does the focused element need this key itself?
    if (name.includes("Ctrl+") || name.includes("Alt+") || /^F\d+$/.test(name) || name === "Escape") return false;
    if (name === "Enter") {
      if (target.form && !target.form.querySelector("[data-key=Enter]")) return true;  // it sends another form
      return target.matches("textarea, button, a, summary, [type=submit], [type=file]");
    }
    if (name.length === 1 && name !== " " && target.matches(CHOICE)) return false;
    return target.matches(FIELD) || target.isContentEditable;
  }

  document.addEventListener("keydown", function (event) {
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented || event.repeat) return;
    const name = nameOf(event);
    if (ownUse(event.target, name)) return;
    const found = Array.from(document.querySelectorAll("[data-key]")).find(function (element) {
      return element.dataset.key.toLowerCase() === name.toLowerCase() && element.getClientRects().length > 0 && !element.disabled && !element.closest("[inert]");
    });
    if (!found) return;
    event.preventDefault();
    if (found.matches(CHOICE)) { found.focus(); found.click(); return; }
    if (found.matches(FIELD)) { found.focus(); if (found.select) found.select(); } else { found.click(); }
    if (found.matches("details[open] > summary")) {  // what was opened is there to be typed into
      const first = found.parentElement.querySelector(FIELD.replaceAll(/\w+/g, "$&:not([type=hidden])"));
      if (first) first.focus();
    }
  });

  function announceKeys(root) {
    root.querySelectorAll("[data-key]").forEach(function (element) {
      element.setAttribute("aria-keyshortcuts", element.dataset.key.replaceAll("Ctrl", "Control"));
    });
  }

  // A form that changes something is sent once.
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    form.querySelectorAll("[type=submit]").forEach(function (button) { button.setAttribute("aria-disabled", "true"); });
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
      form.querySelectorAll("[type=submit]").forEach(function (button) { button.removeAttribute("aria-disabled"); });
    });
  });

  // Menus close by Escape and by a click elsewhere.
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details[data-menu][open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keyup", function (event) {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details[data-menu][open]").forEach(function (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  // Regions that refresh themselves (hx-trigger="every …"): not while the page is out of sight; when the answer
  // is another page (logged out), open it; when there is no answer, say so and go on trying.
  document.addEventListener("htmx:beforeRequest", function (event) {
    if (document.hidden && /every/.test(event.detail.elt.getAttribute("hx-trigger") || "")) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", function (event) {
    const asked = event.detail.pathInfo.requestPath.split("?")[0];
    const answered = event.detail.xhr.responseURL ? new URL(event.detail.xhr.responseURL).pathname : asked;
    if (answered !== asked) { event.detail.shouldSwap = false; window.location.reload(); }
  });
  function stale(event) {
    const region = event.detail.elt;
    if (region.querySelector(".stale")) return;
    const note = document.createElement("p");
    note.className = "stale";
    note.setAttribute("role", "status");
    note.textContent = "最新の状況を受け取れません。つながり次第、自動で表示し直します。";
    region.prepend(note);
  }
  document.addEventListener("htmx:sendError", stale);
  document.addEventListener("htmx:responseError", stale);

  document.addEventListener("htmx:load", function (event) { announceKeys(event.detail.elt); });
  document.addEventListener("DOMContentLoaded", function () {
    announceKeys(document);
    const first = document.querySelector("[data-focus]");
    if (first) first.focus();
  });
})();
