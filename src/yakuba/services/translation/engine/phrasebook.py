"""The phrases that come with the house: one file in Japanese, one for each language, read once.

A sentence that does not hold exactly the slots of the Japanese one would tell a guest another day or amount than the clerk
meant: it is not used, and the self-check says which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from yakuba.services.translation.contracts import Phrase, Sensitive, SlotKind, Translated
from yakuba.services.translation.engine.languages import LANGUAGES
from yakuba.services.translation.engine.saying import slots_of

FOLDER = Path(__file__).parent / "phrases"
NOBODY = ("", "null", "~", "none")
# Everything is text: `no` is a language's word and an answer's name here, not a truth value.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True)
class Book:
    """The phrases. texts: language -> code -> sentence; answers: language (`ja` too) -> code -> what stands on the button;
    faults: what of the files is not used, and why."""

    phrases: Mapping[str, Phrase]
    groups: Mapping[str, str]
    answers: Mapping[str, Mapping[str, str]]
    texts: Mapping[str, Mapping[str, Translated]]
    faults: tuple[str, ...] = ()


@cache
def book(folder: Path = FOLDER) -> Book:
    """The phrases of a folder; an empty book where there are none."""
    faults: list[str] = []
    told = _loaded(folder / "ja.yaml", faults)
    phrases = _phrases(told.get("phrases", []), faults)
    answers = {"ja": {one["id"]: one["ja"] for one in told.get("answers", []) if one.get("ja")}}
    texts: dict[str, dict[str, Translated]] = {}
    for code in LANGUAGES:
        given = _loaded(folder / f"{code}.yaml", faults)
        answers[code] = dict(given.get("answers") or {})
        texts[code] = _texts(code, given, phrases, faults)
    groups = {one["code"]: one["label"] for one in told.get("groups", [])}
    return Book(phrases, groups, answers, texts, tuple(faults))


def fault_of(phrase: Phrase, text: str) -> str:
    """Why a sentence cannot stand for the phrase; empty where it can."""
    if not text.strip():
        return "文が空です。"
    lacking, more = set(phrase.slots) - slots_of(text), slots_of(text) - set(phrase.slots)
    if lacking:
        return f"{_named(lacking)} がありません。日本語と同じところに、そのまま書いてください。"
    if more:
        return f"{_named(more)} は、日本語の文にありません。消してください。"
    return ""


def slots_from(text: str) -> dict[str, SlotKind]:
    """The slots of a Japanese sentence of a town, whose kind is the beginning of their name: `{date}`, `{date_2}`. Raises
    ValueError for a name that says no kind."""
    found = {}
    for name in sorted(slots_of(text)):
        found[name] = SlotKind(name.partition("_")[0])
    return found


def _named(names: Iterable[str]) -> str:
    return "、".join(f"{{{name}}}" for name in sorted(names))


def _loaded(path: Path, faults: list[str]) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506  # everything is text
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        faults.append(f"{path.name}: 読めません（{' '.join(str(error).split())[:120]}）。")
        return {}
    if not isinstance(found, dict):
        faults.append(f"{path.name}: 形が正しくありません。")
        return {}
    return found


def _phrases(rows: Iterable[Mapping[str, Any]], faults: list[str]) -> dict[str, Phrase]:
    found: dict[str, Phrase] = {}
    for row in rows:
        try:
            phrase = _phrase(row)
        except (KeyError, ValueError, AttributeError, TypeError) as error:
            faults.append(f"ja.yaml: {row.get('id', '番号のない言い方')}: {error}")
            continue
        if phrase.code in found:
            faults.append(f"ja.yaml: {phrase.code}: 同じ番号が2つあります。")
        elif fault := fault_of(phrase, phrase.japanese) or fault_of(phrase, phrase.plain):
            faults.append(f"ja.yaml: {phrase.code}: {fault}")
        else:
            found[phrase.code] = phrase
    return found


def _phrase(row: Mapping[str, Any]) -> Phrase:
    slots = row.get("slots") or {}
    return Phrase(
        code=row["id"],
        group=row["group"],
        japanese=row["ja"],
        plain=row["plain"],
        wordings=tuple(row.get("wordings") or ()),
        slots={name: SlotKind(kind) for name, kind in slots.items()},
        answers=tuple(row.get("answers") or ()),
        sensitive=Sensitive(row.get("sensitive") or "none"),
    )


def _texts(
    language: str, given: Mapping[str, Any], phrases: Mapping[str, Phrase], faults: list[str]
) -> dict[str, Translated]:
    checked_by = str(given.get("checked_by") or "")
    checked = "" if checked_by in NOBODY else checked_by
    found = {}
    for code, text in (given.get("phrases") or {}).items():
        fault = fault_of(phrases[code], text) if code in phrases else "その番号の日本語がありません。"
        if fault:
            faults.append(f"{language}.yaml: {code}: {fault}")
        else:
            found[code] = Translated(text, checked)
    return found
