// ---- Typing: older pages take, check or form a value in what they hear of keys, not in `input` and `change`

const setNative = (control, value) => {
  const prototype = control.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
  Object.getOwnPropertyDescriptor(prototype.prototype, "value").set.call(control, value);
};
const tell = (control, ...names) => names.forEach((name) =>
  control.dispatchEvent(name === "input" ? new InputEvent("input", { bubbles: true, inputType: "insertText" }) : new Event(name, { bubbles: true })));
const locked = (control) => control.matches(":disabled") || control.readOnly || control.getAttribute("aria-disabled") === "true";

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
