"""What was typed → inputs of a calculator, or a sentence that says what is wrong with it. Pure Python."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from yakuba.kernel.refusals import Invalid, Problem
from yakuba.kernel.values.widths import WIDTHS
from yakuba.services.simulators.contracts import Calculator, Choice, Input, Lines, Quantity

LONGEST_NUMBER = 30  # characters
LONGEST_LINE = 200
LONGEST_NAME = 40
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)

MEASURED = re.compile(r"[+-]?[\d.,]+ *[^\d\s.,+ー-]", re.ASCII)  # a number with a unit behind it


def written(number: float) -> str:
    """A number as it is typed: 0.05, 1000000, without a useless .0."""
    return f"{number:.12g}" if abs(number) >= 1e12 or number != int(number) else str(int(number))


def read_number(asked: Quantity, text: str) -> float:
    """The number of a text; full-width digits and separators of thousands are taken. Raises Invalid with a sentence."""
    if not text.strip():
        raise Invalid(f"{_limits(asked)}の数を入れてください。")
    plain = digits(text)
    if plain is None:
        told = f"「{text.strip()[:LONGEST_NUMBER]}」は数として読めません。"
        if asked.unit and MEASURED.match(WIDTHS["半角"](text).strip()):
            told += f"単位は書かず、{asked.unit}で数えた数だけにしてください。"
        raise Invalid(f"{told}{_limits(asked)}の数を入れてください。")
    return _within(asked, float(plain))


def digits(text: str) -> str | None:
    """A number as programs write it, out of one in digits of any width with separators of thousands; None where it is none."""
    plain = WIDTHS["半角"](text).strip().replace("ー", "-")
    plain = re.sub(r"(?<=\d),(?=\d{3}(\D|$))", "", plain)
    return plain if len(plain) <= LONGEST_NUMBER and NUMBER.fullmatch(plain) else None


def _within(asked: Quantity, number: float) -> float:
    if not isfinite(number) or not asked.low <= number <= asked.high:
        raise Invalid(f"{_limits(asked)}の数を入れてください。")
    if asked.whole and number != int(number):
        raise Invalid("小数のない数を入れてください。")
    return int(number) if asked.whole else number + 0.0  # of −0.0 makes 0.0


def _limits(asked: Quantity) -> str:
    return f"{written(asked.low)}から{written(asked.high)}まで"


def read_lines(asked: Lines, text: str) -> list[list[str]]:
    """The cells of every line that is not empty; line numbers are kept by empty lists in their place. Commas, tabs and their
    full-width forms part cells. Raises Invalid with a problem for each line that cannot be taken."""
    lines = text.splitlines()
    filled = sum(bool(line.strip()) for line in lines)
    if filled > asked.most or len(lines) > 4 * asked.most:
        raise Invalid(f"{asked.most}行までにしてください（いま{max(filled, len(lines)):,}行）。")
    if not filled and asked.needed:
        raise Invalid(f"1行に「{'、'.join(asked.columns)}」を、コンマで区切って書いてください。")
    problems: list[Problem] = []
    found: list[list[str]] = []
    for number, line in enumerate(lines, start=1):
        cells = [cell.strip() for cell in re.split(r"[,\t，、]", line)] if line.strip() else []
        if len(line) > LONGEST_LINE:
            problems.append(Problem(number, "", f"1行は{LONGEST_LINE}文字までにしてください。"))
        elif cells and len(cells) != len(asked.columns):
            problems.append(
                Problem(
                    number,
                    "",
                    f"「{'、'.join(asked.columns)}」の{len(asked.columns)}つを、コンマで区切ってください（いま{len(cells)}つ）。",
                )
            )
        found.append(cells)
    refuse(problems)
    return found


def cell(line: int, column: str, text: str, low: float, high: float, problems: list[Problem]) -> float:
    """The number of a cell; where there is none, `problems` tells it and 0 is given."""
    try:
        return read_number(Quantity("", column, "", low, low, high), text)
    except Invalid as error:
        problems.append(Problem(line, column, str(error)))
        return 0.0


def name(line: int, column: str, text: str, taken: set[str], problems: list[Problem]) -> str:
    """A name that no other line has, without needless blanks."""
    text = " ".join(text.split())
    if not 0 < len(text) <= LONGEST_NAME:
        problems.append(Problem(line, column, f"1〜{LONGEST_NAME}文字で書いてください。"))
    elif text in taken:
        problems.append(Problem(line, column, f"「{text}」が二度あります。別の名前にしてください。"))
    taken.add(text)
    return text


def refuse(problems: Sequence[Problem], place: str = "") -> None:
    """Raises Invalid where there are any."""
    if problems:
        raise Invalid("\n".join(map(str, problems[:20])), place=place, problems=problems)


def read(calculator: Calculator, given: Mapping[str, Any]) -> dict[str, Any]:
    """All inputs of a calculator: those given (texts or numbers), the example's for the others. Raises Invalid with a problem for each
    that cannot be taken, at its label. A name that the calculator does not know is left out."""
    problems: list[Problem] = []
    found = {}
    for asked in calculator.inputs:
        try:
            found[asked.name] = _one(asked, given.get(asked.name, asked.initial))
        except Invalid as error:
            problems.append(Problem(0, asked.label, str(error)))
    refuse(problems)
    return found


def _one(asked: Input, value: Any) -> Any:
    if isinstance(asked, Quantity):
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _within(asked, float(value) if abs(value) < 1e300 else float("inf"))
        return read_number(asked, str(value))
    text = str(value)
    if isinstance(asked, Choice):
        if text not in asked.options:
            raise Invalid(f"次のどれかを選んでください：{'、'.join(asked.options.values())}。")
        return text
    read_lines(asked, text)
    return text
