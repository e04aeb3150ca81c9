"""Reads transfers, who does not take part, reserved seats and staff ratios."""

from __future__ import annotations

from yakuba.kernel.definitions import Faults, Node, Section
from yakuba.services.nursery.contracts import AGES
from yakuba.services.nursery.engine.rules.conditions import ConditionReader
from yakuba.services.nursery.engine.rules.model import Exclusion, Reserved, Transfers

BY_AGE = tuple(f"{age}歳" for age in AGES)
RATIOS = (3, 6, 6, 20, 30, 30)  # children per nursery teacher by age class, the state's standard
WAYS = {way.value: way.value for way in Transfers}
MOST_RESERVED = 9
# The id of a slot has them between facility, age and label (`seats.slot_id`), in whatever width a table writes them.
FORBIDDEN_IN_LABELS = "-*＊－"


def transfers(node: Node | None, faults: Faults) -> Transfers:
    """転園; as each application says where the rules say nothing."""
    section = Section(node, "転園", faults, ("扱い",) if node else ())
    return Transfers(section.word("扱い", WAYS, Transfers.AS_APPLIED.value))


def exclusions(node: Node | None, conditions: ConditionReader) -> tuple[Exclusion, ...]:
    """対象外."""
    section = Section(node, "対象外", conditions.faults, ("出典", "行") if node else ())
    found = []
    for row in section.rows("行"):
        inner = Section(row, "対象外", conditions.faults, ("名前", "条件", "理由"))
        condition = conditions.read(inner.node("条件"), f"対象外 {inner.text('名前')}", facility=True)
        found.append(Exclusion(inner.text("名前"), condition, inner.text("理由")))
    return tuple(found)


def reserved(node: Node | None, conditions: ConditionReader) -> tuple[Reserved, ...]:
    """優先枠: a list."""
    if node is None:
        return ()
    if node.items is None:
        conditions.faults.add(node.line, "優先枠", "「- 」で始まる行を並べて書いてください。")
        return ()
    if len(node.items) > MOST_RESERVED:
        conditions.faults.add(node.line, "優先枠", f"優先枠は{MOST_RESERVED}つまでにしてください。")
    found: list[Reserved] = []
    for row in node.items:
        inner = Section(row, "優先枠", conditions.faults, ("名前", "条件", "先に使う席", "空いた席"))
        label = inner.text("名前")
        if any(letter in label for letter in FORBIDDEN_IN_LABELS) or label in [one.label for one in found]:
            inner.fault("名前", f"枠の名前「{label}」は、ほかと違う名前で、- や * を入れずに書いてください。")
        found.append(
            Reserved(
                label=label,
                condition=conditions.read(inner.node("条件"), f"優先枠 {label}"),
                first=inner.word("先に使う席", {"優先枠": "yes", "一般": ""}, "") == "yes",
                released=inner.word("空いた席", {"一般に回す": "yes", "空けておく": ""}, "") == "yes",
            )
        )
    return tuple(found)


def ratios(node: Node | None, faults: Faults) -> tuple[int, ...]:
    """配置基準: children per teacher by age class; the state's where the rules say nothing."""
    section = Section(node, "配置基準", faults, optional=BY_AGE)
    return tuple(section.whole(age, ratio, 1, 60) for age, ratio in zip(BY_AGE, RATIOS, strict=True))
