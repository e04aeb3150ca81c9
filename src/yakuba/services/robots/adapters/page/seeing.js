// ---- Seeing

const shown = (element) => line(element.innerText);
const texts = (css) => all(css).filter(visible).map(shown).filter(Boolean);
const textIn = (root) => (root.body ? root.body.innerText : [...root.children].map((one) => one.innerText || "").join("\n")) || "";

// The rows of a table, whatever it is made of, each as its cells.
const gridRows = (table) => (table.tagName === "TABLE" ? [...table.rows].map((row) => [...row.cells])
  : [...table.querySelectorAll("[role=row]")].map((row) => [...row.querySelectorAll("[role=columnheader], [role=rowheader], [role=cell], [role=gridcell]")]));
const isHead = (cell) => cell.tagName === "TH" || cell.matches("[role=columnheader]");
const isBlank = (cell) => !shown(cell) || controlsIn(cell).length > 0;
// Old pages make the headline of a list of plain cells: then it is the first row of a table of three columns or more.
const headRow = (rows) => rows.find((row) => row.length && row.every(isHead)) ||
  (rows.length && rows[0].length > 2 && !rows.some((row) => row.some(isHead)) && rows.every((row) => row.length === rows[0].length) && !rows[0].some(isBlank) ? rows[0] : null);
const tables = () => all("table, [role=table], [role=grid]").filter(visible).map((table) => {
  const rows = gridRows(table), head = headRow(rows);
  if (!head) return null;
  const body = rows.slice(rows.indexOf(head) + 1).slice(0, 500);
  return { headers: head.map(shown), rows: body.map((row) => row.map(shown)) };
}).filter(Boolean).slice(0, 20);

const items = () => {
  const found = [];
  const add = (head, value) => { if (visible(value) && !controlsIn(value).length) found.push([shown(head), shown(value)]); };
  for (const head of all("tr > th")) if (head.nextElementSibling && head.nextElementSibling.tagName === "TD") add(head, head.nextElementSibling);
  for (const head of all("dt")) if (head.nextElementSibling && head.nextElementSibling.tagName === "DD") add(head, head.nextElementSibling);
  for (const table of all("table")) {
    for (const row of table.rows) {
      if (row.cells.length === 2 && ![...row.cells].some(isHead) && !row.querySelector("table")) add(row.cells[0], row.cells[1]);
    }
  }
  const known = new Set(found.map(([name]) => bare(name)));
  for (const text of roots().flatMap((root) => textIn(root).split("\n"))) {
    const pair = /^\s*([^:：]{1,20})[:：]\s*(\S.*)$/.exec(text);
    if (pair && !known.has(bare(pair[1]))) found.push([line(pair[1]), line(pair[2])]);
  }
  return found.slice(0, 1000);
};

// Messages that the page marks as such, but for those that say nothing is wrong.
const FINE = /((登録|保存|更新|追加|送信|受付|変更|削除|作成|反映|処理)(は|が|を)?(完了)?(しました|されました)|見つかりました|成功|[0-9０-９]+\s*件|saved|success|match)/i;
const WRONG = /(エラー|誤り|誤って|不正|失敗|必須|未入力|ください|下さい|ません|できない|ない|超え|重複|既に|すでに|無効|有効|error|invalid|required|fail|denied|must|not )/i;
const alerts = () => texts("[role=alert]").filter((text) => !FINE.test(text) || WRONG.test(text)).slice(0, 20);

// Messages beside fields: what an invalid field, or an error mark within its group, points to.
const fieldErrors = () => {
  const found = [];
  const told = (message) => found.some(([, known]) => known === message);
  for (const field of fields()) {
    const group = setOf(field.first);
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
  text: line(roots().map(textIn).join("\n")).slice(0, 200000),
  alerts: alerts(),
  field_errors: fieldErrors().slice(0, 50),
  items: items(),
  tables: tables(),
});
