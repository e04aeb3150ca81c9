"""A town's own scenario as a ready template for other towns: its structure and the words of the screen, and nothing that is
the town's. What could be (a fixed value, a word with the town's name or a number in it) becomes a place that has to be filled."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from yakuba.kernel.definitions.bundle import as_text
from yakuba.kernel.definitions.procedures import ProcedureDefinition
from yakuba.kernel.refusals import Invalid, Problem
from yakuba.services.robots.engine import drafts
from yakuba.services.robots.engine.catalogue import FIELDS_OF_WORK
from yakuba.services.robots.engine.drafts import LOOP, Document, Step
from yakuba.services.robots.engine.relabelling import PLACE, relabelled
from yakuba.services.robots.engine.steps import IN_FOLDER
from yakuba.services.robots.engine.telling import LONG_NUMBER, code_tells, place_tells, tells

_KEPT = (
    "code",
    "label",
    "type",
    "required",
    "options",
    "length",
    "reading_of",
    "postal_code_of",
    "sum_of",
    "after",
    "group",
)
_HOLE = re.compile(r"\{[^{}]*\}")
_SECRET = re.compile(r"\{\s*秘密\s*:([^{}]*)\}")
_WORDLESS = re.compile(r"[\s〒、。・（）()「」:：/,.\-－—~〜]*")


def template_text(
    code: str,
    title: str,
    version: int,
    section: str,
    description: str,
    procedure: ProcedureDefinition,
    document: Mapping[str, Any],
    scenario: Document,
    private: Sequence[str],
) -> str:
    """The template file. document: the procedure's own.  private: words that are the town's (its name, its code, the target's
    name and host). Raises Invalid with what cannot be handed over."""
    said = {"名称": (title,), "説明": (description,), **_labels(procedure), **_names(scenario)}
    _require_clean(said, _codes(procedure), private)
    if section not in FIELDS_OF_WORK:
        raise Invalid(f"分野は {'、'.join(FIELDS_OF_WORK)} のどれかです。")
    fields = [
        {key: one[key] for key in _KEPT if one.get(key) not in (None, "", [], {})}
        for one in document["fields"]
    ]
    shared: dict[str, Any] = {
        "procedure": procedure.code,
        "title": procedure.title,
        "version": procedure.version,
    }
    shared["fields"] = fields
    if document.get("repeats"):
        shared["repeats"] = document["repeats"]
    return as_text(
        {
            "ひな形": code,
            "名称": title,
            "版": version,
            "分野": section,
            "業務": title,
            "説明": description,
            "測ること": "1件を手で行うのにかかる分",
            "手続": shared,
            "シナリオ": _scenario(scenario, private, _known(procedure)),
        }
    )


def _scenario(scenario: Document, private: Sequence[str], known: frozenset[str]) -> Document:
    places: dict[tuple[str, str], str] = {}

    def place(kind: str, word: str) -> str:
        return places.setdefault((kind, word), f"｛{kind}{len(places) + 1}｝")

    def say(kind: str, word: str) -> str:
        parts = _parts(word, known if kind == PLACE else _NUMBER_HERE)
        fixed = "".join(one for is_hole, one in parts if not is_hole)
        told = place_tells(fixed, private) if kind == PLACE else tells(fixed, private)
        if not told:
            return word
        root = "/" if kind == PLACE else ""
        return root + "".join(
            one if is_hole or _WORDLESS.fullmatch(one) else place(kind, one) for is_hole, one in parts
        )

    made: Document = relabelled({key: one for key, one in scenario.items() if key in _TAKEN}, say)
    system = made.get("システム")
    if isinstance(system, dict):
        made["システム"] = {key: one for key, one in system.items() if key not in ("名前", "住所")}
    cleaned: Document = _without_values(made, place)
    return cleaned


def _known(procedure: ProcedureDefinition) -> frozenset[str]:
    """What may stand in braces in an address: the fields, and the target's number."""
    labels = {name for one in procedure.fields for name in (one.code, one.label)}
    return frozenset(labels | _NUMBER_HERE | {"登録番号"})


def _parts(word: str, known: frozenset[str]) -> list[tuple[bool, str]]:
    """A word in pieces, each with whether it is a hole `{…}` of a known name. In a word of the screen other braces are
    only what a person has written."""
    pieces = [one for one in re.split(r"(\{[^{}]*\})", word) if one]
    return [
        (bool(_HOLE.fullmatch(one)) and one[1:-1].partition(":")[0].strip() in known, one) for one in pieces
    ]


_Said = Mapping[str, tuple[str, ...]]  # where it stands → the words
_TAKEN = ("システム", *drafts.SECTIONS)
_VALUE_MAPS = ("行", "項目")
_VALUES = ("値", "利用者", "合言葉", "条件")
_NUMBER_HERE = frozenset({"番号", "値"})  # of 結果 and 読み取る


def _without_values(content: Any, place: Any) -> Any:
    """The same with every fixed value as a place. Raises Invalid for a step that leads to another scenario."""
    if isinstance(content, list):
        return [_without_values(one, place) for one in content]
    if not isinstance(content, dict):
        return content
    made: Step = {}
    for key, one in content.items():
        if key == "呼び出す":
            raise Invalid(
                "ほかのシナリオを呼び出す手順があるため、集まりに出せません。呼び出さない版を出してください。"
            )
        if key in _VALUES:
            made[key] = _fixed(str(one), place)
        elif key == "ファイル" and str(one).startswith(IN_FOLDER):
            made[key] = IN_FOLDER + _fixed(str(one).removeprefix(IN_FOLDER), place)
        elif key in _VALUE_MAPS and isinstance(one, dict):
            made[key] = {label: _fixed(str(value), place) for label, value in one.items()}
        elif key in ("id", "name"):
            continue  # a hint of the town's own system; the label finds the element, or the town adds another
        else:
            made[key] = _without_values(one, place) if key != LOOP else _loop(one, place)
    return made


def _loop(inside: Any, place: Any) -> Any:
    if not isinstance(inside, dict):
        return inside
    made = inside | {"手順": _without_values(inside.get("手順"), place)}
    return made | {"条件": _fixed(str(inside["条件"]), place)} if "条件" in inside else made


def _fixed(value: str, place: Any) -> str:
    """A value with what is written between its `{…}` as a place, signs aside."""
    parts = re.split(r"(\{[^{}]*\})", value)
    return "".join(
        one if _HOLE.fullmatch(one) or _WORDLESS.fullmatch(one) else place("決まった値", one) for one in parts
    )


def _labels(procedure: ProcedureDefinition) -> _Said:
    said: dict[str, tuple[str, ...]] = {"手続の名称": (procedure.title,)}
    for one in procedure.fields:
        said[f"項目「{one.code}」"] = (one.label, one.group, *one.options.values())
    for row in procedure.repeats:
        said[f"繰り返し「{row.code}」"] = (row.label, row.unit)
    return said


def _codes(procedure: ProcedureDefinition) -> _Said:
    said: dict[str, tuple[str, ...]] = {"手続の符号": (procedure.code,)}
    for one in procedure.fields:
        said[f"項目「{one.code}」の符号"] = (one.code, *one.options)
    for row in procedure.repeats:
        said[f"繰り返し「{row.code}」の符号"] = (row.code,)
    return said


def _names(scenario: Document) -> _Said:
    """The names that a person gave in the steps: of secrets, files, loops and values that are read. They cannot be places."""
    found = sorted(set(_named(scenario)))
    return {f"手順の中の名前「{name[:20]}」": (name,) for name in found}


def _named(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield from (one.strip() for one in _SECRET.findall(content))
    elif isinstance(content, list):
        for one in content:
            yield from _named(one)
    elif isinstance(content, dict):
        for key, one in content.items():
            if key in ("受け取る", "読み取る", LOOP) and isinstance(one, dict):
                yield str(one.get("名前", ""))
            yield from _named(one)


def _require_clean(said: _Said, codes: _Said, private: Sequence[str]) -> None:
    found = [where for where, words in said.items() if any(tells(one, private, LONG_NUMBER) for one in words)]
    found += [where for where, words in codes.items() if any(code_tells(one, private) for one in words)]
    if found:
        why = "自治体の名前、番号、氏名らしい文字があります。直してから出してください。"
        problems = [Problem(0, where, why) for where in found]
        raise Invalid(f"{len(problems)}か所に、ほかの自治体に渡せない文字があります。", problems=problems)
