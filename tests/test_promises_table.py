"""docs/promises-tests.md, docs/promises-reading-tests.md and docs/floor-tests.md say which test watches which claim: every
file and every test in them is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[1]
# Documents whose claims are numbered together, and how many sections they have.
TABLES = {("promises-reading-tests.md", "promises-tests.md"): 6, ("floor-tests.md",): 11}


def claims(names: tuple[str, ...]) -> list[list[str]]:
    """The cells of every row: number, claim, repair, tests."""
    lines = [
        line for name in names for line in (HOUSE / "docs" / name).read_text(encoding="utf-8").splitlines()
    ]
    rows = [line.strip("|").split(" | ") for line in lines]
    return [[cell.strip() for cell in row] for row in rows if re.match(r"\d", row[0].strip())]


@cache
def functions(path: str) -> set[str]:
    tree = ast.parse((HOUSE / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("names", TABLES)
def test_every_claim_names_a_repair_and_a_test_that_are_there(names):
    for number, claim, repairs, tests in claims(names):
        assert claim
        files = re.findall(r"`([^`]+)`", repairs)
        assert files, number
        for file in files:
            assert (HOUSE / file).exists(), (number, file)
        names = re.findall(r"`([^`]+)::(test_[^`]+)`", tests)
        assert len(names) == tests.count("`") // 2 > 0, number
        for path, name in names:
            assert name in functions(path), (number, path, name)


@pytest.mark.parametrize("names", TABLES)
def test_every_section_is_there_and_no_number_twice(names):
    numbers = [row[0].removesuffix(" ✓") for row in claims(names)]
    assert len(set(numbers)) == len(numbers)
    assert {int(number.partition(".")[0]) for number in numbers} == set(range(1, TABLES[names] + 1))
