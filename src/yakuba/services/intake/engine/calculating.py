"""Values that follow from what was answered: a closed tree of four operators, read once and calculated on the server.

{field: total, sum: [rent, {count: child}, 500]}     a sum of numbers; what was not given counts as nothing
{field: children, count: child}                      how many rows of a group are there, or options chosen
{field: age, age: birth, on: start_date}             years completed on a day; on: a date field, a date, or the day of sending
{field: days, days: [start, end]}                    days from one day to another
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.definitions.procedures import FieldDefinition, Repeat
from yakuba.kernel.values import Picks

OPERATORS = ("sum", "count", "age", "days")
DEEPEST, MOST = 4, 40  # nested calculations; operands of one
ROWS = "#"  # before a group's code: how many of its rows there are
Answers = Mapping[str, str]


@dataclass(frozen=True)
class Expression:
    """operator: one of `OPERATORS`, `field`, `rows` or `number`; code: of the field or the group; number: as it stands."""

    operator: str
    parts: tuple[Expression, ...] = ()
    code: str = ""
    number: int = 0
    day: date | None = None

    @property
    def fields(self) -> frozenset[str]:
        """The codes of fields and (with `ROWS` in front) groups that it asks about."""
        own = (
            {self.code}
            if self.operator == "field"
            else {ROWS + self.code}
            if self.operator == "rows"
            else set()
        )
        return frozenset(own.union(*(part.fields for part in self.parts)))

    def value(self, answers: Answers, today: date) -> int | None:
        """The whole number that it gives; None where what it needs was not given."""
        return VALUES[self.operator](self, answers, today)


@dataclass(frozen=True)
class Calculation:
    """A field of the procedure that is calculated and not asked. page: the page behind which it is known."""

    field: FieldDefinition
    expression: Expression
    page: int

    def value(self, answers: Answers, today: date) -> str:
        """Its canonical value; empty where what it needs was not given."""
        found = self.expression.value(answers, today)
        text = "" if found is None else str(found)
        return text if self.field.kind.is_canonical(text) else ""  # more digits than a number has


def _day(part: Expression, answers: Answers, today: date) -> date | None:
    if part.operator == "field":
        try:
            return date.fromisoformat(answers.get(part.code, ""))
        except ValueError:
            return None
    return part.day or today


def _field(one: Expression, answers: Answers, today: date) -> int | None:
    text = answers.get(one.code, "")
    return int(text) if text.removeprefix("-").isdecimal() and text.isascii() else None


def _sum(one: Expression, answers: Answers, today: date) -> int | None:
    found = [part.value(answers, today) for part in one.parts]
    given = [value for value in found if value is not None]
    # Nothing at all is no 0: a form that asks for a sum of what was not given stays empty.
    return sum(given) if given else None


def _count(one: Expression, answers: Answers, today: date) -> int:
    return len([code for code in answers.get(one.parts[0].code, "").split(",") if code])


def _age(one: Expression, answers: Answers, today: date) -> int | None:
    """年齢計算ニ関スル法律 counts a year as completed at the end of the day before the birthday; forms ask for the age that
    people say, which changes on the birthday itself."""
    birth, day = (_day(part, answers, today) for part in one.parts)
    if birth is None or day is None or day < birth:
        return None
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _days(one: Expression, answers: Answers, today: date) -> int | None:
    first, last = (_day(part, answers, today) for part in one.parts)
    return None if first is None or last is None else (last - first).days


VALUES: Mapping[str, Callable[[Expression, Answers, date], int | None]] = {
    "sum": _sum,
    "count": _count,
    "age": _age,
    "days": _days,
    "field": _field,
    "number": lambda one, answers, today: one.number,
    "rows": lambda one, answers, today: (
        _field(Expression("field", code=ROWS + one.code), answers, today) or 0
    ),
}


class Reader:
    """Reads calculations. known: field code → the page on which it is asked; repeats: group code → (group, page)."""

    def __init__(
        self,
        fields: Mapping[str, FieldDefinition],
        pages: Mapping[str, int],
        repeats: Mapping[str, tuple[Repeat, int]],
        place: str,
    ) -> None:
        self.fields, self.pages, self.repeats, self.place = (
            fields,
            dict(pages),
            repeats,
            f"{place} の calculated",
        )
        self.calculated: set[str] = set()

    def calculation(self, row: dict[str, Any]) -> Calculation:
        """One; those before it may stand in it. Raises DefinitionError."""
        item = self.fields.get(str(row.get("field") or ""))
        if item is None or item.type != "number":
            raise self._wrong("計算した値は、手続の number 型の項目 field に入れます。")
        if item.code in self.pages or item.code in self.calculated:
            raise self._wrong(f"項目 {item.code} は、聞く項目か、もう計算する項目です。")
        expression = self._expression({key: one for key, one in row.items() if key != "field"}, 1)
        pages = [self._page_of(code) for code in expression.fields]
        found = Calculation(item, expression, max([1, *pages]))
        self.calculated.add(item.code)
        self.pages[item.code] = found.page
        return found

    def _page_of(self, code: str) -> int:
        return self.repeats[code[1:]][1] if code.startswith(ROWS) else self.pages[code]

    def _expression(self, document: Any, depth: int) -> Expression:
        if isinstance(document, int) and not isinstance(document, bool):
            return Expression("number", number=document)
        if isinstance(document, str):
            return self._asked(document, "number")
        named = [key for key in OPERATORS if isinstance(document, dict) and key in document]
        if len(named) != 1 or depth > DEEPEST or set(document) - {named[0], "on"}:
            raise self._wrong(f"計算は {'、'.join(OPERATORS)} のどれか1つで書いてください。")
        operator, given = named[0], document[named[0]]
        if "on" in document and operator != "age":
            raise self._wrong("on（いつの年齢か）は age だけに書けます。")
        if operator == "count":
            return self._count(str(given))
        if operator == "age":
            on = document.get("on")
            return Expression("age", (self._asked(str(given), "date"), self._on(on)))
        listed = given if isinstance(given, list) else [given]
        if not 1 <= len(listed) <= MOST or (operator == "days" and len(listed) != 2):
            raise self._wrong(f"{operator} には、項目を並べて書いてください（days は始まりと終わりの2つ）。")
        if operator == "days":
            return Expression("days", tuple(self._on(one) for one in listed))
        parts = [part for one in listed for part in self._summed(one, depth)]
        return Expression("sum", tuple(parts))

    def _summed(self, one: Any, depth: int) -> list[Expression]:
        """{rows: job, part: hours} are that part of all rows."""
        if isinstance(one, dict) and set(one) == {"rows", "part"}:
            repeat = self._repeat(str(one["rows"]))
            codes = [code for row in repeat.rows for code in row if repeat.part(code) == one["part"]]
            if not codes:
                raise self._wrong(f"繰り返し {repeat.code} に {one['part']} はありません。")
            return [self._asked(code, "number") for code in codes]
        return [self._expression(one, depth + 1)]

    def _count(self, code: str) -> Expression:
        if code in self.repeats:
            return Expression("rows", code=code)
        item = self.fields.get(code)
        if item is None or code not in self.pages or item.kind.picks is not Picks.MANY:
            raise self._wrong(f"count の {code} は、繰り返しか、いくつも選べる項目ではありません。")
        return Expression("count", (Expression("field", code=code),))

    def _repeat(self, code: str) -> Repeat:
        if code not in self.repeats:
            raise self._wrong(f"繰り返し {code} は、どのページでも聞いていません。")
        return self.repeats[code][0]

    def _on(self, given: Any) -> Expression:
        if given in (None, "", "today"):
            return Expression("number")
        try:
            return Expression("number", day=date.fromisoformat(str(given)))
        except ValueError:
            return self._asked(str(given), "date")

    def _asked(self, code: str, type_: str) -> Expression:
        item = self.fields.get(code)
        if item is None or code not in self.pages or item.type != type_:
            raise self._wrong(f"項目 {code} は、このフォームで聞く{type_}型の項目ではありません。")
        return Expression("field", code=code)

    def _wrong(self, sentence: str) -> DefinitionError:
        return DefinitionError(f"{self.place}: {sentence}")
