"""Reduction (縮退) of rare characters to plainer ones, on export only and by the town's own table.

A table is a CSV file with a head row and the columns 文字 and 縮退先. Each holds the characters themselves or their code
points (U+9089, or U+8FBB U+E0100 for a kanji with its variation selector). Which forms of a kanji count as one is a
town's decision, so the house brings no table of its own.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass

from yakuba.kernel.values.characters import SELECTORS
from yakuba.kernel.values.refusal import ValueRefused

HEAD = ("文字", "縮退先")
LARGEST = 20_000  # rows
_CODE = re.compile(r"U\+([0-9A-Fa-f]{4,6})")
_ONE = re.compile(f"[^{SELECTORS}][{SELECTORS}]?")


@dataclass(frozen=True)
class Reduced:
    """One place at which a text was reduced."""

    character: str
    written: str

    def __str__(self) -> str:
        codes = " ".join(f"U+{ord(part):04X}" for part in self.character)
        return f"「{self.character}」（{codes}）を縮退表により「{self.written}」にしました。"


def read_table(text: str) -> Mapping[str, str]:
    """Character → what stands for it. Raises ValueRefused, which names every line that cannot be used, up to twenty."""
    rows = list(csv.reader(text.removeprefix("\ufeff").splitlines()))
    if not rows or tuple(cell.strip() for cell in rows[0][:2]) != HEAD:
        raise ValueRefused(f"縮退表の1行目は「{','.join(HEAD)}」にしてください。")
    if len(rows) > LARGEST:
        raise ValueRefused(f"縮退表は{LARGEST:,}行までです。")
    table: dict[str, str] = {}
    faults = []
    for line, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        character, written = (_characters(cell) for cell in (*row, "", "")[:2])
        if not _ONE.fullmatch(character) or not written:
            faults.append(
                f"{line}行目：1文字と、その縮退先を書いてください（今は「{','.join(row)[:40]}」）。"
            )
        elif character in table:
            faults.append(f"{line}行目：「{character}」が二度あります。片方を消してください。")
        table[character] = written
    faults += [
        f"「{written}」は縮退先なのに、自身も縮退される字です。行き着く先の字を書いてください。"
        for character, written in table.items()
        if any(part in table for part in _ONE.findall(written))
    ]
    if faults:
        raise ValueRefused("\n".join(faults[:20]))
    return table


def _characters(cell: str) -> str:
    cell = cell.strip()
    codes = cell.split()
    if codes and all(_CODE.fullmatch(code) for code in codes):
        numbers = [int(code[2:], 16) for code in codes]
        return "".join(map(chr, numbers)) if max(numbers) <= 0x10FFFF else ""
    return cell


def reduced(text: str, table: Mapping[str, str]) -> tuple[str, tuple[Reduced, ...]]:
    """The text with the table's characters replaced, and what was replaced, in order. A kanji with its variation selector
    is looked up as it is, and only then without the selector."""
    if not table:
        return text, ()
    told: list[Reduced] = []

    def replace(found: re.Match[str]) -> str:
        character = found[0]
        written = table.get(character) or table.get(character[0])
        if written is None:
            return character
        told.append(Reduced(character, written))
        return written

    return _ONE.sub(replace, text), tuple(told)
