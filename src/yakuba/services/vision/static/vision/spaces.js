// Corners of parking spaces are pressed on the picture; four of them are a line of the field below. Without JavaScript the field is
// written by hand.
(function () {
  "use strict";
  const picture = document.querySelector("[data-corners]"), told = document.querySelector("[data-corners-told]");
  const field = document.querySelector("textarea[name=text]");
  if (!picture || !field) return;
  let corners = [];

  function number() {
    const taken = new Set(field.value.split("\n").map(function (line) { return line.split(":")[0].trim(); }));
    let free = 1;
    while (taken.has(String(free))) free += 1;
    return free;
  }

  picture.addEventListener("click", function (event) {
    const box = picture.getBoundingClientRect();
    const x = 100 * (event.clientX - box.left) / box.width, y = 100 * (event.clientY - box.top) / box.height;
    corners.push(x.toFixed(1) + "," + y.toFixed(1));
    if (corners.length === 4) {
      field.value = (field.value.trim() ? field.value.trimEnd() + "\n" : "") + number() + ": " + corners.join(" ");
      corners = [];
      told.textContent = "1ますを書き足しました。";
    } else {
      told.textContent = "角 " + corners.length + "つ目：" + corners[corners.length - 1];
    }
  });
})();
