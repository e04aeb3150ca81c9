// ---- Covering what no picture may show

const COVER = "yakuba-cover";
const TELLING = 6; // digits in a row of a masked number
const alone = (text, secret) => {
  if (!/^\d+$/.test(secret)) return text.includes(secret);
  return new RegExp(`(?<![0-9A-Za-z])${secret}(?![0-9A-Za-z])`).test(text);
};
// All that is drawn as text, in order: a text with the boxes in which it stands.
const pieces = (root) => {
  const found = [];
  const walker = (root.ownerDocument || root).createTreeWalker(root.body || root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  while (walker.nextNode()) {
    const one = walker.currentNode;
    if (one.nodeType === Node.TEXT_NODE) {
      if (!one.data.trim()) continue;
      const range = one.ownerDocument.createRange();
      range.selectNodeContents(one);
      found.push({ page: one.ownerDocument, text: one.data, boxes: () => [...range.getClientRects()] });
    } else if (/^(INPUT|TEXTAREA)$/.test(one.tagName)) {
      found.push({ page: one.ownerDocument, text: one.value, boxes: () => [one.getBoundingClientRect()], secret: one.type === "password" || SECRET.test(one.name) || SECRET.test(one.id) });
    }
  }
  return found;
};
const digit = (letter) => (/[0-9]/.test(letter) ? letter : /[\uFF10-\uFF19]/.test(letter) ? String.fromCharCode(letter.charCodeAt(0) - 0xFEE0) : "");
const BETWEEN = /[\s\-\u2010-\u2015\u30FC\uFF0D\u30FB.,/()]/;
// The pieces of digits that share some in a row with a masked number, be it in one box, in three, or one a digit.
const ofMasked = (all, masked) => {
  const parts = new Set(masked.flatMap((one) => [...one].map((_, i) => one.slice(i, i + TELLING))).filter((part) => part.length === TELLING));
  const told = new Set();
  let run = [];
  const end = () => {
    for (let i = 0; i + TELLING <= run.length; i++) {
      const window = run.slice(i, i + TELLING);
      if (parts.has(window.map(([one]) => one).join(""))) window.forEach(([, piece]) => told.add(piece));
    }
    run = [];
  };
  for (const piece of all) {
    for (const letter of piece.text) {
      if (digit(letter)) run.push([digit(letter), piece]);
      else if (!BETWEEN.test(letter)) end();
    }
  }
  end();
  return told;
};
// What stands beside a label, in its field, or below it in a table.
const besideLabels = (labels) => {
  const wanted = new Set(labels.map(bare));
  const named = (element) => wanted.has(bare(element.textContent));
  const found = fields().filter((one) => [...one.names, ...one.also()].some((text) => wanted.has(bare(text)))).flatMap((one) => one.members);
  for (const head of all("tr > th, tr > td, dt")) {
    if (named(head) && head.nextElementSibling && /^(TD|DD)$/.test(head.nextElementSibling.tagName)) found.push(head.nextElementSibling);
  }
  for (const table of all("table, [role=table], [role=grid]")) {
    const rows = gridRows(table), head = headRow(rows);
    if (!head) continue;
    const columns = head.flatMap((cell, n) => (named(cell) ? [n] : []));
    for (const row of rows.slice(rows.indexOf(head) + 1)) found.push(...columns.map((n) => row[n]).filter(Boolean));
  }
  return found;
};
const cover = (secrets, masked, labels) => {
  const drawn = roots().flatMap(pieces);
  const told = ofMasked(drawn, masked);
  const boxes = drawn.filter((one) => one.secret || told.has(one) || secrets.some((secret) => alone(one.text, secret))).flatMap((one) => one.boxes().map((box) => [one.page, box]));
  const whole = (one) => boxes.push([one.ownerDocument, one.getBoundingClientRect()]);
  besideLabels(labels).forEach(whole);
  // Nobody can look from here into a frame of another site.
  if (masked.length) {
    const closed = all("iframe, frame, object, embed").filter((one) => !inFrame(one));
    if (closed.some((one) => one.tagName === "FRAME")) throw new Error("a frame cannot be covered");
    closed.forEach(whole);
  }
  const sheets = new Map();
  for (const [page, box] of boxes) {
    if (!sheets.has(page)) sheets.set(page, page.createElement("div"));
    const patch = page.createElement("div"), { scrollX, scrollY } = page.defaultView;
    const at = { position: "absolute", left: `${box.left + scrollX}px`, top: `${box.top + scrollY}px`, width: `${box.width}px`, height: `${box.height}px`, background: "#333", zIndex: "2147483647" };
    Object.assign(patch.style, at);
    sheets.get(page).append(patch);
  }
  for (const [page, sheet] of sheets) {
    sheet.className = COVER;
    page.documentElement.append(sheet);
  }
  return boxes.length;
};
const uncover = () => all(`.${COVER}`).forEach((one) => one.remove());
