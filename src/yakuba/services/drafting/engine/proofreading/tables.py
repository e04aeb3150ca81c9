"""The rules as they stand in `rules/`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from yakuba.kernel.definitions import decoded, values
from yakuba.services.drafting.contracts import Strength, TextClass

FOLDER = Path(__file__).parent / "rules"


@dataclass(frozen=True)
class Rule:
    """One rule. strengths: how strong it is in which kind of text; where a kind is missing it does not run."""

    code: str
    label: str
    source: str
    why: str
    strengths: Mapping[TextClass, Strength]


@dataclass(frozen=True)
class Phrases:
    """Regular expressions with what to write (None: a person has to write it anew)."""

    rule: str
    pairs: tuple[tuple[re.Pattern[str], str | None], ...]


@cache
def rules() -> dict[str, Rule]:
    """All rules by their code."""
    raw = _raw()
    return {code: _rule(code, one, raw["sources"]) for code, one in raw["rules"].items()}


def _rule(code: str, one: Mapping[str, Any], sources: Mapping[str, str]) -> Rule:
    strengths = {TextClass(kind): strength for strength in Strength for kind in one.get(strength.value, ())}
    return Rule(code, one["label"], sources[one["source"]], one["why"], strengths)


@cache
def table(name: str) -> Any:
    """A table of words as it stands in the file."""
    return _raw()[name]


@cache
def phrases() -> tuple[Phrases, ...]:
    """Rules that are regular expressions alone."""
    return tuple(
        Phrases(
            name,
            tuple((re.compile(pattern), instead or None) for pattern, instead in _raw()[name].items()),
        )
        for name in ("doubled", "honorific", "double-negative")
    )


@cache
def okurigana() -> tuple[re.Pattern[str], Mapping[str, str]]:
    """What finds a compound that is written in full, and how it is to be written."""
    pairs = dict(line.split() for line in _lines("okurigana.txt"))
    longest = sorted(pairs, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest))), pairs


@cache
def tails() -> tuple[frozenset[str], frozenset[str]]:
    """Kanji before which okurigana goes, and the compounds that keep theirs."""
    before, keep = _lines("tails.txt")
    return frozenset(before.split()), frozenset(keep.split())


@cache
def regular_kanji() -> frozenset[str]:
    """The kanji of 常用漢字表."""
    return frozenset("".join(_lines("joyo.txt")))


def _lines(name: str) -> list[str]:
    text = (FOLDER / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@cache
def _raw() -> Any:
    return values(decoded((FOLDER / "rules.yaml").read_bytes()))
