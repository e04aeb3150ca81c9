// Boxes of a designed form on its picture: moved, resized, drawn and deleted by pointer or keys. All of it is written
// into the fields of the page's form (one line "x y width height" for each rectangle), and nothing is sent from here.
(function () {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const LINE = /^(.*?)(\d+)\s+(\d+)\s+(\d+)\s+(\d+)(\s*\d+\s*マス)?\s*$/;
  const CORNER = 18;  // pixels of the form at a rectangle's lower right corner by which it is resized
  const SMALLEST = 8;
  const form = document.querySelector("[data-designer]");
  if (!form) return;
  const picture = form.querySelector("[data-picture]"), layer = form.querySelector("[data-boxes]");
  const body = form.querySelector("[data-rows]"), count = form.querySelector("[data-count]");
  const draw = form.querySelector("[data-draw]");
  const size = [Number(form.dataset.width), Number(form.dataset.height)];
  const blank = body.lastElementChild.cloneNode(true);  // the empty row, for every box that is drawn
  const undo = [];
  let drag = null;

  function row(index) { return body.querySelector('[data-row="' + index + '"]'); }
  function place(index) { return form.elements["place-" + index]; }
  function box(index) { return layer.querySelector('[data-box="' + index + '"]'); }

  function rects(index) {
    return place(index).value.split("\n").map(function (line) { return LINE.exec(line); }).filter(Boolean).map(function (found) {
      return {before: found[1], after: found[6] || "", x: Number(found[2]), y: Number(found[3]), width: Number(found[4]), height: Number(found[5])};
    });
  }

  function within(one) {
    one.width = Math.min(Math.max(SMALLEST, Math.round(one.width)), size[0]);
    one.height = Math.min(Math.max(SMALLEST, Math.round(one.height)), size[1]);
    one.x = Math.min(Math.max(0, Math.round(one.x)), size[0] - one.width);
    one.y = Math.min(Math.max(0, Math.round(one.y)), size[1] - one.height);
    return one;
  }

  function write(index, all) {
    place(index).value = all.map(within).map(function (one) {
      return one.before + [one.x, one.y, one.width, one.height].join(" ") + one.after;
    }).join("\n");
    redraw(index);
  }

  function remember(index) {
    const text = place(index).value;
    undo.push(function () { place(index).value = text; redraw(index); });
  }

  function element(name, values) {
    const made = document.createElementNS(SVG, name);
    Object.entries(values).forEach(function (pair) { made.setAttribute(pair[0], pair[1]); });
    return made;
  }

  function redraw(index) {
    let group = box(index);
    if (!group) {
      group = element("g", {"class": "design__box", "data-box": index});
      layer.append(group);
    }
    const label = form.elements["label-" + index].value;
    const number = Number(index) + 1;
    group.replaceChildren();
    const title = element("title", {});
    title.textContent = number + " " + label;
    group.append(title);
    rects(index).forEach(function (one) { group.append(element("rect", {x: one.x, y: one.y, width: one.width, height: one.height})); });
    const first = rects(index)[0];
    if (first) {
      const text = element("text", {x: first.x, y: first.y, dy: -6, "font-size": 26, "font-weight": 700});
      text.textContent = number;
      group.append(text);
    }
    reachable(group);
  }

  function reachable(group) {
    const index = group.dataset.box;
    group.setAttribute("tabindex", "0");
    group.setAttribute("role", "button");
    group.setAttribute("aria-label", (Number(index) + 1) + "番の枠 " + form.elements["label-" + index].value);
  }

  function choose(index) {
    layer.querySelectorAll(".design__box--chosen").forEach(function (one) { one.classList.remove("design__box--chosen"); });
    body.querySelectorAll(".design__row--chosen").forEach(function (one) { one.classList.remove("design__row--chosen"); });
    const group = box(index);
    if (group) group.classList.add("design__box--chosen");
    row(index).classList.add("design__row--chosen");
  }

  function remove(index) {
    const gone = document.createElement("input");
    gone.type = "hidden"; gone.name = "gone-" + index; gone.value = "1";
    form.append(gone);
    row(index).hidden = true;
    const group = box(index);
    if (group) group.style.display = "none";
    undo.push(function () {
      gone.remove();
      row(index).hidden = false;
      if (group) { group.style.display = ""; group.focus(); }
    });
  }

  function added(one) {
    const last = body.lastElementChild, index = last.dataset.row;
    place(index).value = [one.x, one.y, one.width, one.height].join(" ");
    const next = String(Number(index) + 1), fresh = blank.cloneNode(true);
    fresh.dataset.row = next;
    fresh.querySelectorAll("[name], [id], [for]").forEach(function (field) {
      ["name", "id", "for"].forEach(function (key) {
        const value = field.getAttribute(key);
        if (value) field.setAttribute(key, value.replace(/-\d+$/, "-" + next));
      });
    });
    fresh.querySelector("th").textContent = Number(next) + 1;
    body.append(fresh);
    count.value = Number(next) + 1;
    redraw(index);
    choose(index);
    form.elements["label-" + index].focus();
  }

  function at(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
    return {x: point.x, y: point.y};
  }

  function drawing() { return draw.getAttribute("aria-pressed") === "true"; }
  function setDrawing(on) {
    draw.setAttribute("aria-pressed", String(on));
    if (on) form.dataset.drawing = "yes"; else delete form.dataset.drawing;
  }

  draw.addEventListener("click", function () { setDrawing(!drawing()); });

  picture.addEventListener("pointerdown", function (event) {
    if (event.button !== 0) return;
    const from = at(event);
    if (drawing()) {
      const shape = element("rect", {"class": "design__drawing", x: from.x, y: from.y, width: 1, height: 1});
      picture.append(shape);
      drag = {from: from, shape: shape};
    } else {
      const group = event.target.closest("[data-box]");
      if (!group) return;
      const index = group.dataset.box, all = rects(index);
      const which = Array.from(group.querySelectorAll("rect")).indexOf(event.target);
      const one = all[which];
      const corner = one && from.x > one.x + one.width - CORNER && from.y > one.y + one.height - CORNER;
      choose(index);
      group.focus({preventScroll: true});
      drag = {from: from, index: index, all: all, which: which, corner: corner, alone: event.shiftKey, moved: false};
    }
    picture.setPointerCapture(event.pointerId);
    event.preventDefault();
  });

  picture.addEventListener("pointermove", function (event) {
    if (!drag) return;
    const to = at(event), across = to.x - drag.from.x, down = to.y - drag.from.y;
    if (drag.shape) {
      const values = {x: Math.min(drag.from.x, to.x), y: Math.min(drag.from.y, to.y), width: Math.abs(across), height: Math.abs(down)};
      Object.entries(values).forEach(function (pair) { drag.shape.setAttribute(pair[0], pair[1]); });
      return;
    }
    if (!drag.moved && Math.abs(across) + Math.abs(down) < 3) return;
    if (!drag.moved) remember(drag.index);
    drag.moved = true;
    write(drag.index, drag.all.map(function (one, number) {
      const copy = Object.assign({}, one);
      if (drag.corner) {
        if (number === drag.which) { copy.width += across; copy.height += down; }
      } else if (!drag.alone || number === drag.which) { copy.x += across; copy.y += down; }
      return copy;
    }));
    choose(drag.index);
  });

  function ended(event) {
    if (!drag) return;
    const done = drag;
    drag = null;
    if (!done.shape) return;
    done.shape.remove();
    setDrawing(false);
    const to = at(event);
    const one = {x: Math.min(done.from.x, to.x), y: Math.min(done.from.y, to.y), width: Math.abs(to.x - done.from.x), height: Math.abs(to.y - done.from.y)};
    if (event.type === "pointerup" && one.width >= SMALLEST && one.height >= SMALLEST) added(within(one));
  }
  picture.addEventListener("pointerup", ended);
  picture.addEventListener("pointercancel", ended);

  const STEPS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
  layer.addEventListener("keydown", function (event) {
    const group = event.target.closest("[data-box]");
    if (!group) return;
    const index = group.dataset.box, step = STEPS[event.key];
    if (step) {
      event.preventDefault();
      const far = event.ctrlKey ? 10 : 1;
      if (!event.repeat) remember(index);
      write(index, rects(index).map(function (one) {
        const keys = event.shiftKey ? ["width", "height"] : ["x", "y"];
        one[keys[0]] += far * step[0];
        one[keys[1]] += far * step[1];
        return one;
      }));
      choose(index);
    } else if (event.key === "Delete") {
      event.preventDefault();
      remove(index);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choose(index);
      form.elements["label-" + index].focus();
      form.elements["label-" + index].select();
    }
  });

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && drawing()) setDrawing(false);
    if (!(event.ctrlKey && event.key.toLowerCase() === "z") || event.target.matches("input, textarea, select")) return;
    if (undo.length) { event.preventDefault(); undo.pop()(); }
  });

  layer.addEventListener("focusin", function (event) {
    const group = event.target.closest("[data-box]");
    if (group) choose(group.dataset.box);
  });
  body.addEventListener("focusin", function (event) {
    const found = event.target.closest("[data-row]");
    if (found) choose(found.dataset.row);
  });
  body.addEventListener("input", function (event) {
    const found = event.target.closest("[data-row]");
    if (found && /^(place|label)-/.test(event.target.name)) { redraw(found.dataset.row); choose(found.dataset.row); }
  });

  layer.querySelectorAll("[data-box]").forEach(reachable);
  form.querySelector("[data-tools]").hidden = false;
  form.dataset.ready = "yes";
})();
