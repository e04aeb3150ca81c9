// ---- Labels: the name people read for a control, wherever the page puts it

const CONTROLS = "input:not([type=hidden]):not([type=submit]):not([type=button]):not([type=image]):not([type=reset]), select, textarea, [contenteditable=''], [contenteditable=true], [role=combobox], [role=textbox], [role=radio], [role=checkbox], [role=switch], [aria-pressed], [aria-haspopup=listbox]";
const isControl = (node) => node.nodeType === 1 && node.matches(CONTROLS);
const controlsIn = (node) => (node.nodeType !== 1 ? [] : isControl(node) ? [node] : [...node.querySelectorAll(CONTROLS), ...(node.shadowRoot ? node.shadowRoot.querySelectorAll(CONTROLS) : [])]).filter(visible);
const isButtonSet = (control) => /^(radio|checkbox)$/.test(control.type) || control.matches("[role=radio], [role=checkbox], [role=switch], [aria-pressed]");

// What a piece of page says of itself; the names of controls, buttons and links in it are none of its own.
const NO_TEXT = "input, select, textarea, button, script, style, noscript, template, option, [role=button], [role=option], [role=listbox], [role=dialog], [contenteditable], [hidden]";
const rawText = (node) => {
  if (node.nodeType === 3) return node.data;
  if (node.nodeType !== 1 || node.matches(NO_TEXT) || node.matches("a[href], h1, h2") || !visible(node)) return "";
  // A picture to press, such as that of a calendar, is a button.
  if (node.tagName === "IMG") return node.onclick || getComputedStyle(node).cursor === "pointer" ? "" : node.alt;
  return [...node.childNodes].map(rawText).join("");
};
const textOf = (node) => line(rawText(node));
// A sentence is no label, and what holds no letter is a mark between two boxes.
const asLabel = (text) => (text.length > 40 || /[。！？]/.test(text) || !/[\p{L}\p{N}〒]/u.test(bare(text)) ? "" : text);

const labelText = (label, control) => {
  if (!label.contains(control)) return label.textContent;
  const copy = label.cloneNode(true);
  for (const inner of copy.querySelectorAll("input, select, textarea, button")) inner.remove();
  return copy.textContent;
};
const spokenLabel = (element) => line(idsText(element, "aria-labelledby")) || line(element.getAttribute("aria-label"));
const tiedLabel = (control) =>
  spokenLabel(control) || (control.labels && control.labels.length ? line(labelText(control.labels[0], control)) : "") ||
  (control.matches("[role=radio], [role=checkbox], [role=switch], [aria-pressed]") ? line(control.textContent) : "");

const groupLabel = (group) => {
  const spoken = spokenLabel(group);
  if (spoken) return spoken;
  if (group.tagName === "FIELDSET") return line((group.querySelector(":scope > legend") || {}).textContent);
  if (group.tagName === "TABLE") return group.caption ? group.caption.textContent : "";
  if (group.tagName === "TR") return [...group.cells].filter((cell) => !controlsIn(cell).length).map(textOf).find(Boolean) || "";
  if (/^(SECTION|ARTICLE|FORM|DIALOG)$/.test(group.tagName) || group.matches("[role=dialog]")) {
    return ((group.querySelector("h1, h2, h3, h4, h5, h6")) || {}).textContent || "";
  }
  return "";
};
const GROUPS = "fieldset, [role=group], [role=radiogroup], [role=region], [role=tabpanel], [role=dialog], dialog, section, article, form, table, tr";
const insideOf = (element, wanted) => {
  if (!wanted) return true;
  for (let group = parentOf(element); group; group = parentOf(group)) {
    if (group.matches(GROUPS) && bare(groupLabel(group)) === bare(wanted)) return true;
  }
  return false;
};

// The line on which a control stands, as texts and controls: [text, control, text, control, text]. Words that belong
// to a label element or follow a radio button are not free to name a neighbour.
const BLOCK = /^(block|flex|grid|table.*|list-item)$/;
const isBlock = (node) => BLOCK.test(getComputedStyle(node).display);
const lineOf = (control) => {
  let box = control;
  do box = box.parentNode; while (box.nodeType === 1 && !isBlock(box));
  let tokens = [], found = null;
  const end = () => { if (tokens.includes(control)) found = tokens; tokens = []; };
  const walk = (node) => {
    for (const one of node.childNodes) {
      if (one.nodeType === 3) tokens.push(line(one.data));
      else if (one.nodeType !== 1 || (!isControl(one) && !visible(one))) continue;
      else if (isControl(one)) { if (visible(one) || isButtonSet(one)) tokens.push(one); }
      else if (one.tagName === "BR" || isBlock(one)) end();
      else if (one.tagName === "LABEL" && one.control) controlsIn(one).forEach((inner) => tokens.push("", inner, ""));
      else if (controlsIn(one).length) walk(one);
      else tokens.push(textOf(one));
    }
  };
  walk(box);
  end();
  const texts = [""], controls = [];
  for (const one of found || []) {
    if (typeof one === "string") texts.push(line(`${texts.pop()} ${one}`));
    else { controls.push(one); texts.push(""); }
  }
  return { texts: texts.map(asLabel), controls };
};

const UNIT = /^(年|月|日|時|分|秒|歳|才|円|千円|万円|人|名|回|号|番|番地|丁目|か月|ヶ月|ヵ月|カ月|週|%|kg|cm|m|㎡|階|様|個|枚|件|点|まで|から|頃|より)(生|分|目|間|度)?$/;
// Names on the control's own line. Where nobody can say whether a word names the box before or behind it, it names
// both: asked for, it is ambiguous, and the robot stops.
const namesOnLine = (control) => {
  const { texts, controls } = lineOf(control);
  const tiedTo = (one) => Boolean(one.labels && one.labels.length);
  const n = controls.indexOf(control);
  if (n < 0 || tiedTo(control)) return [];
  // What follows a radio button or a box to tick is its word.
  if (isButtonSet(control)) return [texts[0] && !texts[texts.length - 1] && controls.every(isButtonSet) && controls.length > 1 ? texts[n] : texts[n + 1]];
  const before = n && isButtonSet(controls[n - 1]) ? "" : texts[n], after = texts[n + 1];
  const first = texts[0], last = texts[texts.length - 1];
  const plain = controls.filter((one) => !isButtonSet(one));
  if (plain.length === 1) return [before];
  if (texts.slice(0, -1).every((text) => /[:：]$/.test(text))) return [before];
  if (texts.slice(1).every((text) => !text || UNIT.test(bare(text)))) return [after];
  if (first && !last) return [before];
  if (!first && last) return [after];
  return [before, after];
};

// The text that stands beside the piece of page that holds the control: a cell, a block, a term.
const ENDS = /^(FORM|BODY|FIELDSET|TABLE|TBODY|THEAD|TR|DIALOG|SECTION|HTML)$/;
// What follows a radio button or a box is its word, and names nothing else.
const followsButton = (row) => {
  const before = row.length && row[row.length - 1].one;
  return Boolean(before) && controlsIn(before).some((one) => isButtonSet(one) && !tiedLabel(one));
};
const beside = (control, start = control) => {
  const none = { texts: [], holder: control };
  for (let node = start; ; node = node.parentNode) {
    const parent = node.parentNode;
    if (!parent) return none;
    const row = [];
    for (const one of parent.childNodes) {
      if (one === node || controlsIn(one).length) row.push({ one });
      else if (!followsButton(row)) { const text = asLabel(textOf(one)); if (text) row.push({ text }); }
    }
    const at = row.findIndex(({ one }) => one === node);
    const before = (row[at - 1] || {}).text, after = (row[at + 1] || {}).text;
    const first = row[0].text, last = row[row.length - 1].text, boxes = row.filter(({ one }) => one).length;
    if (before || after) {
      if (boxes === 1 || (first && !last)) return { texts: [before || (boxes === 1 ? after : "")], holder: node };
      if (!first && last) return { texts: [after], holder: node };
      // Cells of a table are read from left to right.
      if (parent.tagName === "TR" && first) return { texts: [before || ""], holder: node };
      return { texts: [before || "", after || ""], holder: node };
    }
    if (parent.nodeType !== 1 || ENDS.test(parent.tagName)) return none;
  }
};
const headerCell = (control) => {
  const cell = control.closest("td");
  let before = cell && cell.previousElementSibling;
  while (before && before.tagName !== "TH") before = before.previousElementSibling;
  return { texts: before ? [line((before.querySelector("label") || {}).textContent) || textOf(before) || line(before.textContent)] : [], holder: cell || control };
};
const span = (row) => [...row.cells].reduce((sum, cell) => sum + cell.colSpan, 0);
const above = (control) => {
  const cell = control.closest("td"), row = cell && cell.closest("tr"), table = row && row.closest("table");
  if (!table) return { texts: [], holder: control };
  const column = [...row.cells].slice(0, cell.cellIndex).reduce((sum, one) => sum + one.colSpan, 0);
  const rows = [...table.rows];
  for (let n = rows.indexOf(row) - 1; n >= 0; n--) {
    if (controlsIn(rows[n]).length) continue;
    if (rows[n].cells.length < 2 || span(rows[n]) !== span(row)) break;
    let start = 0;
    for (const one of rows[n].cells) {
      if (start === column) return { texts: [asLabel(textOf(one))], holder: cell };
      start += one.colSpan;
    }
    break;
  }
  return { texts: [], holder: cell };
};

// names: what people read as the control's name.  also: names that help where no field is called so: that of the cells
// around it, and a title or placeholder where it has no other. What merely stands near a control that has a label of its
// own is none: it may be the name of one that is gone.
const namesOf = (control, members = [control]) => {
  const some = (texts) => texts.filter((text) => bare(text));
  const tied = members.length > 1 || isButtonSet(control) ? [] : some([tiedLabel(control)]);
  if (tied.length) { // most fields of newer pages: what else stands around them is asked for only when it is needed
    let around;
    const cells = () => [headerCell(control), beside(control), above(control)].filter((one) => /^(TD|DD)$/.test(one.holder.tagName));
    return { names: tied, also: () => (around = around || cells().flatMap((one) => some(one.texts))) };
  }
  const own = isButtonSet(control) ? setNameOnLine(control) : some(namesOnLine(control));
  const around = [headerCell(control), beside(control), above(control)]
    .filter((one) => some(one.texts).length);
  // Script libraries draw what is chosen beside the box that is typed into: the label stands farther out.
  if (control.matches("[role=combobox]") && around.length) around.push(beside(control, around[0].holder.parentNode));
  const names = [], also = around.flatMap((one) => some(one.texts));
  if (own.length) names.push(...own);
  else if (around.length) {
    const others = controlsIn(around[0].holder).filter((one) => !members.includes(one) && isButtonSet(one) === isButtonSet(control));
    const named = (one) => tiedLabel(one) || some(namesOnLine(one)).length;
    // Of several boxes only the first may bear the name of all, and only where the others have names.
    if (!others.length || (others.every(named) && controlsIn(around[0].holder)[0] === control)) names.push(...some(around[0].texts));
  } else if (!isButtonSet(control)) {
    const { texts, controls } = lineOf(control);
    names.push(...some([texts[controls.indexOf(control) + 1]]));
  }
  if (!names.length) also.push(...some([control.getAttribute("title"), control.getAttribute("placeholder")]));
  return { names, also: () => also };
};
const setNameOnLine = (control) => {
  const { texts, controls } = lineOf(control);
  return controls[0] === control && texts[0] && (texts[texts.length - 1] || controls.length === 1) ? [texts[0]] : [];
};
// The word of one radio button, box or tile.
const optionText = (control) => tiedLabel(control) || namesOnLine(control).find(Boolean) || control.getAttribute("title") || "";
