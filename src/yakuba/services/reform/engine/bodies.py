"""A table of bodies by 全国地方公共団体コード with one value each → the values by code. Pure Python."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from yakuba.kernel.definitions import Problem, plain
from yakuba.kernel.maps.places import Place, place
from yakuba.kernel.tables.reading import BadRow, Row

CODE, VALUE, NAME = "団体コード", "値", "団体名"
NOT_KNOWN = ("", "-", "－", "―", "…", "...", "x", "X", "***", "不明", "未回答")
NUMBER = re.compile(r"[-△▲]?\d{1,15}(?:\.\d{1,9})?")


@dataclass(frozen=True)
class Bodies:
    """values: code of 6 digits, or as it stands where no body has it, → the value; None where the table has none."""

    values: Mapping[str, float | None]
    problems: list[Problem]


def bodies_of(rows: Iterable[Row]) -> Bodies:
    """The bodies of a table. A row with a bad value or a body that was there before is a problem and is left out.

    A spreadsheet takes the leading 0 from codes, and what is left may be another body's code of five digits. So the whole
    column is read in one way: with five digits beside six, the 0 is lost; with five alone, whichever way all are known; and
    where both ways would do, every row is a problem.
    """
    every = list(rows)
    lost, doubt = lost_zeros([plain(row.get(CODE)) for row in every])
    values: dict[str, float | None] = {}
    problems: list[Problem] = []
    for row in every:
        try:
            code = plain(row.get(CODE))
            if not code:
                raise BadRow("団体コードが空です。")
            if doubt and len(code) == 5:
                raise BadRow(
                    f"団体コード「{code}」は、先頭の0が消えた6けたか、検査数字のない5けたか分かりません。6けたで書いてください。"
                )
            body = place("0" + code if lost and len(code) == 5 else code)
            key = body.code if body else code
            if key in values:
                raise BadRow(f"団体コード「{code}」の行が前にもあります。どちらが正しいか確かめてください。")
            values[key] = _value(plain(row.get(VALUE)))
        except BadRow as error:
            problems.append(Problem(row.line, row.get(NAME, CODE)[:60], str(error)))
    return Bodies(values, problems)


def lost_zeros(codes: list[str]) -> tuple[bool, bool]:
    """Whether the codes of five digits lost a 0, and whether that cannot be told."""
    five = [code for code in codes if len(code) == 5]
    if not five:
        return False, False
    if any(len(code) == 6 for code in codes):
        return True, False
    zero, short = _known("0" + code for code in five), _known(five)
    return zero > short, zero == short


def _known(codes: Iterable[str]) -> int:
    found: list[Place | None] = [place(code) for code in codes]
    return sum(one is not None for one in found)


def _value(text: str) -> float | None:
    if text in NOT_KNOWN:
        return None
    bare = text.replace(",", "").removesuffix("%")
    if not NUMBER.fullmatch(bare):
        raise BadRow(f"値「{text[:30]}」は数ではありません。値がないときは空けておきます。")
    return float(re.sub("[△▲]", "-", bare))
