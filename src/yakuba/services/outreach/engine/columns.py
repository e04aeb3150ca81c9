"""What the columns of a town's table are: role, kind of value, class of data, and from when on a value was known.

A cell is read where it is clear (full width, thousands, 和暦, a unit behind a number); else it is told by line and column, and
empty. Numbers of persons (個人番号) are never kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from yakuba.kernel.definitions import Problem
from yakuba.kernel.tables.reading import Row
from yakuba.kernel.values import ValueRefused, calendar
from yakuba.kernel.values.characters import narrow
from yakuba.kernel.values.my_numbers import likely_in

ROLES = {
    "number": "宛名番号",
    "year": "年度",
    "birth": "生年月日",
    "sex": "性別",
    "district": "地区",
    "name": "氏名",
    "postal": "郵便番号",
    "address": "住所",
    "outcome": "結果（受診したか）",
    "value": "そのほかの値",
    "unused": "使わない",
}
KINDS = {"text": "区分・文字", "number": "数", "date": "日付", "flag": "はい・いいえ"}
CLASSES = {
    "basic": "基本（氏名・生年月日・性別・地区）",
    "contact": "連絡先（住所・郵便番号）",
    "health": "健康（受診・検査・問診。要配慮個人情報）",
    "care": "介護・福祉",
    "tax": "税・所得",
    "other": "そのほか",
}
ONCE = ("number", "year", "birth", "sex", "district", "name", "postal", "address", "outcome")
KIND_OF = {"number": "text", "year": "number", "birth": "date", "outcome": "flag"}
CLASS_OF = {"postal": "contact", "address": "contact", "outcome": "health"}
HEADINGS = {
    "number": ("宛名番号", "宛名コード", "個人コード", "整理番号"),
    "year": ("年度", "対象年度"),
    "birth": ("生年月日",),
    "sex": ("性別",),
    "district": ("地区", "行政区", "校区", "町名"),
    "name": ("氏名", "名前", "宛名"),
    "postal": ("郵便番号",),
    "address": ("住所", "所在地"),
    "outcome": ("受診", "受診の有無", "受診した"),
}
HEALTH = re.compile(
    "受診|健診|検診|検査|血圧|血糖|HbA1c|BMI|服薬|病|問診|歩行|喫煙|飲酒|医療|体重|腹囲", re.I
)
CARE, TAX = re.compile("介護|要支援|認定|福祉|手帳|生活保護"), re.compile("税|所得|収入|課税")
YES = frozenset(("はい", "1", "有", "あり", "有り", "○", "〇", "受診", "済", "y", "yes", "true"))
NO = frozenset(("いいえ", "0", "無", "なし", "無し", "×", "✕", "未受診", "未", "n", "no", "false"))
NUMBER = re.compile(
    r"([-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\s*(?:(百万|千|万)円|歳|才|円|人|件|回|点|%|mmHg|cm|kg|mg/dL|日|年|度|年度)?"
)
THOUSANDS = {"千": 1_000, "万": 10_000, "百万": 1_000_000}
LONGEST, MOST_COLUMNS, MOST_ROWS = 200, 60, 2_000_000
FIRST_YEAR, LAST_YEAR = 1990, 2098
MY_NUMBER = "個人番号（マイナンバー）に見える値です。この部屋では使いません。列を消して入れ直してください。"


@dataclass(frozen=True)
class ColumnSpec:
    """A column. heading: as in the file; role, kind, data_class: keys of `ROLES`, `KINDS`, `CLASSES`; known: when its value is
    known (`known_on`), empty where nobody has said."""

    heading: str
    role: str = "value"
    kind: str = "text"
    data_class: str = "other"
    known: str = ""

    def facts(self) -> dict[str, str]:
        """As it is kept."""
        return asdict(self)


class BadColumn(ValueError):
    """The text says in Japanese what is wrong with a column."""


_AT = re.compile(r"(前年度|翌年度|同年度|年度)?(\d{1,2})[-/月](\d{1,2})日?")
_WORDS = {"年度初め": (0, 4, 1), "年度始め": (0, 4, 1), "前年度末": (-1, 3, 31), "年度末": (0, 3, 31)}
_SHIFT = {"前年度": -1, "翌年度": 1}


def known_on(text: str, year: int) -> date | None:
    """The day from which a value of the fiscal year (from April) is known: a date, 「前年度末」「年度初め」「年度末」, or a day in the
    fiscal year as 「06-01」 or 「前年度12-31」. None for no text. Raises BadColumn."""
    plain = narrow(text).strip()
    if not plain:
        return None
    if plain in _WORDS:
        shift, month, day = _WORDS[plain]
    elif found := _AT.fullmatch(plain):
        shift, month, day = _SHIFT.get(found[1] or "", 0), int(found[2]), int(found[3])
    else:
        try:
            return calendar.read_date(plain)
        except ValueRefused as error:
            raise BadColumn(
                f"「{text[:20]}」は日と読めません。2026-04-01、前年度末、年度初め、06-01 のように書いてください。"
            ) from error
    try:
        return date(year + shift + (month < 4), month, day)
    except ValueError as error:
        raise BadColumn(f"「{text[:20]}」という日はありません。") from error


def guessed(headings: Iterable[str]) -> list[ColumnSpec]:
    """What the columns probably are; a person checks it. Of values nothing is known about when they were known."""
    found, taken = [], set[str]()
    for heading in list(headings)[:MOST_COLUMNS]:
        role = next(
            (one for one, names in HEADINGS.items() if heading in names and one not in taken), "value"
        )
        taken.add(role)
        data_class = CLASS_OF.get(role) or ("basic" if role != "value" else _class_of(heading))
        kind = KIND_OF.get(role, "text")
        known = (
            "前年度末" if role in ("number", "birth", "sex", "district", "name", "postal", "address") else ""
        )
        found.append(ColumnSpec(heading, role, kind, data_class, known))
    return found


def _class_of(heading: str) -> str:
    for name, pattern in (("care", CARE), ("tax", TAX), ("health", HEALTH)):
        if pattern.search(heading):
            return name
    return "other"


def checked(given: Sequence[Mapping[str, Any]]) -> list[ColumnSpec]:
    """The columns as they are kept. Raises BadColumn."""
    if not 0 < len(given) <= MOST_COLUMNS:
        raise BadColumn(f"列は1から{MOST_COLUMNS}までです。")
    specs = [_spec(one) for one in given]
    if len({one.heading for one in specs}) < len(specs):
        raise BadColumn("同じ見出しの列が二つあります。表を直して入れ直してください。")
    for role in ONCE:
        if sum(one.role == role for one in specs) > 1:
            raise BadColumn(f"「{ROLES[role]}」の列は一つにしてください。")
    if not any(one.role == "number" for one in specs):
        raise BadColumn("宛名番号の列がありません。どの列が宛名番号か選んでください。")
    return specs


def _spec(one: Mapping[str, Any]) -> ColumnSpec:
    spec = ColumnSpec(
        **{
            name: str(one.get(name, "")).strip()
            for name in ("heading", "role", "kind", "data_class", "known")
        }
    )
    if not 0 < len(spec.heading) <= 100:
        raise BadColumn("見出しのない列があります。")
    for name, known, what in (
        ("role", ROLES, "役割"),
        ("kind", KINDS, "値の種類"),
        ("data_class", CLASSES, "情報の種類"),
    ):
        if getattr(spec, name) not in known:
            raise BadColumn(f"列「{spec.heading}」の{what}は {'、'.join(known)} のどれかにしてください。")
    known_on(spec.known, 2026)
    return ColumnSpec(spec.heading, spec.role, KIND_OF.get(spec.role, spec.kind), spec.data_class, spec.known)


class Cells:
    """Rows read by their columns. problems: what could not be read, by line and column; columns: heading → values."""

    def __init__(self, specs: Sequence[ColumnSpec], problems: list[Problem]) -> None:
        self.specs = [one for one in specs if one.role != "unused"]
        self.columns: dict[str, list[Any]] = {one.heading: [] for one in self.specs}
        self._problems = problems
        self._key = [one for one in self.specs if one.role in ("number", "year")]
        self._seen: set[tuple[Any, ...]] = set()
        self.years: dict[int, int] = {}
        self._headings = [one.heading for one in specs if one.role != "number"]
        self._like_my_number: dict[str, int] = {}
        self._given = 0

    @property
    def rows(self) -> int:
        """How many were read."""
        return len(next(iter(self.columns.values())))

    def take(self, row: Row) -> None:
        """One more row; without its number, year, or the second time it is told and left out."""
        key = tuple(self._cell(row, one) for one in self._key)
        self._look_for_my_numbers(row)
        if any(value is None for value in key):
            self._told(
                row,
                self._key[0],
                "宛名番号（年度の列があれば年度）がないか読めないので、この行は使いません。",
            )
            return
        alike = tuple(number_key(one) if isinstance(one, str) else one for one in key)
        if alike in self._seen:
            self._told(
                row, self._key[0], "同じ人（と年度）の行が前にあります。前の行を使い、この行は使いません。"
            )
            return
        self._seen.add(alike)
        for one in self.specs:
            value = self._cell(row, one) if one not in self._key else key[self._key.index(one)]
            self.columns[one.heading].append(value)
            if one.role == "year":
                self.years[int(value)] = self.years.get(int(value), 0) + 1

    def _cell(self, row: Row, spec: ColumnSpec) -> Any:
        text = row.get(spec.heading)
        if not text:
            return None
        if spec.role == "number":
            return self._number(spec, text)
        if likely_in(text):
            self._told(row, spec, MY_NUMBER)
            return None
        try:
            return READERS["year" if spec.role == "year" else spec.kind](text)
        except (ValueError, ValueRefused) as error:
            self._told(row, spec, str(error))
            return None

    def _number(self, spec: ColumnSpec, text: str) -> str | None:
        plain = narrow(text).strip()
        self._like_my_number[spec.heading] = self._like_my_number.get(spec.heading, 0) + likely_in(plain)
        return plain[:20] or None

    def _look_for_my_numbers(self, row: Row) -> None:
        """In every other column too, also in those that are not used: the file as it came has them."""
        self._given += 1
        for heading in self._headings:
            if likely_in(row.get(heading)):
                self._like_my_number[heading] = self._like_my_number.get(heading, 0) + 1

    def columns_of_my_numbers(self) -> list[str]:
        """The columns full of 個人番号: one in ten of other numbers with twelve digits looks so by chance."""
        return [
            heading for heading, count in self._like_my_number.items() if count > max(2, self._given // 3)
        ]

    def _told(self, row: Row, spec: ColumnSpec, reason: str) -> None:
        self._problems.append(Problem(row.line, f"「{spec.heading}」", reason))


def read_number(text: str) -> float:
    found = NUMBER.fullmatch(narrow(text).strip())
    if not found or len(text) > 30:
        raise ValueError(f"「{text[:20]}」は数と読めません。空にしました。")
    return float(found[1].replace(",", "")) * THOUSANDS.get(found[2] or "", 1)


def number_key(text: str) -> str:
    """A person's number as it is compared: narrow, without the zeros in front, which spreadsheets drop."""
    plain = narrow(text).strip().upper()
    return plain.lstrip("0") or plain[:1]


def _read_year(text: str) -> int:
    plain = narrow(text).strip().removesuffix("年度").removesuffix("年")
    year = int(plain) if plain.isascii() and plain.isdigit() else calendar.read_date(f"{plain}年4月1日").year
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"年度「{text[:20]}」は {FIRST_YEAR} から {LAST_YEAR} までにしてください。")
    return year


def _read_flag(text: str) -> bool:
    plain = narrow(text).strip().lower()
    if plain in YES:
        return True
    if plain in NO:
        return False
    raise ValueError(
        f"「{text[:20]}」は、はい・いいえ（1・0、有・無、受診・未受診）と読めません。空にしました。"
    )


def _read_text(text: str) -> str:
    return text.strip()[:LONGEST]


READERS: dict[str, Callable[[str], Any]] = {
    "text": _read_text, "number": read_number, "date": calendar.read_date, "flag": _read_flag, "year": _read_year,
}  # fmt: skip


def age_on(birth: date, day: date) -> int:
    """Full years; who was born on 29 February is a year older on 1 March of other years (年齢計算ニ関スル法律: at the end of the
    day before, which a form's "age on the day" counts as the birthday)."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def fiscal_year(day: date) -> int:
    """The fiscal year of a day, from April."""
    return (day - timedelta(days=90)).year if day.month < 4 else day.year
