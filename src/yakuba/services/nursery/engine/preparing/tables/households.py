"""The table of applications: one row a child."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import BinaryIO

from yakuba.kernel.definitions import plain
from yakuba.kernel.tables.reading import BadRow, Row, rows
from yakuba.kernel.tables.spoilt import unspoilt
from yakuba.services.nursery.contracts import Child, Household, Problem
from yakuba.services.nursery.engine.preparing.tables.numbers import receipt_number
from yakuba.services.nursery.engine.rules.fields import BadValue, read_date

TRUE = ("はい", "あり", "有", "1", "yes", "true", "○", "〇")
FALSE = ("", "いいえ", "なし", "無", "0", "no", "false", "×", "-")
REQUIRED = ("受付番号", "第1希望")
BIRTH = ("生年月日", "児童生年月日")
WISH = re.compile(r"第([0-9]{1,2})希望")


def read_households(
    data: bytes | BinaryIO, numbers: str = "", renamed: Mapping[str, str] | None = None
) -> tuple[list[Household], list[Problem]]:
    """The households of a file with their children, and what is wrong in it. numbers: the type of the procedure's
    receipt number (`numbers.receipt_number`); empty where no procedure is known. renamed: see `reading.rows`."""
    problems: list[Problem] = []
    found, wrong = households_of(rows(data, REQUIRED, problems, _place, renamed=renamed), numbers)
    return found, sorted([*problems, *wrong], key=lambda one: one.line)


def households_of(rows: Iterable[Row], numbers: str = "") -> tuple[list[Household], list[Problem]]:
    """The same of rows that were read."""
    problems: list[Problem] = []
    found: dict[str, Household] = {}
    receipts: dict[str, int] = {}
    alike: dict[str, str] = {}
    for row in rows:
        try:
            child = _child(row, numbers)
            if child.id in receipts:
                raise BadRow(
                    f"同じ受付番号が{receipts[child.id]}行目にもあります。番号を直すか、重複を除いてください。"
                )
            name = unspoilt(row.get("世帯番号"), "世帯番号") or child.id
            _refuse_nearly_the_same(name, alike, found)
            receipts[child.id] = row.line
            _join(found, name, row, child)
        except (BadRow, BadValue) as error:
            problems.append(Problem(row.line, _place(row), str(error)))
    return list(found.values()), problems


def _place(row: Row) -> str:
    return f"受付 {row.get('受付番号')}"[:60]


def _child(row: Row, numbers: str) -> Child:
    if not row.get("受付番号"):
        raise BadRow("受付番号が空です。")
    code = receipt_number(row.get("受付番号"), numbers)
    birth = row.get(*BIRTH)
    if not birth:
        raise BadRow("生年月日が空です。")
    numbered = sorted(
        (int(match[1]), text) for name, text in row.cells.items() if (match := WISH.fullmatch(name))
    )
    return Child(
        id=code,
        name=row.get("児童氏名"),
        birth=read_date(birth),
        wishes=tuple(text for _, text in numbered),
        current=row.get("今の施設") or None,
        gives_up=_flag(row, "今の席を空ける"),
        wants_hold=_flag(row, "入所保留の希望"),
        facts={**row.cells, "受付番号": code},
    )


def _flag(row: Row, name: str) -> bool:
    text = plain(row.get(name)).lower()
    if text not in TRUE and text not in FALSE:
        raise BadRow(f"「{name}」の「{text}」は「はい」か「いいえ」で書いてください。")
    return text in TRUE


def _join(found: dict[str, Household], name: str, row: Row, child: Child) -> None:
    """Put a child into its household; rows of one household must agree on what holds for all."""
    mode, district = row.get("きょうだいの希望"), row.get("地区")
    known = found.get(name)
    if known is None:
        found[name] = Household(name, (child,), mode, district, row.line)
        return
    for heading, mine, theirs in (
        ("きょうだいの希望", mode, known.sibling_mode),
        ("地区", district, known.district),
    ):
        if mine and theirs and mine != theirs:
            raise BadRow(f"「{heading}」が同じ世帯の{known.line}行目と違います（{mine} と {theirs}）。")
    found[name] = replace(
        known,
        children=(*known.children, child),
        sibling_mode=known.sibling_mode or mode,
        district=known.district or district,
    )


def _refuse_nearly_the_same(name: str, alike: dict[str, str], found: dict[str, Household]) -> None:
    """`0012` and `12` in one file are one household whose zeros a spreadsheet took, or two, and so are `S12` and `s12`:
    only a person can tell. alike: number without what sets these apart → the household that has it."""
    key = name.lstrip("0") if name.isdigit() else name.casefold()
    other = alike.setdefault(key, name)
    if other == name or other not in found:
        return
    line = found[other].line
    why = (
        f"{line}行目の「{other}」と先頭の0だけが違います。表計算ソフトで0が消えていませんか。"
        if name.isdigit()
        else f"{line}行目の「{other}」と、大文字か小文字かだけが違います。"
    )
    raise BadRow(f"世帯番号「{name}」は、{why}同じ世帯なら同じ番号に、別の世帯なら違う番号にしてください。")
