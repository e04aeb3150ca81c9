// ---- Pressing

const ROLE = { "ボタン": "button", "リンク": "link" };
// Whether something else lies over an element, in its own document or over a frame that it stands in.
const covered = (target) => {
  for (let one = target; one;) {
    const box = one.getClientRects()[0], page = one.ownerDocument;
    if (!box) return false;
    const x = box.left + box.width / 2, y = box.top + box.height / 2;
    let top = page.elementFromPoint(x, y);
    for (let inner; top && top.shadowRoot && (inner = top.shadowRoot.elementFromPoint(x, y)) && inner !== top;) top = inner;
    if (top && !(holds(one, top) || holds(top, one))) return true;
    one = page.defaultView.frameElement;
  }
  return false;
};
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
  if (covered(target)) return { verdict: "covered" };
  return { verdict: "ok", target };
};

// Whether the page still has something to do with what was typed (see later.js).
const isLater = () => roots().some((root) => {
  const count = ((root.ownerDocument || root).defaultView || {})[Symbol.for("yakuba.later")];
  return count && count() > 0;
});
const press = (element, entries, waits) => {
  if (waits && isLater()) return { entries: [], button: { verdict: "ok" }, pressed: false, later: true };
  const checked = verify(entries || []);
  if (checked.some((one) => one.verdict !== "ok")) return { entries: checked, button: { verdict: "ok" }, pressed: false };
  const button = ready(element);
  const target = button.target;
  delete button.target;
  if (button.verdict !== "ok") return { entries: checked, button, pressed: false };
  const before = glimpse();
  tap(target);
  return { entries: checked, button, pressed: true, before };
};

// What a form carries besides what people fill in: the button that sent it, and hidden fields.
const names = (css) => all(css).map((one) => one.name);
const senders = () => ({ buttons: names("button[name], input[type=submit][name]"), hidden: names("input[type=hidden][name]") });

// ---- Whether anything still happens: what people would see change, and layers that tell them to wait

const LOADING = /読み?込み?中|処理中|検索中|送信中|通信中|更新中|お待ち(ください|下さい)|loading|please wait/i;
const isLoading = () => roots().some((root) => root.readyState && root.readyState !== "complete") ||
  all("[aria-busy=true], progress:not([value]), [role=progressbar]:not([aria-valuenow])").some(visible) ||
  all("div, span, p").some((one) => one.childElementCount < 4 && LOADING.test(one.textContent) && one.textContent.length < 60 && visible(one));
const glimpse = () => {
  const text = roots().map((root) => line((root.body || root).innerText || root.textContent)).join("\n");
  const held = all("input, textarea, select").map((one) => `${one.value}${one.checked || ""}${one.disabled}${one.options ? one.options.length : ""}`).join("\n");
  return `${location.href}\n${text}\n${held}`;
};
