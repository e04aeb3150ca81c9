// ---- Fields that only their calendar may fill

const asDate = (text) => {
  const found = /^(\d{4})(?:[-\/.年]\s?(\d{1,2})[-\/.月]\s?(\d{1,2})日?|(\d{2})(\d{2}))$/.exec(squeeze(text).replace(/\([月火水木金土日]\)$/, ""));
  return found && { year: Number(found[1]), month: Number(found[2] || found[4]), day: Number(found[3] || found[5]) };
};
const sameDate = (a, b) => {
  const [left, right] = [asDate(a), asDate(b)];
  return Boolean(left && right) && left.year === right.year && left.month === right.month && left.day === right.day;
};

const DAY = /^([1-9]|[12][0-9]|3[01])日?$/;
const dayCells = (box) => [...box.querySelectorAll("td, [role=gridcell], [role=option], button, a, span, div")].filter((one) => visible(one) && DAY.test(line(one.textContent)) && ![...one.children].some((inner) => DAY.test(line(inner.textContent))));
// The smallest piece of page that shows a month, with its headline: exactly one, or none.
const shownCalendar = () => {
  const months = all("table, [role=grid], [role=listbox], div").filter((one) => visible(one) && dayCells(one).length >= 28);
  const inmost = months.filter((one) => !months.some((other) => other !== one && one.contains(other)));
  if (inmost.length !== 1) return null;
  for (let box = inmost[0], n = 0; box && n < 4; box = parentOf(box), n++) {
    const at = shownMonth(box);
    if (at) return { box, grid: inmost[0], ...at };
  }
  return null;
};
const ENGLISH = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const shownMonth = (box) => {
  const lists = [...box.querySelectorAll("select")].filter(visible);
  const yearList = lists.find((one) => [...one.options].some((option) => /^\d{4}年?$/.test(line(option.textContent))));
  const monthList = lists.find((one) => one !== yearList && one.options.length > 1 && one.options.length <= 12);
  if (yearList && monthList) return { year: parseInt(line(yearList.selectedOptions[0].textContent), 10), month: monthOf(line(monthList.selectedOptions[0].textContent)), yearList, monthList };
  const text = squeeze(box.innerText);
  const japanese = /(\d{4})[年\/.-](\d{1,2})月?/.exec(text);
  if (japanese) return { year: Number(japanese[1]), month: Number(japanese[2]) };
  const english = new RegExp(`(${ENGLISH.join("|")})[a-z]*,?(\\d{4})`, "i").exec(text);
  return english && { year: Number(english[2]), month: monthOf(english[1]) };
};
const monthOf = (text) => parseInt(text, 10) || ENGLISH.indexOf(text.slice(0, 3).toLowerCase()) + 1;
const BACK = /^(‹|<|＜|«|◀|←|前|前へ|前の?月へ?|先月|prev(ious)?(month)?)$/i, ON = /^(›|>|＞|»|▶|→|次|次へ|次の?月へ?|翌月|next(month)?)$/i;
const turner = (box, wanted) => {
  const able = [...box.querySelectorAll("button, a, [role=button], [onclick], span, th, td, i")].filter(visible);
  const named = (one) => [spokenLabel(one), one.getAttribute("title"), line(one.textContent)].some((text) => text && wanted.test(squeeze(text).replace(/の?カレンダー/, "")));
  return able.filter(named).sort((a, b) => a.querySelectorAll("*").length - b.querySelectorAll("*").length)[0];
};

const turnTo = async (date) => {
  for (let turns = 0; turns < 1300; turns++) {
    const shown = shownCalendar();
    if (!shown) return null;
    if (shown.year === date.year && shown.month === date.month) return shown;
    if (shown.yearList) {
      const choose = (list, fits) => {
        const option = [...list.options].find((one) => fits(line(one.textContent)));
        if (!option) return false;
        list.value = option.value;
        tell(list, "input", "change");
        return true;
      };
      if (turns > 2 || !choose(shown.yearList, (text) => parseInt(text, 10) === date.year)) return null;
      const now = shownCalendar();
      if (!now || !now.monthList || !choose(now.monthList, (text) => monthOf(text) === date.month)) return null;
    } else {
      const button = turner(shown.box, date.year * 12 + date.month < shown.year * 12 + shown.month ? BACK : ON);
      if (!button) return null;
      tap(button);
      const turned = await until(() => { const now = shownCalendar(); return now && (now.year !== shown.year || now.month !== shown.month); }, 2000);
      if (!turned) return null;
    }
    await pause(0);
  }
  return null;
};

// null when the day was pressed; whether the field took it is read back like anything else.
const pickDay = async (entry, control) => {
  const date = asDate(entry.texts[0]), refused = { verdict: "disabled" };
  if (!date || shownCalendar()) return refused;
  tap(control);
  if (!(await until(shownCalendar, 800))) {
    const beside = [...parentOf(control).querySelectorAll("img, button, a, [role=button]")].filter((one) => visible(one) && /カレンダ|日付|calendar|date/i.test(`${spokenLabel(one)}${one.alt || ""}${one.title || ""}${one.textContent}${one.className}`));
    if (beside.length !== 1) return refused;
    tap(beside[0]);
    if (!(await until(shownCalendar, 800))) return refused;
  }
  const shown = await turnTo(date);
  if (!shown) return refused;
  const other = (one) => { for (let cell = one; cell !== shown.grid; cell = cell.parentElement) if (/\b(\S*other\S*|\S*outside\S*|old|new|\S*disabled\S*|\S*muted\S*|prev\S*|next\S*)\b/i.test(cell.className) || cell.matches(":disabled, [aria-disabled=true]")) return true; return false; };
  const days = dayCells(shown.grid).filter((one) => parseInt(line(one.textContent), 10) === date.day && !other(one));
  if (days.length !== 1) return refused;
  tap(days[0]);
  await until(() => sameDate(valueOf(control), entry.texts[0]), 1000);
  return null;
};
