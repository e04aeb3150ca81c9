// ---- Filling fields and reading them back

const seenIn = (field) => {
  if (field.kind !== "one") return field.members.filter(isTaken).map((one) => line(optionText(one)));
  const control = field.first;
  if (control.tagName === "SELECT") return [...control.selectedOptions].map((one) => line(one.textContent)).filter(Boolean);
  return [valueOf(control)];
};

// Digits between which the page has set its separators or a unit, a date that it writes in its own way, and what it
// has made wide or narrow, say the same.
const sameText = (wanted, seen) => wanted === seen || oneWidth(wanted) === oneWidth(seen) || sameDate(wanted, seen) ||
  (/^\d+$/.test(wanted) && oneWidth(seen).replace(/[-/, ()¥円〒]/g, "") === wanted);
const same = (entry, field) => {
  const control = field.first;
  if (field.kind === "one" && control.tagName !== "SELECT") {
    if (entry.kind === "選ぶ" && chosen(control, bare(entry.texts[0]))) return true;
    return !isList(control) && sameText(entry.texts[0] || "", valueOf(control).replace(/\r\n/g, "\n"));
  }
  const wanted = entry.texts.filter(Boolean).map(bare).sort();
  const seen = (field.kind === "one" ? seenIn(field).map(bare) : field.members.filter(isTaken).map(optionLabel)).sort();
  return JSON.stringify(wanted) === JSON.stringify(seen);
};

const write = (control, text) => {
  control.focus();
  const selection = control.ownerDocument.defaultView.getSelection();
  selection.selectAllChildren(control);
  control.ownerDocument.execCommand(text ? "insertText" : "delete", false, text);
  tell(control, "change");
  control.blur();
};
const type = async (entry, field) => {
  const control = field.first, text = entry.texts[0] || "";
  if (field.kind !== "one" || control.tagName === "SELECT" || isList(control)) return { verdict: "missing", similar: [] };
  if (control.isContentEditable) { write(control, text); return null; }
  if (control.matches(":disabled") || control.getAttribute("aria-disabled") === "true") return { verdict: "disabled" };
  if (control.readOnly) return same(entry, field) ? null : pickDay(entry, control);
  if (control.maxLength >= 0 && text.length > control.maxLength) return { verdict: "too_long", seen: String(control.maxLength) };
  const date = control.type === "date" && asDate(text);
  control.focus();
  typeText(control, date ? [date.year, date.month, date.day].map((part) => String(part).padStart(2, "0")).join("-") : text);
  tell(control, "change");
  control.blur();
  return null;
};

const DO = { "入力": type, "選ぶ": pick, "チェック": tick };
const FITS = {
  "入力": (field) => field.kind === "one" && field.first.tagName !== "SELECT" && !isList(field.first),
  "選ぶ": (field) => field.kind === "radio" || (field.kind === "one" && (field.first.tagName === "SELECT" || isList(field.first) || field.first.matches("[role=combobox], [list], [aria-autocomplete]"))),
  "チェック": (field) => field.kind === "checkbox",
};
const result = (entry, field) => {
  const seen = entry.secret ? "" : seenIn(field).join("、");
  return { verdict: same(entry, field) ? "ok" : "not_landed", seen };
};

const verify = (entries) => {
  const ones = fields();
  return entries.map((entry) => {
    const found = find(entry.element, ones, FITS[entry.kind]);
    return found.field ? result(entry, found.field) : found;
  });
};

const fill = async (entries) => {
  const results = [];
  let ones = fields();
  for (const entry of entries) {
    let found = find(entry.element, ones, FITS[entry.kind]);
    // A field may have appeared, or been drawn anew, because of the one before it.
    if (!found.field || !found.field.first.isConnected) { ones = fields(); found = find(entry.element, ones, FITS[entry.kind]); }
    const problem = found.field ? await DO[entry.kind](entry, found.field) : found;
    results.push(problem || result(entry, found.field));
    if (results[results.length - 1].verdict !== "ok") break;
  }
  return results;
};
