// Runs inside the target's page. One call does one job and returns plain data; nothing is left behind.
(job) => {
  "use strict";

  // Text as people compare it: one width, no spaces, no marks such as 必須 or a trailing colon. Kanji keep their code
  // point: an option may be a person's name, and 神 U+FA19 is not 神 U+795E, which NFKC would make of it.
  const squeeze = (text) => (text || "").replace(/[^\uF900-\uFAFF\u{2F800}-\u{2FA1F}]+/gu, (part) => part.normalize("NFKC")).replace(/\s+/g, "");
  const bare = (text) => squeeze(text).replace(/^[※*●○]+|[※*]+$/g, "").replace(/[(\[【]?(必須|任意)[)\]】]?$/, "").replace(/[::]$/, "");
  const line = (text) => (text || "").replace(/\s+/g, " ").trim();

  const visible = (element) => {
    if (element.checkVisibility) return element.checkVisibility({ visibilityProperty: true });
    return element.getClientRects().length > 0;
  };

  // ---- Labels

  const idsText = (element, attribute) =>
    (element.getAttribute(attribute) || "").split(/\s+/).filter(Boolean)
      .map((id) => document.getElementById(id)).filter(Boolean).map((one) => one.textContent).join(" ");

  const labelText = (label, control) => {
    if (!label.contains(control)) return label.textContent;
    const copy = label.cloneNode(true);
    for (const inner of copy.querySelectorAll("input, select, textarea, button")) inner.remove();
    return copy.textContent;
  };

  const headerCellText = (element) => {
    const cell = element.closest("td");
    if (!cell) return "";
    let before = cell.previousElementSibling;
    while (before && before.tagName !== "TH") before = before.previousElementSibling;
    if (!before) return "";
    const label = before.querySelector("label");
    return (label || before).textContent;
  };

  // The name people read beside one control, never that of a group around it.
  const ownLabel = (control) => {
    const spoken = idsText(control, "aria-labelledby") || control.getAttribute("aria-label");
    if (spoken && spoken.trim()) return spoken;
    if (control.labels && control.labels.length) return labelText(control.labels[0], control);
    return control.getAttribute("title") || control.getAttribute("placeholder") || "";
  };

  const groupLabel = (group) => {
    const spoken = idsText(group, "aria-labelledby") || group.getAttribute("aria-label");
    if (spoken && spoken.trim()) return spoken;
    if (group.tagName === "FIELDSET") {
      const legend = group.querySelector(":scope > legend");
      return legend ? legend.textContent : "";
    }
    if (group.tagName === "TABLE") return group.caption ? group.caption.textContent : "";
    if (/^(SECTION|ARTICLE|FORM)$/.test(group.tagName)) {
      const heading = group.querySelector("h1, h2, h3, h4, h5, h6");
      return heading ? heading.textContent : "";
    }
    return "";
  };

  const GROUPS = "fieldset, [role=group], [role=radiogroup], [role=region], [role=tabpanel], [role=dialog], section, article, form, table";
  const insideOf = (element, wanted) => {
    if (!wanted) return true;
    for (let group = element.parentElement; group; group = group.parentElement) {
      if (group.matches(GROUPS) && bare(groupLabel(group)) === bare(wanted)) return true;
    }
    return false;
  };

  // ---- Fields: a control, or all radio buttons or check boxes that belong together

  const isButtonSet = (control) => control.type === "radio" || control.type === "checkbox";
  const controls = () => [...document.querySelectorAll("input, select, textarea")]
    .filter((one) => !/^(hidden|submit|button|image|reset|file)$/.test(one.type) && (visible(one) || isButtonSet(one) && [...(one.labels || [])].some(visible)));

  const setName = (control) => {
    const group = control.closest("fieldset, [role=group], [role=radiogroup]");
    return (group && groupLabel(group)) || headerCellText(control);
  };

  const fields = () => {
    const found = [];
    const sets = new Map();
    for (const control of controls()) {
      if (!isButtonSet(control)) {
        found.push({ label: ownLabel(control) || headerCellText(control), first: control, members: [control], kind: "one" });
        continue;
      }
      const key = `${control.type}\n${control.form ? [...document.forms].indexOf(control.form) : ""}\n${control.name || control.id}`;
      const group = control.closest("fieldset, [role=group], [role=radiogroup]");
      // Check boxes of one group may carry different names: then the group is what holds them together.
      const holder = control.type === "checkbox" && group && groupLabel(group) ? group : key;
      if (!sets.has(holder)) {
        const set = { label: setName(control), first: control, members: [], kind: control.type };
        sets.set(holder, set);
        found.push(set);
      }
      sets.get(holder).members.push(control);
    }
    for (const set of sets.values()) {
      if (set.kind === "checkbox" && set.members.length === 1 && !bare(set.label)) set.label = ownLabel(set.first);
    }
    return found;
  };

  const buttons = (role) => {
    const css = role === "link" ? "a[href], [role=link]" : "button, input[type=submit], input[type=button], input[type=image], [role=button]";
    return [...document.querySelectorAll(css)].filter(visible).map((one) => ({
      label: idsText(one, "aria-labelledby") || one.getAttribute("aria-label") || line(one.textContent) || one.value || one.alt || one.title || "",
      first: one, members: [one], kind: role,
    }));
  };

  // ---- Similarity for reports (Dice over pairs of characters); never used to choose an element

  const pairs = (text) => new Set([...text].map((_, i, all) => all.slice(i, i + 2).join("")));
  const alike = (a, b) => {
    const left = pairs(a), right = pairs(b);
    return (2 * [...left].filter((one) => right.has(one)).length) / (left.size + right.size || 1);
  };
  const similar = (wanted, all) => {
    const labels = [...new Set(all.map((one) => line(one.label)).filter(Boolean))];
    return labels.map((label) => [alike(bare(wanted), bare(label)), label]).filter(([score]) => score > 0.15)
      .sort((a, b) => b[0] - a[0]).slice(0, 5).map(([, label]) => label);
  };

  // Label first. A hint (id, name) decides between several of that label, or finds a field that has none;
  // it never overrules a label, because a wrong field is worse than a stop.
  const find = (element, all) => {
    const hinted = (one) => one.members.some((member) =>
      (element.id && member.id === element.id) || (element.name && member.name === element.name));
    const inside = all.filter((one) => insideOf(one.first, element.within));
    let matches = inside.filter((one) => bare(one.label) === bare(element.label));
    if (matches.length > 1 && (element.id || element.name)) matches = matches.filter(hinted);
    if (matches.length === 0) matches = inside.filter((one) => !bare(one.label) && hinted(one));
    if (matches.length === 1) return { field: matches[0] };
    return { verdict: matches.length ? "ambiguous" : "missing", similar: similar(element.label, all) };
  };

  // ---- Filling and reading back

  const setNative = (control, value) => {
    const prototype = control.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(prototype.prototype, "value").set.call(control, value);
  };
  const tell = (control, ...names) => names.forEach((name) =>
    control.dispatchEvent(name === "input" ? new InputEvent("input", { bubbles: true, inputType: "insertText" }) : new Event(name, { bubbles: true })));
  const locked = (control) => control.matches(":disabled") || control.readOnly || control.getAttribute("aria-disabled") === "true";

  const optionLabel = (control) => bare(ownLabel(control)) || bare(control.value);

  const seenIn = (field) => {
    if (field.kind !== "one") return field.members.filter((one) => one.checked).map((one) => line(ownLabel(one)));
    const control = field.first;
    if (control.tagName === "SELECT") return [...control.selectedOptions].map((one) => line(one.textContent)).filter(Boolean);
    return [control.value];
  };

  // Digits between which the page has set its separators, or which it has made wide, are the same digits.
  const sameText = (wanted, seen) => wanted === seen ||
    (/^\d+$/.test(wanted) && seen.replace(/[\uFF01-\uFF5E]/g, (wide) => wide.normalize("NFKC")).replace(/[-/, ()]/g, "") === wanted);
  const same = (entry, field) => {
    if (field.kind === "one" && field.first.tagName !== "SELECT") return sameText(entry.texts[0] || "", field.first.value.replace(/\r\n/g, "\n"));
    const wanted = entry.texts.filter(Boolean).map(bare).sort();
    const seen = (field.kind === "one" ? seenIn(field) : field.members.filter((one) => one.checked).map((one) => ownLabel(one) || one.value)).map(bare).sort();
    return JSON.stringify(wanted) === JSON.stringify(seen);
  };

  // ---- Typing: older pages take, check or form a value in what they hear of keys, not in `input` and `change`

  const KEY_CODES = { " ": 32, "*": 186, ":": 186, ";": 187, "+": 187, ",": 188, "-": 189, ".": 190, "/": 191, "@": 192, "_": 226 };
  const keyCode = (key) => (/^[0-9A-Za-z]$/.test(key) ? key.toUpperCase().charCodeAt(0) : KEY_CODES[key] || { Process: 229, Delete: 46 }[key] || 0);
  const heard = (control, name, key, more) => // false when the page wants nothing more to come of it
    control.dispatchEvent(new KeyboardEvent(name, { key, keyCode: keyCode(key), bubbles: true, cancelable: name !== "keyup", composed: true, ...more }));
  const put = (control, text, kind) => {
    const about = { bubbles: true, inputType: kind, data: text || null, composed: true };
    if (!control.dispatchEvent(new InputEvent("beforeinput", { ...about, cancelable: kind !== "insertCompositionText" }))) return;
    setNative(control, text && control.value + text);
    control.dispatchEvent(new InputEvent("input", { ...about, isComposing: kind === "insertCompositionText" }));
  };
  const strike = (control, key) => {
    if (heard(control, "keydown", key) && heard(control, "keypress", key, { keyCode: key.charCodeAt(0), charCode: key.charCodeAt(0) })) put(control, key, "insertText");
    heard(control, "keyup", key);
  };
  const compose = (control, text) => {
    const told = (name, data) => control.dispatchEvent(new CompositionEvent(name, { data, bubbles: true, composed: true }));
    heard(control, "keydown", "Process");
    told("compositionstart", "");
    told("compositionupdate", text);
    put(control, text, "insertCompositionText");
    told("compositionend", text);
    heard(control, "keyup", "Process");
  };
  const erase = (control) => {
    if (control.value === "") return;
    if (heard(control, "keydown", "Delete")) put(control, "", "deleteContentBackward");
    heard(control, "keyup", "Delete");
  };
  // Half a date or number is none, so such a field takes its value at once.
  const takesKeys = (control) => control.tagName === "TEXTAREA" || /^(text|search|tel|password)$/.test(control.type);
  const typeText = (control, text) => {
    if (!takesKeys(control)) {
      const last = text.slice(-1) || "Delete";
      heard(control, "keydown", last);
      setNative(control, text);
      tell(control, "input");
      heard(control, "keyup", last);
      return;
    }
    erase(control);
    // What an input method would write comes as one piece; a line break too, since Enter means other things.
    for (const piece of text.match(/[ -~]|[^ -~]+/g) || []) piece.length === 1 && piece >= " " && piece <= "~" ? strike(control, piece) : compose(control, piece);
  };

  const type = (entry, field) => {
    const control = field.first, text = entry.texts[0] || "";
    if (field.kind !== "one" || control.tagName === "SELECT") return { verdict: "missing", similar: [] };
    if (locked(control)) return { verdict: "disabled" };
    if (control.maxLength >= 0 && text.length > control.maxLength) return { verdict: "too_long", seen: String(control.maxLength) };
    control.focus();
    typeText(control, text);
    tell(control, "change");
    control.blur();
    return null;
  };

  const pick = (entry, field) => {
    const wanted = bare(entry.texts[0]);
    if (field.kind === "one" && field.first.tagName === "SELECT") {
      const control = field.first;
      const options = [...control.options].filter((one) => bare(one.textContent) === wanted);
      if (options.length === 0) return { verdict: "no_option", similar: similar(wanted, [...control.options].map((one) => ({ label: one.textContent }))) };
      if (options.length > 1) return { verdict: "ambiguous" };
      if (locked(control) || options[0].disabled) return { verdict: "disabled" };
      control.focus();
      control.value = options[0].value;
      options[0].selected = true;
      tell(control, "input", "change");
      control.blur();
      return null;
    }
    if (field.kind !== "radio") return { verdict: "missing", similar: [] };
    if (!wanted) return null; // nothing to choose; `same` sees whether something is chosen already
    const members = field.members.filter((one) => optionLabel(one) === wanted);
    if (members.length !== 1) return { verdict: members.length ? "ambiguous" : "no_option", similar: similar(wanted, field.members.map((one) => ({ label: ownLabel(one) }))) };
    if (locked(members[0])) return { verdict: "disabled" };
    if (!members[0].checked) members[0].click();
    return null;
  };

  const tick = (entry, field) => {
    if (field.kind !== "checkbox") return { verdict: "missing", similar: [] };
    const wanted = entry.texts.filter(Boolean).map(bare);
    for (const one of wanted) {
      const count = field.members.filter((member) => optionLabel(member) === one).length;
      if (count !== 1) return { verdict: count ? "ambiguous" : "no_option", similar: similar(one, field.members.map((member) => ({ label: ownLabel(member) }))) };
    }
    for (const member of field.members) {
      if (member.checked === wanted.includes(optionLabel(member))) continue;
      if (locked(member)) return { verdict: "disabled" };
      member.click();
    }
    return null;
  };

  const DO = { "入力": type, "選ぶ": pick, "チェック": tick };
  const result = (entry, field) => {
    const seen = entry.secret ? "" : seenIn(field).join("、");
    return { verdict: same(entry, field) ? "ok" : "not_landed", seen };
  };

  const verify = (entries) => {
    const all = fields();
    return entries.map((entry) => {
      const found = find(entry.element, all);
      return found.field ? result(entry, found.field) : found;
    });
  };

  const fill = (entries) => {
    const results = [];
    let all = fields();
    for (const entry of entries) {
      let found = find(entry.element, all);
      // A field may have appeared because of the one before it.
      if (!found.field) { all = fields(); found = find(entry.element, all); }
      const problem = found.field ? DO[entry.kind](entry, found.field) : found;
      results.push(problem || result(entry, found.field));
      if (results[results.length - 1].verdict !== "ok") break;
    }
    return results;
  };

  // ---- Pressing

  const ROLE = { "ボタン": "button", "リンク": "link" };
  const ready = (element) => {
    const found = find(element, buttons(ROLE[element.role]));
    if (!found.field) return found;
    const target = found.field.first;
    if (target.matches(":disabled") || target.getAttribute("aria-disabled") === "true") return { verdict: "disabled" };
    const form = target.form;
    if (form && /^(submit|image)$/.test(target.type) && !form.noValidate && !target.formNoValidate && !form.checkValidity()) {
      const wrong = fields().filter((one) => one.members.some((member) => member.form === form && !member.validity.valid));
      return { verdict: "invalid", seen: wrong.map((one) => `${line(one.label)}（${one.first.validationMessage}）`).join("、") };
    }
    target.scrollIntoView({ block: "center", inline: "center" });
    const box = target.getClientRects()[0];
    const top = box && document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    if (top && !(target.contains(top) || top.contains(target))) return { verdict: "covered" };
    return { verdict: "ok", target };
  };

  const press = (element, entries) => {
    const checked = verify(entries || []);
    if (checked.some((one) => one.verdict !== "ok")) return { entries: checked, button: { verdict: "ok" }, pressed: false };
    const button = ready(element);
    const target = button.target;
    delete button.target;
    if (button.verdict !== "ok") return { entries: checked, button, pressed: false };
    target.click();
    return { entries: checked, button, pressed: true };
  };

  // What a form carries besides what people fill in: the button that sent it, and hidden fields.
  const names = (css) => [...document.querySelectorAll(css)].map((one) => one.name);
  const senders = () => ({ buttons: names("button[name], input[type=submit][name]"), hidden: names("input[type=hidden][name]") });

  // ---- Seeing

  const texts = (css) => [...document.querySelectorAll(css)].filter(visible).map((one) => line(one.innerText)).filter(Boolean);

  const items = () => {
    const found = [];
    for (const head of document.querySelectorAll("tr > th")) {
      const cell = head.nextElementSibling;
      if (cell && cell.tagName === "TD" && visible(cell) && !cell.querySelector("input:not([type=hidden]), select, textarea")) found.push([line(head.innerText), line(cell.innerText)]);
    }
    for (const head of document.querySelectorAll("dt")) {
      const value = head.nextElementSibling;
      if (value && value.tagName === "DD" && visible(value)) found.push([line(head.innerText), line(value.innerText)]);
    }
    return found.slice(0, 1000);
  };

  const tables = () => [...document.querySelectorAll("table")].filter(visible).map((table) => {
    const rows = [...table.rows];
    const head = rows.find((row) => row.cells.length && [...row.cells].every((cell) => cell.tagName === "TH"));
    if (!head) return null;
    const body = rows.slice(rows.indexOf(head) + 1).slice(0, 500);
    return { headers: [...head.cells].map((cell) => line(cell.innerText)), rows: body.map((row) => [...row.cells].map((cell) => line(cell.innerText))) };
  }).filter(Boolean).slice(0, 20);

  // Messages beside fields: what an invalid field, or an error mark within its group, points to.
  const fieldErrors = () => {
    const found = [];
    const told = (message) => found.some(([, known]) => known === message);
    for (const field of fields()) {
      const group = field.first.closest("fieldset, [role=group], [role=radiogroup]");
      for (const marked of [...field.members, ...(group ? [group] : [])]) {
        const invalid = marked.getAttribute("aria-invalid") === "true";
        const message = line(idsText(marked, "aria-errormessage") || idsText(marked, "aria-describedby"));
        const called = /err/i.test(`${marked.getAttribute("aria-describedby") || ""}`);
        if (message && (invalid || called) && !told(message)) found.push([line(group && group === marked ? groupLabel(group) : field.label), message]);
      }
    }
    return found;
  };

  const see = () => ({
    url: location.href,
    title: document.title,
    headings: texts("h1, h2, h3, h4, [role=heading]").slice(0, 50),
    text: line(document.body ? document.body.innerText : "").slice(0, 200000),
    alerts: texts("[role=alert]").slice(0, 20),
    field_errors: fieldErrors().slice(0, 50),
    items: items(),
    tables: tables(),
  });

  // ---- Covering what no picture may show

  const COVER = "yakuba-cover";
  const TELLING = 6; // digits in a row of a masked number
  const alone = (text, secret) => {
    if (!/^\d+$/.test(secret)) return text.includes(secret);
    return new RegExp(`(?<![0-9A-Za-z])${secret}(?![0-9A-Za-z])`).test(text);
  };
  const roots = (root) => [root, ...[...root.querySelectorAll("*")].filter((one) => one.shadowRoot).flatMap((one) => roots(one.shadowRoot))];
  // All that is drawn as text, in order: a text with the boxes in which it stands.
  const pieces = (root) => {
    const found = [];
    const walker = document.createTreeWalker(root.body || root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    while (walker.nextNode()) {
      const one = walker.currentNode;
      if (one.nodeType === Node.TEXT_NODE) {
        if (!one.data.trim()) continue;
        const range = document.createRange();
        range.selectNodeContents(one);
        found.push({ text: one.data, boxes: () => [...range.getClientRects()] });
      } else if (/^(INPUT|TEXTAREA)$/.test(one.tagName)) {
        found.push({ text: one.value, boxes: () => [one.getBoundingClientRect()], secret: one.type === "password" });
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
  const beside = (labels) => {
    const wanted = new Set(labels.map(bare));
    const named = (element) => wanted.has(bare(element.textContent));
    const found = fields().filter((one) => wanted.has(bare(one.label))).flatMap((one) => one.members);
    for (const head of document.querySelectorAll("tr > th, tr > td, dt")) {
      if (named(head) && head.nextElementSibling && /^(TD|DD)$/.test(head.nextElementSibling.tagName)) found.push(head.nextElementSibling);
    }
    for (const table of document.querySelectorAll("table")) {
      const rows = [...table.rows];
      const head = rows.find((row) => row.cells.length > 1 && [...row.cells].every((cell) => cell.tagName === "TH"));
      if (!head) continue;
      const columns = [...head.cells].flatMap((cell, n) => (named(cell) ? [n] : []));
      for (const row of rows.slice(rows.indexOf(head) + 1)) found.push(...columns.map((n) => row.cells[n]).filter(Boolean));
    }
    return found;
  };
  const cover = (secrets, masked, labels) => {
    const all = roots(document).flatMap(pieces);
    const told = ofMasked(all, masked);
    const boxes = all.filter((one) => one.secret || told.has(one) || secrets.some((secret) => alone(one.text, secret))).flatMap((one) => one.boxes());
    boxes.push(...beside(labels).map((one) => one.getBoundingClientRect()));
    // Nobody can look into a frame from here.
    if (masked.length) boxes.push(...[...document.querySelectorAll("iframe, frame, object, embed")].map((one) => one.getBoundingClientRect()));
    if (!boxes.length) return 0;
    const sheet = document.createElement("div");
    sheet.className = COVER;
    for (const box of boxes) {
      const patch = document.createElement("div");
      const at = { position: "absolute", left: `${box.left + scrollX}px`, top: `${box.top + scrollY}px`, width: `${box.width}px`, height: `${box.height}px`, background: "#333", zIndex: "2147483647" };
      Object.assign(patch.style, at);
      sheet.append(patch);
    }
    document.documentElement.append(sheet);
    return boxes.length;
  };
  const uncover = () => document.querySelectorAll(`.${COVER}`).forEach((one) => one.remove());

  switch (job.do) {
    case "fill": return fill(job.entries);
    case "verify": return verify(job.entries);
    case "press": return press(job.element, job.entries);
    case "senders": return senders();
    case "ready": { const found = ready(job.element); delete found.target; return found; }
    case "see": return see();
    case "cover": return cover(job.secrets, job.masked, job.labels);
    case "uncover": return uncover();
    default: throw new Error(`unknown job ${job.do}`);
  }
}
