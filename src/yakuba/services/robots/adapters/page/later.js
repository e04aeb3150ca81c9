// ---- What a page will do in a moment with what was typed: many keep, check or form a value only when the keys have been
// still for a while. Runs in every page before its own scripts, and counts such timers; `press` waits for them.

(() => {
  "use strict";
  const HEARD = /^(key|before|input$|change$|composition|focus|blur$)/;
  const LONGEST = 3000; // ms: what comes later has nothing to do with typing
  const MOST = 5; // timers set one within another: a page that only repeats something is not waited for
  const later = new Set(), start = window.setTimeout, end = window.clearTimeout;
  let depth = 0;
  window.setTimeout = function (handler, delay, ...given) {
    const heard = depth || (window.event && HEARD.test(window.event.type));
    if (!heard || depth >= MOST || typeof handler !== "function" || delay > LONGEST) return start.call(window, handler, delay, ...given);
    const own = depth + 1;
    const id = start.call(window, function (...passed) {
      const before = depth;
      depth = own;
      try { return handler.apply(this, passed); } finally { depth = before; later.delete(id); }
    }, delay, ...given);
    later.add(id);
    return id;
  };
  window.clearTimeout = function (id) { later.delete(id); return end.call(window, id); };
  Object.defineProperty(window, Symbol.for("yakuba.later"), { value: () => later.size });
})();
