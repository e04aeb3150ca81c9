"""Reads the steps of a scenario: 認証 開く 押す 入力 選ぶ チェック 待つ 確かめる."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from yakuba.kernel.definitions import Faults, Node, Section
from yakuba.services.robots.engine.control import VERBS, ControlReader
from yakuba.services.robots.engine.filling import Template
from yakuba.services.robots.engine.papers import PaperKind, wrong_name
from yakuba.services.robots.engine.scenario import (
    Attach,
    Authenticate,
    CheckItem,
    CheckLandmark,
    Element,
    EntryKind,
    Fill,
    Landmark,
    Open,
    Press,
    Receive,
    Role,
    Step,
    Wait,
)
from yakuba.services.robots.engine.template import TemplateReader

APPLICATION = "申請書"
IN_FOLDER = "フォルダ/"
_FILE_NAME = re.compile(r"[\w・（）ー－\-]{1,40}")
_ONE_COMMIT = (
    "「登録」は手順の中に書けません。一件の申請で登録するのは、最後の「登録」の一度だけです。いくつも登録する申請は、"
    "申請を分けてください。"
)
_HINTS = ("枠", "id", "name", "条件")


class StepReader:
    """Reads steps and collects faults. secrets, number: whether templates may hold them here.  control: who reads the
    steps that steer others; None where they may not stand.  files: whether they may take files."""

    def __init__(
        self,
        templates: TemplateReader,
        faults: Faults,
        *,
        secrets: bool = False,
        number: bool = False,
        control: ControlReader | None = None,
        files: bool = False,
    ) -> None:
        self._templates = templates
        self._faults = faults
        self._secrets = secrets
        self._number = number
        self._control = control
        self._files = files
        self._readers: dict[str, Callable[[Node], Step | None]] = {
            "認証": self._authenticate,
            "開く": self._open,
            "押す": self.press,
            "入力": lambda node: self._fill(node, EntryKind.TEXT),
            "選ぶ": lambda node: self._fill(node, EntryKind.CHOOSE),
            "チェック": lambda node: self._fill(node, EntryKind.TICK),
            "待つ": self._wait,
            "確かめる": self.check,
            "添付": self._attach,
            "受け取る": self.receive,
        }

    def steps(self, node: Node | None, what: str) -> tuple[Step, ...]:
        """A list of steps; a mistake for anything else."""
        if node is None:
            return ()
        if not node.items:
            self._faults.add(node.line, "", f"「{what}」には手順を「- 」で始まる行で並べてください。")
            return ()
        read = (self._step(item) for item in node.items)
        return tuple(step for step in read if step is not None)

    def _step(self, node: Node) -> Step | None:
        if node.entries is None or len(node.entries) != 1:
            self._faults.add(
                node.line, "", "手順は「- 押す: {ボタン: 次へ}」のように、1行に一つ書いてください。"
            )
            return None
        verb, _, inside = node.entries[0]
        if verb in VERBS:
            return self._steering(verb, node.line, inside)
        if verb == "登録":
            self._faults.add(node.line, "", _ONE_COMMIT)
            return None
        reader = self._readers.get(verb)
        if reader is None:
            self._faults.unknown(node.line, "手順", verb, (*self._readers, *VERBS))
            return None
        return reader(inside)

    def _steering(self, verb: str, line: int, inside: Node) -> Step | None:
        if self._control is None:
            self._faults.add(line, "", f"「{verb}」は「入力」の中でしか使えません。")
            return None
        return self._control.read(verb, inside, self.steps)

    def _authenticate(self, node: Node) -> Step | None:
        """認証: {利用者: …, 合言葉: …}, in the log-in alone."""
        section = self._section(node, "認証", ("利用者", "合言葉"), ())
        if not self._secrets:
            self._faults.add(node.line, "", "「認証」は「ログイン」の中でしか使えません。")
        user, password = (
            self._templates.read(section.node(key), node.line, secrets=self._secrets)
            for key in ("利用者", "合言葉")
        )
        return Authenticate(user, password, node.line)

    def _open(self, node: Node) -> Step | None:
        path = self._templates.read(node, node.line, number=self._number)
        first = path.parts[0]
        if not (isinstance(first, str) and first.startswith("/") and not first.startswith("//")):
            self._faults.add(node.line, "", "「開く」には / で始まる場所を書いてください（例：/menu）。")
        return Open(path, node.line)

    def press(self, node: Node) -> Press | None:
        """押す: {ボタン|リンク: …, 画面: 移る|変わらない, ダイアログ: …}."""
        section = self._section(node, "押す", (), ("ボタン", "リンク", "画面", "ダイアログ", *_HINTS))
        element = self._element(section, (Role.BUTTON, Role.LINK), "押す")
        page = section.text("画面", "移る")
        if page not in ("移る", "変わらない"):
            self._faults.unknown(node.line, "画面", page, ("移る", "変わらない"))
        if element is None:
            return None
        return Press(element, node.line, page == "移る", section.text("ダイアログ"), self._when(section))

    def _fill(self, node: Node, kind: EntryKind) -> Step | None:
        section = self._section(node, kind, ("欄", "値"), _HINTS)
        element = self._element(section, (Role.FIELD,), kind)
        value = self._templates.read(
            section.node("値"), node.line, secrets=self._secrets, number=self._number
        )
        if element is None:
            return None
        self._one_text_only(kind, value)
        return Fill(kind, element, value, node.line, self._when(section))

    def _one_text_only(self, kind: EntryKind, value: Template) -> None:
        for spec in value.fields:
            if kind is EntryKind.CHOOSE and spec.type == "choices":
                self._faults.add(
                    value.line,
                    "",
                    f"「{spec.label}」はいくつも選べる項目です。「チェック」を使ってください。",
                )

    def _attach(self, node: Node) -> Step | None:
        """添付: {欄: …, ファイル: 申請書 | フォルダ/名前}, in the entry alone."""
        section = self._section(node, "添付", ("欄", "ファイル"), _HINTS)
        if self._control is None:
            self._faults.add(node.line, "", "「添付」は「入力」の中でしか使えません。")
        file = section.text("ファイル")
        named: Template | None = None
        if file.startswith(IN_FOLDER):
            given = section.node("ファイル")
            assert given is not None
            named = self._templates.read(replace(given, raw=file.removeprefix(IN_FOLDER)), node.line)
            if wrong := wrong_name("".join(one if isinstance(one, str) else "0" for one in named.parts)):
                self._faults.add(node.line, "", wrong)
        elif file and file != APPLICATION:
            self._faults.unknown(node.line, "ファイル", file, (APPLICATION, f"{IN_FOLDER}名前"))
        element = self._element(section, (Role.FIELD,), "添付")
        return Attach(element, node.line, self._when(section), named) if element else None

    def receive(self, node: Node) -> Receive | None:
        """受け取る: {ボタン|リンク: …, 種類: PDF|CSV, 名前: …}, in the entry and after the commit step."""
        section = self._section(node, "受け取る", ("種類", "名前"), ("ボタン", "リンク", *_HINTS))
        if not self._files:
            self._faults.add(node.line, "", "「受け取る」は「入力」「結果」「確認」の中でしか使えません。")
        kind = section.word("種類", {str(one): one for one in PaperKind}, PaperKind.PDF)
        name = section.text("名前")
        if name and not _FILE_NAME.fullmatch(name):
            section.fault("名前", "「名前」は40文字までで、/ や . などの記号を使わずに書いてください。")
        element = self._element(section, (Role.BUTTON, Role.LINK), "受け取る")
        return Receive(element, kind, name, node.line, self._when(section)) if element else None

    def _wait(self, node: Node) -> Step | None:
        section = self._section(node, "待つ", (), ("文字", "見出し", "秒", "条件"))
        landmark = self.landmark(section, "待つ")
        seconds = section.number("秒", 20.0, 0.1, 600.0)
        return Wait(landmark, seconds, node.line, self._when(section)) if landmark else None

    def check(self, node: Node) -> CheckLandmark | CheckItem | None:
        """確かめる: {文字|見出し: …} or {項目|欄: …, 値: …}."""
        section = self._section(node, "確かめる", (), ("文字", "見出し", "項目", "欄", "値", "条件"))
        kinds = [key for key in ("文字", "見出し", "項目", "欄") if section.node(key)]
        if len(kinds) != 1:
            self._faults.add(
                node.line, "", "「確かめる」には 文字、見出し、項目、欄 のどれか一つを書いてください。"
            )
            return None
        if kinds[0] in ("文字", "見出し"):
            landmark = self.landmark(section, "確かめる")
            return CheckLandmark(landmark, node.line, self._when(section)) if landmark else None
        if section.node("値") is None:
            self._faults.add(node.line, "", f"「確かめる」の「{kinds[0]}」には「値」も書いてください。")
        value = self._templates.read(section.node("値"), node.line, number=self._number)
        return CheckItem(section.text(kinds[0]), value, node.line, kinds[0] == "欄", self._when(section))

    def landmark(self, section: Section, what: str) -> Landmark | None:
        """文字 or 見出し of a section, exactly one of them."""
        text, heading = section.text("文字"), section.text("見出し")
        if bool(text) == bool(heading):
            self._faults.add(
                section.line, "", f"「{what}」には「文字」か「見出し」のどちらか一つを書いてください。"
            )
            return None
        return Landmark(text or heading, bool(heading))

    def _element(self, section: Section, roles: tuple[Role, ...], what: str) -> Element | None:
        named = [role for role in roles if section.text(role)]
        if len(named) != 1:
            either = "か".join(f"「{role}」" for role in roles)
            self._faults.add(section.line, "", f"「{what}」には{either}を一つ書いてください。")
            return None
        label = section.text(named[0])
        return Element(named[0], label, section.text("枠"), section.text("id"), section.text("name"))

    def _when(self, section: Section) -> Template | None:
        node = section.node("条件")
        return None if node is None else self._templates.read(node, node.line)

    def _section(
        self, node: Node, what: str, required: tuple[str, ...], optional: tuple[str, ...]
    ) -> Section:
        return Section(node, what, self._faults, required=required, optional=optional)
