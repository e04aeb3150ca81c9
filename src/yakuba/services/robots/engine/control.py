"""Reads the steps that steer others: くり返す 読み取る 呼び出す. They stand in the entry alone, and none of them commits."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from yakuba.kernel.definitions import Faults, Node, Section
from yakuba.kernel.values.types import TYPES
from yakuba.kernel.values.widths import WIDTHS
from yakuba.services.robots.contracts import FieldSpec
from yakuba.services.robots.engine.filling import Template
from yakuba.services.robots.engine.scenario import Call, Read, ReadFrom, Repeat, Step
from yakuba.services.robots.engine.seeing import plain
from yakuba.services.robots.engine.template import TemplateReader

VALUE_HERE = "{値}"
VERBS = ("くり返す", "読み取る", "呼び出す")
DEEPEST = 2  # loops in one another
_AROUND = ("項目", "表")

#: Reads a list of steps, as `StepReader.steps`.
StepsReader = Callable[[Node | None, str], tuple[Step, ...]]
#: Gives the scenario of a name and a version as a call plays it; tells faults by itself, and None then.
Callee = Callable[[Section, Template | None], Call | None]


class ControlReader:
    """Reads them for one entry. callee: who knows the other scenarios."""

    def __init__(self, templates: TemplateReader, faults: Faults, callee: Callee) -> None:
        self._templates, self._faults, self._callee = templates, faults, callee
        self._depth = 0

    def read(self, verb: str, node: Node, steps: StepsReader) -> Step | None:
        """One of them."""
        if verb == "読み取る":
            return self._reading(node)
        if verb == "呼び出す":
            return self._calling(node)
        return self._repeating(node, steps)

    def _when(self, section: Section) -> Template | None:
        node = section.node("条件")
        return None if node is None else self._templates.read(node, node.line)

    # 読み取る

    def _reading(self, node: Node) -> Step | None:
        """読み取る: {項目|欄|文字: …, 名前: …, 形: 文字|数字}."""
        section = Section(
            node, "読み取る", self._faults, required=("名前",), optional=(*ReadFrom, "形", "条件")
        )
        named = [one for one in ReadFrom if section.node(one)]
        if len(named) != 1:
            self._faults.add(node.line, "", "「読み取る」には 項目、欄、文字 のどれか一つを書いてください。")
            return None
        source, text = named[0], section.text(named[0])
        if source is ReadFrom.TEXT and text.count(VALUE_HERE) != 1:
            self._faults.add(
                node.line, "", f"「読み取る」の「文字」には、値の場所に{VALUE_HERE}と一つだけ書いてください。"
            )
        if self._templates.is_masked(plain(text)):
            self._faults.add(
                node.line,
                "",
                f"「{text}」は見る権限のある人だけの値なので、ロボットは画面から読み取りません。",
            )
        number = section.word("形", {"文字": False, "数字": True}, False)
        when = self._when(section)
        name = section.text("名前")
        self._name(section, name, tuple(WIDTHS))
        return Read(name, source, text, number, node.line, when)

    # くり返す

    def _repeating(self, node: Node, steps: StepsReader) -> Step | None:
        """くり返す: {項目: …|表: [列, …], 名前: …, 手順: […]}."""
        section = Section(
            node, "くり返す", self._faults, required=("名前", "手順"), optional=(*_AROUND, "条件")
        )
        if len([one for one in _AROUND if section.node(one)]) != 1:
            self._faults.add(node.line, "", "「くり返す」には 項目 か 表 のどちらか一つを書いてください。")
            return None
        when, name = self._when(section), section.text("名前")
        fields = self._fields(section)
        columns = tuple(text for _, text in section.texts("表"))
        if len({plain(one) for one in columns}) < len(columns) or not all(columns):
            section.fault("表", "「表」には、ちがう列の見出しを並べてください。")
        ways = tuple(plain(one) for one in columns) if columns else _common(fields)
        masked = any(TYPES[spec.type].masked for spec in fields)
        with self._templates.scope():
            self._name(section, name, ways, masked=masked, column=bool(columns))
            self._depth += 1
            if self._depth > DEEPEST:
                self._faults.add(node.line, "", f"「くり返す」の中の「くり返す」は{DEEPEST}段までです。")
            inside = steps(section.node("手順"), "手順")
            self._depth -= 1
        return Repeat(name, inside, node.line, fields, columns, when)

    def _fields(self, section: Section) -> tuple[FieldSpec, ...]:
        found = []
        listed = section.texts("項目")
        for line, text in listed:
            spec = self._templates.field(text, line)
            if spec is not None:
                found.append(spec)
        if len(found) == 1 and len(listed) == 1 and found[0].type != "choices":
            section.fault(
                "項目",
                f"「{found[0].label}」の値は一つだけです。いくつも選べる項目を一つ書くか、同じ手順で入れる項目を"
                "[第1希望, 第2希望] のように並べてください。",
            )
        if len(found) > 1 and any(spec.type == "choices" for spec in found):
            section.fault("項目", "いくつも選べる項目は、一つだけ書いてください。")
        return tuple(found)

    # 呼び出す

    def _calling(self, node: Node) -> Step | None:
        """呼び出す: {シナリオ: …, 版: …}."""
        section = Section(node, "呼び出す", self._faults, required=("シナリオ", "版"), optional=("条件",))
        return self._callee(section, self._when(section))

    def _name(
        self,
        section: Section,
        name: str,
        ways: tuple[str, ...],
        *,
        masked: bool = False,
        column: bool = False,
    ) -> None:
        why = self._templates.bind(name, ways, masked=masked, column=column)
        if why:
            section.fault("名前", why)


def _common(fields: Iterable[FieldSpec]) -> tuple[str, ...]:
    """The writings that all of the fields have."""
    known = [TYPES[spec.type].writings() for spec in fields]
    return tuple(one for one in known[0] if all(one in other for other in known)) if known else ()
