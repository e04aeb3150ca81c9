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

const reachable = () => {
  const ones = fields(), found = [];
  for (const one of ones) {
    const kind = KIND_OF(one);
    found.push({ one, ones, role: "欄", kind, fits: FITS[kind], secret: one.first.type === "password" });
  }
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
    n, kind, secret, element, label: line(one.label), choices: role === "欄" ? choicesOf(one) : [],
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
const pointed = (x, y) => {
  const hit = deepest(x, y), all = reachable();
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
  const found = find(element, ones);
  if (!found.field) return null;
  const first = found.field.first;
  first.scrollIntoView({ block: "center", inline: "center" });
  let { left, top, width, height } = first.getBoundingClientRect();
  for (let frame = first.ownerDocument.defaultView.frameElement; frame; frame = frame.ownerDocument.defaultView.frameElement) {
    const box = frame.getBoundingClientRect();
    left += box.left;
    top += box.top;
  }
  return { x: left, y: top, width, height };
};
