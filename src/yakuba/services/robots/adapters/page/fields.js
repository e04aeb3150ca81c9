// ---- Fields: a control, or all radio buttons, boxes or tiles that belong together

const setOf = (control) => control.closest("fieldset, [role=group], [role=radiogroup]");
const isTaken = (control) => control.checked === true || control.getAttribute("aria-checked") === "true" || control.getAttribute("aria-pressed") === "true";
const isList = (control) => !/^(INPUT|SELECT|TEXTAREA)$/.test(control.tagName) && control.matches("[role=combobox], [aria-haspopup=listbox]");
const controls = () => all(CONTROLS).filter((one) => one.type !== "file" && !(isList(one) && one.querySelector("input:not([type=hidden])")) &&
  !(one.hasAttribute("aria-pressed") && [...one.parentElement.children].filter((other) => other.hasAttribute("aria-pressed")).length < 2) &&
  (visible(one) || (isButtonSet(one) && [...(one.labels || [])].some(visible))));

const fields = () => {
  const found = [], sets = new Map(), trees = roots();
  for (const control of controls()) {
    if (!isButtonSet(control)) {
      found.push({ ...namesOf(control), first: control, members: [control], kind: "one" });
      continue;
    }
    const kind = control.type === "checkbox" || control.matches("[role=checkbox], [role=switch]") ? "checkbox" : "radio";
    const group = setOf(control), tile = !control.type || control.type === "button" || control.type === "submit";
    // Check boxes of one group may carry different names: then the group is what holds them together.
    const together = (kind === "checkbox" || tile) && group && groupLabel(group) ? group : tile && kind === "radio" ? control.parentElement : null;
    const forms = [...control.getRootNode().querySelectorAll("form")];
    const holder = together || `${trees.indexOf(control.getRootNode())}\n${kind}\n${forms.indexOf(control.form)}\n${control.name || control.id}`;
    if (!sets.has(holder)) {
      const set = { names: [], also: () => [], first: control, members: [], kind };
      sets.set(holder, set);
      found.push(set);
    }
    sets.get(holder).members.push(control);
  }
  for (const set of sets.values()) {
    const group = setOf(set.first);
    const spoken = group && groupLabel(group);
    const read = namesOf(set.first, set.members);
    const lone = set.kind === "checkbox" && set.members.length === 1 ? [optionText(set.first)] : [];
    set.names = bare(spoken) ? [spoken] : read.names.length ? read.names : lone;
    set.also = () => [...read.names, ...read.also(), ...lone].filter((text) => bare(text));
  }
  return found.map((one) => ({ ...one, get label() { return one.names[0] || one.also()[0] || ""; } }));
};

const deepLabel = (element) => line(element.textContent) || [...element.querySelectorAll("img[alt], [aria-label], [title]")].map((one) => one.alt || one.getAttribute("aria-label") || one.title).find(Boolean) || "";
const BUTTONS = "button, input[type=submit], input[type=button], input[type=image], input[type=reset], summary, [role=button], [role=menuitem], [role=tab], [onclick]";
const isHand = (element) => getComputedStyle(element).cursor === "pointer";
// A piece of page that is a button by its hand alone, as script libraries make them.
const handMade = () => all("div, span, td, li, img").filter((one) => isHand(one) && parentOf(one) && !isHand(parentOf(one)) &&
  !one.closest(`a, label, ${BUTTONS}`) && !one.querySelector(`a, ${BUTTONS}, ${CONTROLS}`));
const buttons = (role) => {
  const found = role === "link" ? all("a, area[href], [role=link]").filter((one) => one.href || one.onclick || isHand(one) || one.matches("[role=link]"))
    : [...all(BUTTONS).filter((one) => one.tagName !== "A" || one.matches("[role]")).filter((one) => !one.hasAttribute("onclick") || one.matches("button, input, [role]") || !one.querySelector(`a, button, ${CONTROLS}`)), ...handMade()];
  return found.filter((one) => visible(one) && !one.matches(`select, textarea, form, body, input:not([type=submit]):not([type=button]):not([type=image]):not([type=reset])`)).map((one) => {
    const label = spokenLabel(one) || deepLabel(one) || one.value || one.alt || one.title || "";
    return { label, names: [label], also: () => [one.title].filter(Boolean), first: one, members: [one], kind: role };
  });
};

// ---- Similarity for reports (Dice over pairs of characters); never used to choose an element

const pairs = (text) => new Set([...text].map((_, i, letters) => letters.slice(i, i + 2).join("")));
const alike = (a, b) => {
  const left = pairs(a), right = pairs(b);
  return (2 * [...left].filter((one) => right.has(one)).length) / (left.size + right.size || 1);
};
const similar = (wanted, ones) => {
  const labels = [...new Set(ones.map((one) => line(one.label)).filter(Boolean))];
  return labels.map((label) => [alike(bare(wanted), bare(label)), label]).filter(([score]) => score > 0.15)
    .sort((a, b) => b[0] - a[0]).slice(0, 5).map(([, label]) => label);
};

// Label first. A hint (id, name) decides between several of that label, or finds a field that has none;
// it never overrules a label, because a wrong field is worse than a stop. Behind a dialog nobody can reach anything.
const find = (element, ones, fits = () => true) => {
  const hinted = (one) => one.members.some((member) =>
    (element.id && member.id === element.id) || (element.name && (member.name || member.getAttribute("name")) === element.name));
  const named = (list) => list.some((text) => bare(text) === bare(element.label));
  const inside = ones.filter((one) => insideOf(one.first, element.within));
  let matches = inside.filter((one) => named(one.names));
  if (!matches.length) matches = inside.filter((one) => named(one.also()));
  const modals = all("dialog:modal, [aria-modal=true]").filter(visible);
  const reached = matches.filter((one) => modals.some((modal) => holds(modal, one.first)));
  if (reached.length) matches = reached;
  if (matches.length > 1 && (element.id || element.name)) matches = matches.filter(hinted);
  if (matches.length > 1 && matches.some(fits)) matches = matches.filter(fits);
  if (matches.length === 0) matches = inside.filter((one) => !bare(one.label) && hinted(one));
  if (matches.length === 1) return { field: matches[0] };
  return { verdict: matches.length ? "ambiguous" : "missing", similar: similar(element.label, ones) };
};

// File inputs are no fields to type into. Many are hidden behind a label that looks like a button.
const fileInputs = () => all("input[type=file]").filter((one) => visible(one) || [...(one.labels || [])].some(visible)).map((one) => {
  const read = namesOf(one);
  return { ...read, first: one, members: [one], kind: "one", label: read.names[0] || read.also()[0] || "" };
});
const fileInput = (element) => {
  const found = find(element, fileInputs());
  return found.field ? { verdict: "ok", control: found.field.first } : found;
};
