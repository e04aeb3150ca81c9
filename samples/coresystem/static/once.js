"use strict";
// A pressed button is disabled until the answer comes, so that one press registers once.
for (const form of document.querySelectorAll("form.once")) {
  const button = form.querySelector("button");
  const label = button.textContent;
  form.addEventListener("submit", () => {
    button.disabled = true;
    button.textContent = "処理中…";
  });
  window.addEventListener("pageshow", () => {
    button.disabled = false;
    button.textContent = label;
  });
}
