// ---- What a person does with the page itself, in a window on the person's own screen. Runs in every frame before its
// own scripts, between PROGRAM (`page.program()`) and SEND (the name by which the recorder is told).
//
// Fields are filled by the person, and told once their value stands. What is pressed is kept from the page: the recorder
// presses it, as the robot will. What no step can say is told at once.

const KEY = Symbol.for("yakuba.hearing");
const send = window[SEND];
delete window[SEND]; // the page has no business with it
const page = Math.random(); // what was pressed twice in a hurry was meant for this page, not for the next
const tell = (told) => send({ ...told, page });
const REFORMS = 120; // ms in which pages write a typed value in their own way
const wait = window.setTimeout.bind(window);

const now = (job) => { let found; PROGRAM({ ...job, answer: (one) => { found = one; } }); return found; };
const ears = () => { try { return window.top[KEY] || null; } catch { return null; } };
const path = (event) => event.composedPath()[0];
const stop = (event) => { event.preventDefault(); event.stopImmediatePropagation(); };

// In the top window: what was touched, and what stood there before.
const makeEars = () => {
  const touched = new Map(); // control -> { found, before }
  let last = null;
  const changed = (before, after) => JSON.stringify(before) !== JSON.stringify(after);
  const check = (control) => {
    const one = touched.get(control);
    if (!one) return;
    if (!control.isConnected) { touched.delete(control); return; }
    const texts = now({ do: "standing", control });
    if (!changed(one.before, texts)) return;
    one.before = texts;
    one.say({ what: "fill", found: one.found, texts });
  };
  const flush = () => [...touched.keys()].forEach(check);
  const ownerOf = (hit) => hit && hit.closest && hit.closest("input, select, textarea, [contenteditable], [role=combobox], [aria-haspopup=listbox], [role=radio], [role=checkbox], [role=switch], [aria-pressed]");
  const touch = (hit, say) => {
    const control = ownerOf(hit) || (hit && hit.closest && (hit.closest("label") || {}).control);
    if (!control || touched.has(control)) { last = control || last; return; }
    const found = now({ do: "hit", hit: control });
    if (found.n < 0 || found.kind === "押す" || found.kind === "添付") return;
    touched.set(control, { found, say, before: now({ do: "standing", control }) });
    last = control;
  };
  // What a field has put over the page: its list, its calendar.
  const ofField = (hit) => {
    if (!last || !last.isConnected || !hit.closest) return false;
    if (hit.closest("[role=option], [role=listbox], [role=gridcell], [role=grid], [role=tree]")) return true;
    for (let box = hit; box && box.nodeType === 1; box = box.parentElement) {
      if (box.contains(last)) return false;
      if (/absolute|fixed/.test(getComputedStyle(box).position)) return !box.querySelector("input:not([type=hidden]), textarea");
    }
    return false;
  };
  const PRESSED = "a[href], area[href], button, input[type=submit], input[type=button], input[type=image], [role=button], [role=link], [onclick]";
  const clicked = (event, hit, say) => {
    flush();
    if (ofField(hit)) { const field = last; [60, 400].forEach((ms) => wait(() => check(field), ms)); return; }
    const found = now({ do: "hit", hit });
    if (found.kind === "押す" || found.kind === "添付") { stop(event); say({ what: "press", found }); return; }
    if (found.n < 0 && hit.closest && (hit.closest(PRESSED) || hit.closest("canvas, object, embed"))) { stop(event); say({ what: "unnamed" }); }
  };
  const entered = (event, control, say) => {
    touch(control, say);
    const kept = touched.get(control);
    if (!kept || control.getAttribute("aria-expanded") === "true" || event.isComposing || event.keyCode === 229) return;
    stop(event);
    flush();
    say({ what: "enter", found: kept.found });
  };
  // After the recorder has filled a field itself.
  const know = () => touched.forEach((one, control) => { if (control.isConnected) one.before = now({ do: "standing", control }); });
  return { touch, check, flush, clicked, entered, know, touched };
};

const PLAIN = /^(text|search|tel|url|email|password|number|date|month|time|)$/;
const listeners = {
  click: (event) => {
    const all = ears();
    if (all) all.clicked(event, path(event), tell);
    else { stop(event); tell({ what: "frame" }); }
  },
  // Before the browser has given it to the page.
  pointerdown: (event) => { const all = ears(); if (all) all.touch(path(event), tell); },
  focusin: (event) => { const all = ears(); if (all) all.touch(path(event), tell); else tell({ what: "frame" }); },
  change: (event) => {
    const all = ears(), control = path(event);
    if (!all) return;
    all.touch(control, tell);
    if (/^(radio|checkbox)$/.test(control.type) || control.tagName === "SELECT") {
      // A group's other member may have been touched, not this one.
      const kept = all.touched.get(control);
      if (kept) { kept.before = null; all.check(control); }
    } else wait(() => all.check(control), REFORMS);
  },
  focusout: (event) => { const all = ears(), control = path(event); if (all) wait(() => all.check(control), REFORMS); },
  keydown: (event) => {
    const all = ears(), control = path(event);
    if (/^F([1-4]|[6-9]|10)$/.test(event.key)) { stop(event); tell({ what: "key" }); return; }
    if (event.key !== "Enter" || !all || control.tagName !== "INPUT" || !PLAIN.test(control.getAttribute("type") || "")) return;
    all.entered(event, control, tell);
  },
  dblclick: () => tell({ what: "twice" }),
  drop: (event) => { stop(event); tell({ what: "drag" }); },
  pagehide: () => { const all = ears(); if (all && window === window.top) all.flush(); },
};
const hear = (event) => { if (event.isTrusted) listeners[event.type](event); };
// `document.write` takes all listeners away: the recorder asks for them again and again.
const arm = () => Object.keys(listeners).forEach((name) => window.addEventListener(name, hear, true));
arm();
const mine = { arm, page };
if (window === window.top) Object.assign(mine, makeEars());
Object.defineProperty(window, KEY, { value: mine });
