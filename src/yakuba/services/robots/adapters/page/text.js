// ---- Text and the tree: what is compared, and every document, frame and shadow tree that people see as one page

// Text as people compare it: one width, no spaces, no marks such as 必須 or a trailing colon. Kanji keep their code
// point: an option may be a person's name, and 神 U+FA19 is not 神 U+795E, which NFKC would make of it.
const squeeze = (text) => (text || "").replace(/[^\uF900-\uFAFF\u{2F800}-\u{2FA1F}]+/gu, (part) => part.normalize("NFKC")).replace(/\s+/g, "");
const REQUIRED = "[(\\[【〔<]?(?:必須|任意|要入力)[)\\]】〕>]?";
const MARKS = new RegExp(`^(?:[※*●○■□◆◇▼▶・★☆]|${REQUIRED}(?=.))+|(?:[※*★:]|${REQUIRED})+$`, "g");
const bare = (text) => squeeze(text).replace(MARKS, "");
const line = (text) => (text || "").replace(/\s+/g, " ").trim();
// One width for what pages make wide or narrow, and nothing else: ① stays ①.
const oneWidth = (text) => line((text || "").replace(/[\uFF01-\uFF9F\uFFE5]+/g, (part) => part.normalize("NFKC")));

const visible = (element) => {
  if (element.checkVisibility) return element.checkVisibility({ visibilityProperty: true });
  return element.getClientRects().length > 0;
};

// A frame of another site cannot be looked into from here, and has no document.
const inFrame = (element) => {
  try { return /^I?FRAME$/.test(element.tagName) ? element.contentDocument : null; } catch { return null; }
};
const roots = (root = document) => {
  const found = [root];
  for (const one of root.querySelectorAll("*")) {
    if (one.shadowRoot) found.push(...roots(one.shadowRoot));
    const inside = visible(one) && inFrame(one);
    if (inside && inside.documentElement) found.push(...roots(inside));
  }
  return found;
};
const all = (css) => roots().flatMap((root) => [...root.querySelectorAll(css)]);
const parentOf = (element) => {
  if (element.parentElement) return element.parentElement;
  const root = element.getRootNode();
  return root.host || (root.defaultView && root.defaultView.frameElement) || null;
};
const holds = (outer, inner) => {
  for (let one = inner; one; one = parentOf(one)) if (one === outer) return true;
  return false;
};
const idsText = (element, attribute) =>
  (element.getAttribute(attribute) || "").split(/\s+/).filter(Boolean)
    .map((id) => element.getRootNode().querySelector(`#${CSS.escape(id)}`)).filter(Boolean).map((one) => one.textContent).join(" ");

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const until = async (look, milliseconds) => {
  const end = performance.now() + milliseconds;
  for (;;) {
    const found = look();
    if (found || performance.now() > end) return found;
    await pause(40);
  }
};
