"""Reads a scenario file and refuses it, with every mistake and its line, before anything runs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from yakuba.kernel.definitions import DefinitionRefused, Faults, Node, Section, parse
from yakuba.kernel.values.types import TYPES
from yakuba.services.robots.contracts import FieldSpec
from yakuba.services.robots.engine.calling import Callees, Library, nothing_published
from yakuba.services.robots.engine.control import ControlReader
from yakuba.services.robots.engine.drafts import step_text
from yakuba.services.robots.engine.filling import CALLED, NO_NAMES, Bound, Template
from yakuba.services.robots.engine.papers import PaperKind
from yakuba.services.robots.engine.scenario import (
    Call,
    CheckItem,
    Confirm,
    Landmark,
    LookUp,
    NumberFrom,
    Press,
    Receive,
    Repeat,
    Result,
    Role,
    Scenario,
    Step,
    System,
    every,
    templates,
)
from yakuba.services.robots.engine.seeing import NUMBER_HERE, plain
from yakuba.services.robots.engine.steps import StepReader
from yakuba.services.robots.engine.template import TemplateReader

_SECTIONS = ("名前", "版", "手続", "システム", "ログイン", "照会", "入力", "登録", "結果")
_PATTERNS = (NumberFrom.TEXT, NumberFrom.TITLE, NumberFrom.ADDRESS, NumberFrom.PDF)
_SYSTEM = ("名前", "住所", "ログイン画面")
_SYSTEM_MORE = ("ログイン拒否", "エラー表示", "落ち着くまで", "待つ上限", "同じ番号を断る")
NOWHERE = Landmark("", True)


def procedure_of(source: str) -> str:
    """The procedure code a scenario is for, without checking the rest. Raises `DefinitionRefused`."""
    node = parse(source)
    entries = {key: value for key, _, value in node.entries or ()}
    named = entries.get("手続")
    if named is None or not named.text:
        faults = Faults()
        faults.add(node.line, "", "「シナリオ」に「手続」がありません。")
        raise DefinitionRefused(faults.found)
    return named.text


def load(
    source: str, procedure: str, fields: Sequence[FieldSpec], library: Library = nothing_published
) -> Scenario:
    """Check a scenario against its procedure. library: the published scenarios that it may call. Raises
    `DefinitionRefused` with all faults."""
    return _Loader(procedure, fields, library).load(source)


def load_login(source: str) -> tuple[System, tuple[Step, ...]]:
    """The system and the log-in of a scenario that is not finished yet. Raises `DefinitionRefused`."""
    return _Loader("", ()).load_login(source)


def load_step(
    step: Mapping[str, Any], section: str, fields: Sequence[FieldSpec], names: Mapping[str, Bound] = NO_NAMES
) -> Step:
    """One step of a draft, as it stands in that section. names: those that it may use. Raises `DefinitionRefused`."""
    return _Loader("", fields).load_step(step_text(step), section, names)


class _Loader:
    def __init__(
        self,
        procedure: str,
        fields: Sequence[FieldSpec],
        library: Library = nothing_published,
        chain: Sequence[str] = (),
    ) -> None:
        self._procedure = procedure
        self._fields = fields
        self._library, self._chain = library, tuple(chain)
        self._faults = Faults()
        self._templates = TemplateReader(fields, self._faults)

    def _entry_reader(self, name: str, system: str) -> StepReader:
        def again(text: str, chain: Sequence[str]) -> Scenario:
            return _Loader(self._procedure, self._fields, self._library, chain).load(text)

        chain = self._chain or (name,)
        callees = Callees(self._library, self._faults, chain, again, system)
        control = ControlReader(self._templates, self._faults, callees.callee)
        return StepReader(self._templates, self._faults, control=control, files=True)

    def load(self, source: str) -> Scenario:
        top = Section(parse(source), "シナリオ", self._faults, required=_SECTIONS, optional=("説明", "確認"))
        plain = StepReader(self._templates, self._faults)
        with_secrets = StepReader(self._templates, self._faults, secrets=True)
        system = self._system(top, plain)
        login = with_secrets.steps(top.node("ログイン"), "ログイン")
        look_up = self._look_up(top, plain)
        with self._templates.scope():
            entry = self._entry_reader(top.text("名前"), system.name).steps(top.node("入力"), "入力")
        commit = self._commit(top, entry, plain)
        result = self._result(top, plain)
        confirm = self._confirm(top)
        self._check_procedure(top)
        version = top.whole("版", 1, 1, 1_000_000)
        if self._faults.found or look_up is None or commit is None or result is None:
            raise DefinitionRefused(self._faults.found)
        return Scenario(
            name=top.text("名前"),
            version=version,
            procedure=top.text("手続"),
            system=system,
            login=login,
            look_up=look_up,
            entry=entry,
            commit=commit,
            result=result,
            confirm=confirm,
            digest=hashlib.sha256(source.replace("\r\n", "\n").encode()).hexdigest(),
            description=top.text("説明"),
            warnings=(*self._warnings(entry), *_pressed_elsewhere(look_up, confirm, commit)),
            secrets=_unique(name for one in templates(login) for name in one.secrets),
            masked=tuple(spec for spec in self._fields if TYPES[spec.type].masked),
        )

    def load_step(self, source: str, section: str, names: Mapping[str, Bound]) -> Step:
        self._templates.know(names)
        entry = self._entry_reader("", "") if section == "入力" else None
        reader = entry or StepReader(self._templates, self._faults, secrets=section == "ログイン")
        steps = reader.steps(parse(source), section)
        if self._faults.found or not steps:
            raise DefinitionRefused(self._faults.found)
        return steps[0]

    def load_login(self, source: str) -> tuple[System, tuple[Step, ...]]:
        wanted = {"システム", "ログイン"}
        node = parse(source)
        entries = tuple(one for one in node.entries or () if one[0] in wanted)
        top = Section(
            replace(node, entries=entries), "シナリオ", self._faults, required=tuple(wanted), optional=()
        )
        system = self._system(top, StepReader(self._templates, self._faults))
        login = StepReader(self._templates, self._faults, secrets=True).steps(
            top.node("ログイン"), "ログイン"
        )
        if self._faults.found:
            raise DefinitionRefused(self._faults.found)
        return system, login

    def _check_procedure(self, top: Section) -> None:
        named = top.text("手続")
        node = top.node("手続")
        if node is not None and named != self._procedure:
            self._faults.unknown(node.line, "手続", named, (self._procedure,))

    def _system(self, top: Section, steps: StepReader) -> System:
        node = top.node("システム")
        if node is None:
            return System("", "", NOWHERE)
        section = Section(node, "システム", self._faults, required=_SYSTEM, optional=_SYSTEM_MORE)
        base = section.text("住所").rstrip("/")
        address = urlsplit(base)
        if base and (address.scheme not in ("http", "https") or not address.hostname or address.username):
            self._faults.add(node.line, "", "「住所」は http:// か https:// で始まる場所を書いてください。")
        return System(
            name=section.text("名前"),
            base=base,
            login_page=self._landmark(section, "ログイン画面", steps) or NOWHERE,
            login_refused=self._landmark(section, "ログイン拒否", steps),
            refusal=self._landmark(section, "エラー表示", steps),
            settle_seconds=section.number("落ち着くまで", 60.0, 1.0, 3600.0),
            patience=section.number("待つ上限", 20.0, 1.0, 300.0),
            idempotent=section.flag("同じ番号を断る", False),
        )

    def _landmark(self, section: Section, key: str, steps: StepReader) -> Landmark | None:
        node = section.node(key)
        if node is None:
            return None
        inner = Section(node, key, self._faults, required=(), optional=("文字", "見出し"))
        return steps.landmark(inner, key)

    def _look_up(self, top: Section, steps: StepReader) -> LookUp | None:
        node = top.node("照会")
        if node is None:
            return None
        section = Section(
            node,
            "照会",
            self._faults,
            required=("手順", "見つかった", "見つからない"),
            optional=("次のページ",),
        )
        done = steps.steps(section.node("手順"), "手順")
        absent = self._landmark(section, "見つからない", steps)
        found = section.node("見つかった")
        if found is None or absent is None:
            return None
        inner = Section(found, "見つかった", self._faults, required=("列", "行"))
        match = self._pairs(inner.node("行"), "行")
        if not any(spec.type == "receipt_number" for _, one in match for spec in one.fields):
            self._faults.add(found.line, "", "「見つかった」の「行」には受付番号の列を書いてください。")
        following = section.node("次のページ")
        onward = steps.press(following) if following is not None else None
        return LookUp(done, inner.text("列"), match, absent, node.line, onward)

    def _pairs(
        self, node: Node | None, what: str, *, number: bool = False
    ) -> tuple[tuple[str, Template], ...]:
        if node is None:
            return ()
        section = Section(node, what, self._faults, optional=None)
        return tuple(
            (key, self._templates.read(value, value.line, number=number))
            for key, value in section.all().items()
        )

    def _commit(self, top: Section, entry: tuple[Step, ...], steps: StepReader) -> Press | None:
        node = top.node("登録")
        if node is None:
            return None
        if node.items is not None:
            self._faults.add(
                node.line, "", "「登録」は並べて書けません。登録する操作は一つだけ書いてください。"
            )
            return None
        section = Section(node, "登録", self._faults, required=("押す",))
        inside = section.node("押す")
        commit = steps.press(inside) if inside is not None else None
        if commit is None:
            return None
        if commit.element.role is not Role.BUTTON or commit.when:
            self._faults.add(node.line, "", "「登録」で押せるのはボタンだけです（条件は付けられません）。")
        called = {plain(one.commit) for one in every(entry) if isinstance(one, Call)}
        committing = {plain(commit.element.label)} | called  # as the browser finds it
        for outer in entry:
            for step in every((outer,)):
                if _presses(step, committing):
                    line = step.line if step.line < CALLED else outer.line
                    self._faults.add(
                        line,
                        "",
                        f"「入力」の中で登録のボタン「{step.element.label}」は押せません。登録する操作は「登録」だけに書いてください。",
                    )
        return commit

    def _result(self, top: Section, steps: StepReader) -> Result | None:
        node = top.node("結果")
        if node is None:
            return None
        section = Section(
            node, "結果", self._faults, required=("確かめる",), optional=(*NumberFrom, "受け取る")
        )
        named = [one for one in NumberFrom if section.node(one)]
        if len(named) != 1:
            self._faults.add(
                node.line, "", f"「結果」には {'、'.join(NumberFrom)} のどれか一つを書いてください。"
            )
            return None
        source, text = named[0], section.text(named[0])
        if source in _PATTERNS and text.count(NUMBER_HERE) != 1:
            self._faults.add(
                node.line,
                "",
                f"「結果」の「{source}」には、登録番号の場所に{NUMBER_HERE}と一つだけ書いてください。",
            )
        listed = section.node("確かめる")
        items = listed.items if listed is not None else None
        if not items:
            self._faults.add(
                node.line, "", "「結果」の「確かめる」には、登録が終わったと分かる文字などを並べてください。"
            )
        checks = (steps.check(item) for item in items or ())
        found = tuple(one for one in checks if one is not None)
        return Result(source, text, found, node.line, self._receive(section, source, steps))

    def _receive(self, section: Section, source: NumberFrom, steps: StepReader) -> Receive | None:
        """What brings the PDF that has the number; it stands there for that alone."""
        node = section.node("受け取る")
        if node is None:
            if source is NumberFrom.PDF:
                section.fault("PDF", "番号をPDFから読むには、「受け取る」も書いてください。")
            return None
        found = StepReader(self._templates, self._faults, files=True).receive(node)
        if source is not NumberFrom.PDF or found is None or found.kind is not PaperKind.PDF or found.when:
            section.fault(
                "受け取る",
                "「結果」の「受け取る」は、番号をPDFから読むときだけ、「種類: PDF」で条件なしに書きます。"
                "ほかの書類は「確認」の「手順」で受け取ってください。",
            )
        return found

    def _confirm(self, top: Section) -> Confirm | None:
        node = top.node("確認")
        if node is None:
            return None
        section = Section(node, "確認", self._faults, required=("項目",), optional=("登録前", "手順"))
        pairs = self._pairs(section.node("項目"), "項目", number=False)
        steps = StepReader(self._templates, self._faults, number=True, files=True).steps(
            section.node("手順"), "手順"
        )
        before = section.flag("登録前", True)
        if not before and not steps:
            self._faults.add(node.line, "", "「確認」には「登録前: はい」か「手順」のどちらかが要ります。")
        items = tuple(CheckItem(label, value, value.line) for label, value in pairs)
        return Confirm(items, before, steps, node.line)

    def _warnings(self, entry: tuple[Step, ...]) -> tuple[str, ...]:
        used = {spec.code for one in templates(entry) for spec in one.fields}
        used |= {spec.code for one in every(entry) if isinstance(one, Repeat) for spec in one.fields}
        unused = [spec.label for spec in self._fields if spec.code not in used]
        return (f"入力に使われていない項目があります：{'、'.join(unused)}",) if unused else ()


def _presses(step: Step | None, labels: Set[str]) -> TypeGuard[Press | Receive]:
    """Whether a step presses one of these buttons; what brings a file presses too. labels: as `plain` has them."""
    return isinstance(step, Press | Receive) and plain(step.element.label) in labels


def _pressed_elsewhere(look_up: LookUp, confirm: Confirm | None, commit: Press) -> Iterator[str]:
    """Some targets have one word on all their buttons (実行), so that this is no mistake by itself."""
    onward = (look_up.next,) if look_up.next else ()
    sections = {"照会": (*look_up.steps, *onward), "確認": confirm.steps if confirm else ()}
    for section, steps in sections.items():
        if any(_presses(one, {plain(commit.element.label)}) for one in steps):
            yield (
                f"「{section}」の中で、登録のボタンと同じ名前の「{commit.element.label}」を押します。"
                "登録が二度にならない画面か確かめてください。"
            )


def _unique(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
