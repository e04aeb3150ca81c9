"""Reads the tables of points, the groups and the tie keys."""

from __future__ import annotations

from collections.abc import Mapping

from yakuba.kernel.definitions import Faults, Node, Section
from yakuba.services.nursery.engine.rules.conditions import ConditionReader
from yakuba.services.nursery.engine.rules.fields import Field
from yakuba.services.nursery.engine.rules.model import (
    COMPARED,
    DECIDING,
    Basic,
    Group,
    Guardian,
    Level,
    Row,
    TieKey,
    Whose,
)

MOST_POINTS = 100_000
WHOSE = {whose.value: whose.value for whose in Whose}
HOW = {"平均": "平均", "最大": "最大", "最小": "最小"}
ROUNDING = {"切り捨て": "切り捨て", "切り上げ": "切り上げ", "四捨五入": "四捨五入"}


class TableReader:
    """基本指数, 調整指数, 施設別加点, 指数, 組分け, 同点のとき."""

    def __init__(
        self,
        fields: Mapping[str, Field],
        there: Mapping[str, Field],
        guardians: tuple[Guardian, ...],
        faults: Faults,
    ) -> None:
        self.faults = faults
        self.fields = fields
        self.there = there
        aliases = guardians[0].fields if guardians else {}
        self.conditions = ConditionReader(fields, there, faults)
        self.of_guardian = ConditionReader({**fields, **aliases}, there, faults)

    def basic(self, node: Node | None) -> Basic:
        """基本指数."""
        section = Section(
            node, "基本指数", self.faults, ("出典", "行"), ("いない保護者", "どれにも当たらない")
        )
        rows = tuple(self._row(row, "基本指数", Whose.GUARDIAN) for row in section.rows("行"))
        if "行" in section and not rows:
            section.fault("行", "行を1つ以上書いてください。")
        for row in rows:
            if row.group or row.whose is not Whose.GUARDIAN:
                self.faults.add(
                    row.line, f"基本指数 {row.name}", "基本指数の行に「対象」と「組」は書けません。"
                )
        section.text("出典")
        absent = Section(section.node("いない保護者"), "いない保護者", self.faults, ("点",), ("名前",))
        return Basic(
            rows=rows,
            absent=self._points(absent) if "いない保護者" in section else None,
            absent_name=absent.text("名前", "いない保護者"),
            otherwise=section.whole("どれにも当たらない", 0, -MOST_POINTS, MOST_POINTS)
            if "どれにも当たらない" in section
            else None,
        )

    def table(self, node: Node | None, place: str, *, facility: bool = False) -> tuple[Row, ...]:
        """調整指数 or 施設別加点."""
        section = Section(node, place, self.faults, ("出典", "行") if node else ())
        section.text("出典")  # whoever reads the file must find it
        return tuple(self._row(row, place, Whose.CHILD, facility=facility) for row in section.rows("行"))

    def _row(self, node: Node, place: str, whose: Whose, *, facility: bool = False) -> Row:
        section = Section(node, place, self.faults, ("点", "名前"), ("条件", "対象", "組"))
        name = section.text("名前")
        section.place = place = f"{place} {name}" if name else place
        whose = Whose(section.word("対象", WHOSE, whose.value))
        if facility and whose is Whose.GUARDIAN:
            section.fault("対象", "施設別加点の対象は「児童」か「世帯」にしてください。")
        reader = self.of_guardian if whose is Whose.GUARDIAN else self.conditions
        condition = reader.read(section.node("条件"), place, facility=facility)
        points = self._points(section)
        return Row(name, points, condition, whose, section.text("組"), section.line)

    def _points(self, section: Section) -> int:
        if "点" in section and not section.text("点"):
            return 0
        return section.whole("点", 0, -MOST_POINTS, MOST_POINTS)

    def level(self, node: Node | None) -> Level:
        """指数."""
        section = Section(node, "指数", self.faults, ("単位",) if node else (), ("まとめ方", "端数"))
        household = section.word("単位", {"児童": "", "世帯": "yes"}, "") == "yes"
        how = section.word("まとめ方", HOW, "平均")
        return Level(household, how, section.word("端数", ROUNDING, "切り捨て"))

    def groups(self, node: Node | None) -> tuple[tuple[Group, ...], int]:
        """組分け: its rows, and the group of all others."""
        section = Section(node, "組分け", self.faults, ("行", "それ以外", "出典") if node else ())
        found = []
        for row in section.rows("行"):
            inner = Section(row, "組分け", self.faults, ("組", "名前", "条件"))
            condition = self.conditions.read(inner.node("条件"), "組分け", facility=True)
            found.append(Group(inner.whole("組", 1, 1, 99), inner.text("名前"), condition))
        return tuple(found), section.whole("それ以外", 1, 1, 99)

    def keys(self, node: Node | None) -> tuple[tuple[TieKey, ...], str]:
        """同点のとき: the keys in order, and the lottery's phrase. The last key must always decide."""
        section = Section(node, "同点のとき", self.faults, ("出典", "順"), ("くじの言葉",))
        found = []
        for row in section.rows("順"):
            key = self._key(row)
            if key:
                found.append(key)
        if node is not None and "順" in section and (not found or found[-1].compares not in DECIDING):
            section.fault(
                "順", "最後は必ず決まるもの（「比べる: くじ」か「比べる: 受付番号」）にしてください。"
            )
        for key in found[:-1]:
            if key.compares in DECIDING:
                section.fault(
                    "順", f"「{key.label}」で必ず決まるので、その後の順は使われません。最後に置いてください。"
                )
        return tuple(found), section.text("くじの言葉")

    def _key(self, node: Node) -> TieKey | None:
        section = Section(node, "同点のとき", self.faults, ("名前",), ("比べる", "条件", "順", "空欄"))
        label = section.text("名前")
        section.place = place = f"同点のとき {label}"
        if ("比べる" in section) == ("条件" in section):
            self.faults.add(node.line, place, "「比べる」か「条件」のどちらか一つを書いてください。")
            return None
        if "条件" in section:
            condition = self.conditions.read(section.node("条件"), place, facility=True)
            self._without(section, ("順", "空欄"), "「条件」に当たる児童が先になるので、")
            return TieKey(label, "condition", condition)
        word = section.text("比べる")
        if word in COMPARED:
            return self._compared(section, label, word)
        spec = self.fields.get(word) or self.there.get(word)
        if spec is None or not spec.ordered:
            known = [one.label for one in (*self.fields.values(), *self.there.values()) if one.ordered]
            section.fault(
                "比べる", f"「{word}」は比べられません。書けるのは {'、'.join([*COMPARED, *known])} です。"
            )
            return None
        if "順" not in section:
            section.fault("比べる", "「順: 大きい順」か「順: 小さい順」を書いてください。")
        empty_last = {"": None, "last": True, "first": False}[
            section.word("空欄", {"最後": "last", "最初": "first"}, "")
        ]
        descending = section.word("順", {"大きい順": "yes", "小さい順": ""}, "") == "yes"
        return TieKey(label, word, spec=spec, descending=descending, empty_last=empty_last)

    def _compared(self, section: Section, label: str, word: str) -> TieKey:
        lots = word in (*DECIDING, "世帯くじ")
        if lots:
            self._without(section, ("順", "空欄"), f"「{word}」は小さい順と決まっているので、")
        else:
            self._without(section, ("空欄",), f"「{word}」は空欄にならないので、")
        direction = section.word("順", {"大きい順": "yes", "小さい順": ""}, "" if lots else "yes")
        return TieKey(label, word, descending=direction == "yes")

    def _without(self, section: Section, keys: tuple[str, ...], reason: str) -> None:
        for key in keys:
            if key in section:
                section.fault(key, f"{reason}「{key}」は書けません。")
