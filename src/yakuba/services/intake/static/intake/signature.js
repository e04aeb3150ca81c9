// A signature drawn with a finger, a pen or a mouse; it is sent as a picture. Without this script the place for it is not
// there, and who applies signs on paper.
(function () {
  "use strict";
  const place = document.querySelector("[data-signature]");
  if (!place || !window.PointerEvent) return;
  const canvas = place.querySelector("canvas");
  const pen = canvas.getContext("2d");
  const form = canvas.closest("form");
  let drawn = 0, last = null;

  function clear() {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    drawn = 0;
  }

  function at(event) {
    const frame = canvas.getBoundingClientRect();
    return {
      x: (event.clientX - frame.left) * canvas.width / frame.width,
      y: (event.clientY - frame.top) * canvas.height / frame.height,
    };
  }

  canvas.addEventListener("pointerdown", function (event) {
    canvas.setPointerCapture(event.pointerId);
    last = at(event);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", function (event) {
    if (!last) return;
    const next = at(event);
    pen.beginPath();
    pen.moveTo(last.x, last.y);
    pen.lineTo(next.x, next.y);
    pen.lineWidth = 4;
    pen.lineCap = "round";
    pen.strokeStyle = "#000";
    pen.stroke();
    drawn += Math.hypot(next.x - last.x, next.y - last.y);
    last = next;
    event.preventDefault();
  });
  ["pointerup", "pointercancel"].forEach(function (name) {
    canvas.addEventListener(name, function () { last = null; });
  });
  place.querySelector("[data-clear]").addEventListener("click", clear);
  form.addEventListener("submit", function () {
    form.elements.drawing.value = drawn > 20 ? canvas.toDataURL("image/png") : "";
  });
  clear();
  place.hidden = false;
})();
