// ---- Recording: what a person points at, in the words by which the robot finds it again

const KIND_OF = (field) => (field.kind === "checkbox" ? "チェック" : FITS["選ぶ"](field) && !field.first.matches("input[list]") ? "選ぶ" : "入力");
const groupsAround = (element) => {
  const found = [];
  for (let group = parentOf(element); group; group = parentOf(group)) {
    if (group.matches(GROUPS)) found.push(line(groupLabel(group)));
  }
  return found.filter((label) => label && label.length < 60);
};
// Named so that nothing else on the page is found; null where no words are enough.
const worded = (one, role, ones, fits) => {
  const label = line(one.names[0] || one.also()[0] || "");
  const name = one.first.getAttribute("name") || "", id = one.first.id || "";
  const plain = { role, label, within: "", id: "", name: "" };
  const tries = [plain, ...groupsAround(one.first).map((within) => ({ ...plain, within })), { ...plain, name }, { ...plain, id }];
  return tries.find((words) => (words.label || words.id || words.name) && (find(words, ones, fits).field || {}).first === one.first) || null;
};
const choicesOf = (field) => (field.first.tagName === "SELECT" ? [...field.first.options].map((one) => line(one.textContent)) : field.kind === "one" ? [] : field.members.map((one) => line(optionText(one)))).filter(Boolean).slice(0, 300);
const defaultButton = (control, pressable) => {
  const form = control.form;
  return form ? pressable.find((one) => one.first.form === form && /^(submit|image)$/.test(one.first.type)) : null;
};

// A field whose value nobody else may learn, whatever type the page gives it.
const SECRET = /パスワード|パスフレーズ|合言葉|暗証|password|passwd|passphrase|(^|[^a-z])(pass|pwd|pin)([^a-z]|$)/i;
const isSecret = (control) => control.type === "password" || /password|one-time-code/.test(control.getAttribute("autocomplete") || "") ||
  (/^(INPUT|TEXTAREA)$/.test(control.tagName) && [control.name, control.id, ...namesOf(control).names].some((text) => SECRET.test(text || "")));
const reachable = () => {
  const ones = fields(), found = [], files = fileInputs();
  for (const one of ones) {
    const kind = KIND_OF(one);
    found.push({ one, ones, role: "欄", kind, fits: FITS[kind], secret: kind === "入力" && isSecret(one.first) });
  }
  for (const one of files) found.push({ one, ones: files, role: "欄", kind: "添付", fits: () => true, secret: false });
  for (const [role, what] of [["ボタン", "button"], ["リンク", "link"]]) {
    const pressable = buttons(what);
    for (const one of pressable) if (bare(one.label)) found.push({ one, ones: pressable, role, kind: "押す", fits: () => true, secret: false });
  }
  return found.slice(0, 400);
};
const told = (target, n) => {
  const { one, role, kind, fits, ones, secret } = target;
  const element = worded(one, role, ones, fits);
  return {
    n, kind, secret, element, label: line(one.label), choices: role === "欄" && kind !== "添付" ? choicesOf(one) : [],
    once: one.first.getAttribute("autocomplete") === "one-time-code",
    taken: kind === "チェック" ? one.members.filter(isTaken).map((member) => line(optionText(member))) : [],
    stays: role === "ボタン" && one.first.type === "button" && !one.first.onclick,
  };
};
const signsIn = () => all("input[type=password]").some(visible);
const targets = () => ({ signs_in: signsIn(), targets: reachable().map(told) });

const deepest = (x, y) => {
  let page = document, top = null, left = x, above = y;
  for (;;) {
    let next = page.elementFromPoint(left, above);
    for (let inner; next && next.shadowRoot && (inner = next.shadowRoot.elementFromPoint(left, above)) && inner !== next;) next = inner;
    top = next || top;
    const inside = next && inFrame(next);
    if (!inside) return top;
    const box = next.getBoundingClientRect();
    left -= box.left + next.clientLeft;
    above -= box.top + next.clientTop;
    page = inside;
  }
};
// Which target stands at a point of the picture, and which of its options; n is -1 for none.
const pointed = (x, y) => pointedAt(deepest(x, y));
const pointedAt = (hit) => {
  const all = reachable();
  const owns = (member) => holds(member, hit) || [...(member.labels || [])].some((label) => holds(label, hit));
  const at = hit ? all.findIndex(({ one }) => one.members.some(owns)) : -1;
  if (at < 0) return { n: -1, signs_in: signsIn() };
  const member = all[at].one.members.find(owns);
  return { ...told(all[at], at), option: all[at].kind === "押す" || all[at].one.kind === "one" ? "" : line(optionText(member)), signs_in: signsIn() };
};
// The button that Enter would press in a field.
const enters = (element) => {
  const found = find(element, fields());
  const pressable = buttons("button"), one = found.field && defaultButton(found.field.first, pressable);
  return one ? { element: worded(one, "ボタン", pressable, () => true), label: line(one.label) } : {};
};
const boxOf = (element) => {
  const ones = element.role === "欄" ? fields() : buttons(ROLE[element.role]);
  let found = find(element, ones);
  if (!found.field && element.role === "欄") found = find(element, fileInputs());
  if (!found.field) return null;
  // What people see of a hidden file input is its label.
  const first = visible(found.field.first) ? found.field.first : [...found.field.first.labels].find(visible);
  first.scrollIntoView({ block: "center", inline: "center" });
  let { left, top, width, height } = first.getBoundingClientRect();
  for (let frame = first.ownerDocument.defaultView.frameElement; frame; frame = frame.ownerDocument.defaultView.frameElement) {
    const box = frame.getBoundingClientRect();
    left += box.left;
    top += box.top;
  }
  return { x: left, y: top, width, height };
};
// What stands in the field of a control, as its step would say it.
const standingIn = (control) => {
  const field = fields().find((one) => one.members.includes(control));
  return field ? seenIn(field) : [];
};
