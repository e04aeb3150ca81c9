"""A file about who may ask for a procedure → `Rules`, with every fault at its line.

申請できる人: 住民票の写しの請求
手続: resident-record
根拠: 住民基本台帳法12条、同法施行規則5条
出典: 町のページ（だれが請求できるか）
確認日: 2026-12-01
残すこと: 種類と確かめた日
戸籍の届出: いいえ
本人確認:
  一点: [{名: 運転免許証, 示すこと: [氏名, 住所, 生年月日], 有効期限: はい, 郵送: はい}]
  二点: [{名: 資格確認書, 示すこと: [氏名, 生年月日]}]
番号確認: [個人番号カードの裏面]
権限の書類:
  - {名: 委任状, 確かめること: [本人が自分で書いた, 日付がある], 何か月以内: 3}
役割:
  - {役: 本人, ところ: [ウェブ, 窓口, 郵送, タブレット], 本人確認: [窓口, 郵送]}
  - {役: 任意代理人, ところ: [窓口, 郵送], 本人確認: [窓口, 郵送], 権限: [委任状], 聞くこと: [氏名, 住所, 続柄], 通知の宛先: 本人}
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import TypeVar

from yakuba.kernel.definitions import DefinitionRefused, Faults, Node, Section, parse
from yakuba.services.intake.engine.acting.rules import (
    KEPT,
    Asked,
    Authority,
    Document,
    Door,
    Part,
    Role,
    Rules,
    To,
)

MOST_DOCUMENTS, LONGEST = 40, 300  # of each kind; characters
MOST_MONTHS = 120
CODE = re.compile(r"[a-z][a-z0-9-]{1,59}")
E = TypeVar("E", bound=StrEnum)
# Words of somebody who stands near the person and may act for nobody by that alone.
SPOUSE = frozenset(("夫", "妻", "配偶者", "内縁の夫", "内縁の妻", "パートナー"))
FORBIDDEN = re.compile("番号を控え|番号を書き写|コピーを取|写しを取|写しを残|裏面の写し")


def parse_rules(text: str) -> Rules:
    """The rules that a file describes. Raises DefinitionRefused with everything that is wrong in it."""
    faults = Faults()
    rules = _Reader(faults).rules(parse(text))
    if faults.found:
        raise DefinitionRefused(faults.found)
    return rules


class _Reader:
    """Reads a file from top to bottom; documents are known once they were read."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults

    def rules(self, node: Node) -> Rules:
        """The whole file."""
        top = Section(
            node,
            "",
            self.faults,
            ("申請できる人", "手続", "根拠", "出典", "確認日", "残すこと", "本人確認", "役割"),
            ("戸籍の届出", "番号確認", "権限の書類"),
        )
        code = top.text("手続")
        if code and not CODE.fullmatch(code):
            top.fault("手続", "「手続」は、手続のコード（英小文字と数字とハイフン）で書いてください。")
        if top.text("残すこと") not in ("", KEPT):
            top.fault(
                "残すこと", f"書類について残せるのは「{KEPT}」だけです。番号や写しは残さないでください。"
            )
        single, double = self._proofs(top.node("本人確認"))
        authorities = tuple(self._authority(one) for one in self._limited(top, "権限の書類"))
        numbers = self._names(top, "番号確認")
        self._twice([*(one.name for one in (*single, *double)), *(one.name for one in authorities)], top)
        roles = tuple(
            self._role(one, authorities, bool(single or double)) for one in self._limited(top, "役割")
        )
        parts = [one.part for one in roles]
        if len(set(parts)) != len(parts):
            top.fault("役割", "同じ「役」が二つあります。一つにまとめてください。")
        if roles and Part.SELF not in parts and Part.OFFICER not in parts:
            top.fault(
                "役割", "「本人」か「法人の担当者」の役割がありません。だれのための手続か分かりません。"
            )
        return Rules(
            code,
            self._text(top, "申請できる人"),
            roles,
            single,
            double,
            authorities,
            numbers,
            top.flag("戸籍の届出", False),
            self._text(top, "根拠"),
            self._text(top, "出典"),
            self._day(top, "確認日"),
        )

    def _proofs(self, node: Node | None) -> tuple[tuple[Document, ...], tuple[Document, ...]]:
        part = Section(node, "本人確認", self.faults, (), ("一点", "二点"))
        single = tuple(self._document(one) for one in self._limited(part, "一点"))
        double = tuple(self._document(one) for one in self._limited(part, "二点"))
        if len(double) == 1:
            part.fault("二点", "「二点」には、組み合わせられるように2つ以上書いてください。")
        return single, double

    def _document(self, node: Node) -> Document:
        if node.text is not None:
            return Document(self._short(node.text, node.line, "本人確認"))
        part = Section(node, "本人確認の書類", self.faults, ("名",), ("示すこと", "有効期限", "郵送"))
        name = self._text(part, "名")
        if "保険証" in name and "資格" not in name:
            part.fault(
                "名", "健康保険証は2025年12月1日で使えなくなりました。「資格確認書」などにしてください。"
            )
        return Document(
            name,
            self._names(part, "示すこと"),
            part.flag("有効期限", True),
            part.flag("郵送", True),
        )

    def _authority(self, node: Node) -> Authority:
        if node.text is not None:
            return Authority(self._short(node.text, node.line, "権限の書類"))
        part = Section(node, "権限の書類", self.faults, ("名",), ("確かめること", "何か月以内"))
        return Authority(
            self._text(part, "名"),
            self._names(part, "確かめること"),
            part.whole("何か月以内", 0, 0, MOST_MONTHS),
        )

    def _role(self, node: Node, authorities: Sequence[Authority], proved: bool) -> Role:
        part = Section(
            node,
            "役割",
            self.faults,
            ("役", "ところ"),
            ("本人確認", "権限", "聞くこと", "通知の宛先", "説明"),
        )
        which = part.word("役", {one.value: one for one in Part}, Part.SELF)
        part.place = f"役割「{which.value}」"
        doors, identity = self._words(part, "ところ", Door), self._words(part, "本人確認", Door)
        authority = self._names(part, "権限")
        asked = self._words(part, "聞くこと", Asked)
        for name in authority:
            if name not in [one.name for one in authorities]:
                self.faults.unknown(part.line_of("権限"), part.place, name, [one.name for one in authorities])
        for door in identity:
            if door not in doors:
                part.fault("本人確認", f"「{door.value}」は「ところ」にありません。")
        if identity and not proved:
            part.fault("本人確認", "確かめる書類が、上の「本人確認」にありません。")
        self._for_others(part, which, doors, authority, asked)
        return Role(
            which,
            doors,
            identity,
            authority,
            asked,
            part.word("通知の宛先", {one.value: one for one in To}, To.PRINCIPAL),
            self._text(part, "説明"),
        )

    def _for_others(
        self,
        part: Section,
        which: Part,
        doors: Sequence[Door],
        authority: Sequence[str],
        asked: Sequence[Asked],
    ) -> None:
        if which is Part.SELF:
            if authority or asked:
                part.fault("役", "本人には「権限」と「聞くこと」は要りません。")
            return
        if Asked.NAME not in asked:
            part.fault("役", "代わりに申請する人には「聞くこと」に「氏名」が要ります。")
        if which in (Part.LEGAL, Part.AGENT, Part.MESSENGER) and not authority:
            part.fault("役", f"「{which.value}」には、権限の書類を1つ以上書いてください。")
        if which is Part.MESSENGER and (Door.WEB in doors or Door.TABLET in doors):
            part.fault(
                "ところ",
                "使者は書かれたものを届けるだけで、内容を決められません。ウェブとタブレットは外してください。",
            )

    def _words(self, part: Section, key: str, words: type[E]) -> tuple[E, ...]:
        found = []
        for line, text in part.texts(key):
            if text not in [one.value for one in words]:
                self.faults.unknown(line, part.place, text, [one.value for one in words])
            else:
                found.append(words(text))
        return tuple(dict.fromkeys(found))

    def _names(self, part: Section, key: str) -> tuple[str, ...]:
        return tuple(self._short(text, line, part.place) for line, text in part.texts(key))

    def _limited(self, part: Section, key: str) -> list[Node]:
        found = list(part.rows(key))
        if len(found) > MOST_DOCUMENTS:
            part.fault(key, f"「{key}」は{MOST_DOCUMENTS}個までです。")
        return found[:MOST_DOCUMENTS]

    def _text(self, part: Section, key: str) -> str:
        return self._short(part.text(key), part.line_of(key), part.place)

    def _short(self, text: str, line: int, place: str) -> str:
        if len(text) > LONGEST:
            self.faults.add(line, place, f"{LONGEST}文字までで書いてください。")
        if FORBIDDEN.search(text):
            self.faults.add(
                line, place, "書類の番号や写しは残せません。見て確かめることだけを書いてください。"
            )
        return text[:LONGEST]

    def _twice(self, names: Sequence[str], top: Section) -> None:
        seen: set[str] = set()
        for name in names:
            if name in seen:
                top.fault("本人確認", f"書類「{name}」が二つあります。")
            seen.add(name)

    def _day(self, part: Section, key: str) -> date | None:
        text = part.text(key)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            part.fault(key, f"「{key}」は 2026-12-01 のように書いてください。")
            return None
