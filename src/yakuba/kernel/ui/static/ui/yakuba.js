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

  // A date box (data-date) says back how it reads what was typed: R8.4.1 becomes 令和8年4月1日.
  const ERAS = [["令和", "R", 2019], ["平成", "H", 1989], ["昭和", "S", 1926], ["大正", "T", 1912], ["明治", "M", 1868]];
  const WRITTEN = new Intl.DateTimeFormat("ja-JP-u-ca-japanese", {era: "long", year: "numeric", month: "long", day: "numeric"});
  function readBack(text) {
    const plain = text.normalize("NFKC").replace(/\s/g, "").replace(/[‐-―−ー]/g, "-").toUpperCase();
    const found = /^(令和|平成|昭和|大正|明治|[RHSTM])?(元|\d{1,4})(?:年|[./-])(\d{1,2})(?:月|[./-])(\d{1,2})日?$/.exec(plain) || /^()(\d{4})(\d{2})(\d{2})$/.exec(plain);
    if (!found) return null;
    const era = ERAS.find(function (one) { return found[1] && one.includes(found[1]); });
    const year = (found[2] === "元" ? 1 : Number(found[2])) + (era ? era[2] - 1 : 0);
    const day = new Date(year, found[3] - 1, found[4]);
    if (year < 1873 || day.getMonth() !== found[3] - 1) return null;
    const said = WRITTEN.format(day);
    return era && !said.startsWith(era[0]) ? null : said;  // 昭和65年 is no year: the server says so
  }
  document.addEventListener("change", function (event) {
    if (!event.target.matches("[data-date]")) return;
    const said = readBack(event.target.value);
    if (said) event.target.value = said;
  });

  // A slider (data-slides) moves the number in its box and follows it. Only the box is sent then, so that addresses stay
  // short. The form recalculates when the slider is let go, as it does when a box is left.
  function followSlider(event) {
    const moved = event.target;
    if (moved.matches("[data-slides]")) {
      document.getElementById(moved.dataset.slides).value = moved.value;
    } else if (moved.matches(".slider > input")) {
      const slider = document.getElementById(moved.id + "_slider");
      const number = Number(moved.value.normalize("NFKC").trim() || NaN);
      if (slider && !Number.isNaN(number)) slider.value = number;
    }
  }
  document.addEventListener("input", followSlider);
  function onlyBoxes(root) {
    root.querySelectorAll(".slider [data-slides], .slider [data-slid]").forEach(function (one) { one.removeAttribute("name"); });
  }
  onlyBoxes(document);
  document.addEventListener("htmx:load", function (event) { onlyBoxes(event.detail.elt); });

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
    // What stands in the first field is replaced by typing, not added to. The browser itself may focus it
    // before this or after it, so this does not wait for that.
    const field = document.querySelector("input[autofocus]");
    if (!field || ![document.body, field].includes(document.activeElement)) return;
    field.focus();
    if (field.select) field.select();
  });
})();
