"""A town's own scenario as a ready template for other towns: its structure and the words of the screen, and nothing that is
the town's. What could be (a fixed value, a word with the town's name or a number in it) becomes a place that has to be filled."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from yakuba.kernel.definitions.bundle import as_text
from yakuba.kernel.definitions.procedures import ProcedureDefinition
from yakuba.kernel.personaldata.finding import by_shape, names
from yakuba.kernel.refusals import Invalid, Problem
from yakuba.services.robots.engine import drafts
from yakuba.services.robots.engine.catalogue import FIELDS_OF_WORK
from yakuba.services.robots.engine.drafts import LOOP, Document, Step
from yakuba.services.robots.engine.relabelling import PLACE, relabelled

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
_NUMBER = re.compile(r"[0-9０-９]{3,}")  # in a word of the screen, which becomes a place
_LONG_NUMBER = re.compile(r"[0-9０-９]{5,}")  # in what would be refused: 125cc may stand
_HOLE = re.compile(r"\{[^{}]*\}")
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
    _require_clean({"名称": title, "説明": description, **_labels(procedure)}, private)
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
            "シナリオ": _scenario(scenario, private),
        }
    )


def tells(word: str, private: Sequence[str], number: re.Pattern[str] = _NUMBER) -> bool:
    """Whether a word may be the town's or a person's own. number: from which length figures may be somebody's."""
    return bool(
        any(one and one in word for one in private)
        or number.search(word)
        or "://" in word
        or next(by_shape(word), None)
        or names(word)
    )


def _scenario(scenario: Document, private: Sequence[str]) -> Document:
    places: dict[tuple[str, str], str] = {}

    def place(kind: str, word: str) -> str:
        return places.setdefault((kind, word), f"｛{kind}{len(places) + 1}｝")

    def say(kind: str, word: str) -> str:
        fixed = _HOLE.sub("", word)
        if not tells(fixed, private) and not (kind == PLACE and "=" in fixed.partition("?")[2].rstrip("=")):
            return word
        return f"/{place(kind, word)}" if kind == PLACE else place(kind, word)

    made: Document = relabelled({key: one for key, one in scenario.items() if key in _TAKEN}, say)
    system = made.get("システム")
    if isinstance(system, dict):
        made["システム"] = {key: one for key, one in system.items() if key not in ("名前", "住所")}
    cleaned: Document = _without_values(made, place)
    return cleaned


_TAKEN = ("システム", *drafts.SECTIONS)
_VALUE_MAPS = ("行", "項目")


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
        if key in ("値", "利用者", "合言葉"):
            made[key] = _fixed(str(one), place)
        elif key in _VALUE_MAPS and isinstance(one, dict):
            made[key] = {label: _fixed(str(value), place) for label, value in one.items()}
        elif key in ("id", "name"):
            continue  # a hint of the town's own system; the label finds the element, or the town adds another
        else:
            made[key] = _without_values(one, place) if key != LOOP else _loop(one, place)
    return made


def _loop(inside: Any, place: Any) -> Any:
    return (
        inside | {"手順": _without_values(inside.get("手順"), place)} if isinstance(inside, dict) else inside
    )


def _fixed(value: str, place: Any) -> str:
    """A value with what is written between its `{…}` as a place, signs aside."""
    parts = re.split(r"(\{[^{}]*\})", value)
    return "".join(
        one if _HOLE.fullmatch(one) or _WORDLESS.fullmatch(one) else place("決まった値", one) for one in parts
    )


def _labels(procedure: ProcedureDefinition) -> dict[str, str]:
    said = {"手続の名称": procedure.title}
    for one in procedure.fields:
        said[f"項目「{one.code}」"] = "、".join((one.label, one.group, *one.options.values()))
    return said


def _require_clean(said: Mapping[str, str], private: Sequence[str]) -> None:
    problems = [
        Problem(0, where, "自治体の名前、番号、氏名らしい文字があります。直してから出してください。")
        for where, text in said.items()
        if tells(text, private, _LONG_NUMBER)
    ]
    if problems:
        raise Invalid(f"{len(problems)}か所に、ほかの自治体に渡せない文字があります。", problems=problems)
