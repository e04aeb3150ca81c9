// ---- Choosing: lists of every make, buttons, tiles and boxes

// What a hand does to an element: scripts may listen to any of it.
const tap = (element) => {
  const about = { bubbles: true, cancelable: true, composed: true, button: 0 };
  element.dispatchEvent(new PointerEvent("pointerdown", { ...about, pointerType: "mouse", isPrimary: true }));
  element.dispatchEvent(new MouseEvent("mousedown", about));
  if (element.focus) element.focus({ preventScroll: true });
  element.dispatchEvent(new PointerEvent("pointerup", { ...about, pointerType: "mouse", isPrimary: true }));
  element.dispatchEvent(new MouseEvent("mouseup", about));
  if (element.click) element.click();
  else element.dispatchEvent(new MouseEvent("click", about));
};

const valueOf = (control) => (control.isContentEditable ? control.innerText.replace(/\n$/, "") : "value" in control && !/^(BUTTON|LI)$/.test(control.tagName) ? control.value : line(control.textContent));
// Lists that scripts make put what was chosen into the field, or into a piece of page around it.
const chosen = (control, wanted) => {
  if (bare(valueOf(control)) === wanted) return true;
  if (!control.matches("[role=combobox], [aria-autocomplete]")) return false;
  for (let box = parentOf(control), n = 0; box && n < 3 && controlsIn(box).length < 2; box = parentOf(box), n++) {
    if ([...box.querySelectorAll("*")].some((one) => !one.children.length && visible(one) && !one.closest("label, [role=option], [role=listbox]") && bare(one.textContent) === wanted)) return true;
  }
  return false;
};

const OPTIONS = "[role=option], [role=listbox] li, .ui-menu-item, .autocomplete-suggestion, .select2-results__option";
const optionsOf = (control) => {
  const list = control.getAttribute("aria-controls") || control.getAttribute("aria-owns");
  const box = list && control.getRootNode().querySelector(`#${CSS.escape(list)}`);
  const found = box ? [...box.querySelectorAll("[role=option], li, option, a")] : all(OPTIONS);
  return found.filter((one) => visible(one) && !found.some((other) => other !== one && other.contains(one)));
};
const listed = (text, ones) => similar(text, ones.map((one) => ({ label: line(one.textContent || one.value) })));

const pickFromList = async (entry, control) => {
  const text = entry.texts[0] || "", wanted = bare(text);
  if (!wanted || chosen(control, wanted)) return null;
  if (control.list) {
    if (locked(control)) return { verdict: "disabled" };
    if (![...control.list.options].some((one) => bare(one.value) === wanted)) return { verdict: "no_option", similar: listed(wanted, [...control.list.options]) };
    return type(entry, { first: control, kind: "one" });
  }
  if (control.matches(":disabled, [aria-disabled=true]")) return { verdict: "disabled" };
  const match = () => optionsOf(control).filter((one) => bare(one.textContent) === wanted);
  tap(control);
  let found = await until(() => (match().length ? match() : null), 500);
  if (!found && takesKeys(control) && "value" in control && !control.readOnly) typeText(control, text);
  found = found || (await until(() => (match().length ? match() : null), 3000));
  if (!found) {
    const similar = listed(wanted, optionsOf(control));
    heard(control, "keydown", "Escape");
    return { verdict: optionsOf(control).length ? "no_option" : "missing", similar };
  }
  if (found.length > 1) return { verdict: "ambiguous" };
  if (found[0].matches("[aria-disabled=true]")) return { verdict: "disabled" };
  tap(found[0]);
  await until(() => chosen(control, wanted), 1000);
  return null;
};

const pickFromSelect = (entry, control) => {
  const wanted = bare(entry.texts[0]);
  const options = [...control.options].filter((one) => bare(one.textContent) === wanted);
  if (options.length === 0) return { verdict: "no_option", similar: listed(wanted, [...control.options]) };
  if (options.length > 1) return { verdict: "ambiguous" };
  if (locked(control) || options[0].disabled) return { verdict: "disabled" };
  control.focus();
  control.value = options[0].value;
  options[0].selected = true;
  tell(control, "input", "change");
  control.blur();
  return null;
};

const optionLabel = (control) => bare(optionText(control)) || bare(control.value);
const optionsLike = (text, field) => similar(text, field.members.map((one) => ({ label: optionText(one) })));
const press1 = (member) => (/^(INPUT|BUTTON)$/.test(member.tagName) ? member.click() : tap(member));

const pick = async (entry, field) => {
  if (field.kind === "one") {
    if (field.first.tagName === "SELECT") return pickFromSelect(entry, field.first);
    return isList(field.first) || field.first.list || field.first.matches("[role=combobox], [aria-autocomplete=list], [aria-autocomplete=both], [aria-haspopup=listbox]")
      ? pickFromList(entry, field.first) : { verdict: "missing", similar: [] };
  }
  const wanted = bare(entry.texts[0]);
  if (field.kind !== "radio") return { verdict: "missing", similar: [] };
  if (!wanted) return null; // nothing to choose; `same` sees whether something is chosen already
  const members = field.members.filter((one) => optionLabel(one) === wanted);
  if (members.length !== 1) return { verdict: members.length ? "ambiguous" : "no_option", similar: optionsLike(wanted, field) };
  if (locked(members[0])) return { verdict: "disabled" };
  if (!isTaken(members[0])) press1(members[0]);
  return null;
};

const tick = (entry, field) => {
  if (field.kind !== "checkbox") return { verdict: "missing", similar: [] };
  const wanted = entry.texts.filter(Boolean).map(bare);
  for (const one of wanted) {
    const count = field.members.filter((member) => optionLabel(member) === one).length;
    if (count !== 1) return { verdict: count ? "ambiguous" : "no_option", similar: optionsLike(one, field) };
  }
  for (const member of field.members) {
    if (isTaken(member) === wanted.includes(optionLabel(member))) continue;
    if (locked(member)) return { verdict: "disabled" };
    press1(member);
  }
  return null;
};
