"""Reads how siblings' wishes become joint wishes."""

from __future__ import annotations

from yakuba.kernel.definitions import Node, Section
from yakuba.services.nursery.engine.rules.conditions import ConditionReader
from yakuba.services.nursery.engine.rules.model import JointOrder, Mode, Stage

STAGES = {stage.value: stage for stage in Stage}
ORDERS = {order.value: order.value for order in JointOrder}
MOST_JOINT = 2_000


def read(node: Node | None, conditions: ConditionReader) -> tuple[tuple[Mode, ...], str, JointOrder, int]:
    """The modes, the default one's code, the order within a stage, and how many joint wishes at most."""
    section = Section(node, "きょうだい", conditions.faults, ("標準", "方法"), ("並べ方", "上限"))
    inside = Section(section.node("方法"), "きょうだいの方法", conditions.faults, optional=None)
    modes = tuple(_mode(code, one, conditions) for code, one in inside.all().items())
    if "方法" in section and not modes:
        section.fault("方法", "方法を1つ以上書いてください。")
    default = section.text("標準")
    if modes and default and default not in [mode.code for mode in modes]:
        section.fault(
            "標準",
            f"「{default}」という方法はありません。{'、'.join(mode.code for mode in modes)} のどれかを書いてください。",
        )
    order = JointOrder(section.word("並べ方", ORDERS, JointOrder.SUM.value))
    return modes, default, order, section.whole("上限", 100, 1, MOST_JOINT)


def _mode(code: str, node: Node, conditions: ConditionReader) -> Mode:
    place = f"きょうだいの方法 {code}"
    section = Section(node, place, conditions.faults, ("名前", "段"), ("条件",))
    stages = []
    for line, word in section.texts("段"):
        if word not in STAGES:
            conditions.faults.unknown(line, place, word, STAGES)
        elif STAGES[word] in stages:
            conditions.faults.add(line, place, f"「{word}」が二つあります。")
        else:
            stages.append(STAGES[word])
    if "段" in section and not section.texts("段"):
        section.fault("段", f"段を1つ以上書いてください。書けるのは {'、'.join(STAGES)} です。")
    condition = None
    if "条件" in section:
        condition = conditions.read(section.node("条件"), place)
    return Mode(code, section.text("名前"), tuple(stages), condition)
