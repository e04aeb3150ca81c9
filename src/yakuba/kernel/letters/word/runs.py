"""The pieces of a paragraph: its letters, merge fields and pictures, and everything in it that cannot be laid out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from yakuba.kernel.letters.word import fields
from yakuba.kernel.letters.word.model import Face, Merge, Page, Picture, Piece, Text
from yakuba.kernel.letters.word.package import NotWord, Package, W
from yakuba.kernel.letters.word.pictures import MOST_PICTURES, NoPicture, take
from yakuba.kernel.letters.word.styles import Properties, Styles, merged, properties
from yakuba.kernel.letters.word.units import is_on, value

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
CHANGED = ("ins", "del", "moveFrom", "moveTo", "delText", "delInstrText")
UNWRAPPED = ("hyperlink", "smartTag", "sdt", "sdtContent", "customXml", "dir", "bdo")
NOTHING = (  # marks for Word itself, which print nothing
    "rPr", "pPr", "bookmarkStart", "bookmarkEnd", "proofErr", "permStart", "permEnd", "lastRenderedPageBreak",
    "commentRangeStart", "commentRangeEnd", "annotationRef", "sdtPr", "sdtEndPr", "smartTagPr", "customXmlPr",
    "moveFromRangeStart", "moveFromRangeEnd", "moveToRangeStart", "moveToRangeEnd", "softHyphen", "ffData",
)  # fmt: skip
SIGNS = {"tab": "\t", "cr": "\n", "noBreakHyphen": "\u2011"}
TRACKED = "変更履歴が残っています。「校閲」で、すべて承諾するか元に戻してください。"
REFUSED = {
    "footnoteReference": "脚注は使えません。本文に書いてください。",
    "endnoteReference": "文末脚注は使えません。本文に書いてください。",
    "ruby": "ルビは使えません。ふりがなは「（）」で書いてください。",
    "sym": "「記号と特殊文字」の記号フォントの字は使えません。同じ記号を文字として入力してください。",
    "ptab": "「配置タブ」は使えません。表か右揃えにしてください。",
    "object": "埋め込みオブジェクト（Excelの表など）は配置できません。表か画像にしてください。",
    "pict": "図形・テキストボックス・透かし・古い形式の画像は配置できません。文字は本文か表に、絵は画像（PNGかJPEG）にしてください。",
    "subDoc": "サブ文書は使えません。本文に入れてください。",
    "control": "フォームの部品（ActiveX）は使えません。文字にしてください。",
    "pgNum": "ページ番号は使えません。通知は1枚です。",
}  # fmt: skip
UNSEEN = {  # decorations that are not printed
    "outline": "中抜き", "shadow": "影", "emboss": "浮き出し", "imprint": "浮き彫り", "bdr": "囲み線", "em": "傍点",
    "w": "文字の幅", "position": "文字の位置の上げ下げ", "eastAsianLayout": "縦中横・割注", "caps": "大文字",
    "smallCaps": "小型の大文字", "effect": "文字の効果", "glow": "光彩", "textOutline": "文字の輪郭",
    "textFill": "文字の塗り", "reflection": "反射",
}  # fmt: skip
SHOWN_FIELDS = ("HYPERLINK",)  # fields whose text is printed as it stands


@dataclass
class _Field:
    """A field that is being read, begun by w:fldChar. shown: what Word shows in its place."""

    code: str = ""
    shows: bool = False
    pieces: list[Piece] = field(default_factory=list)
    face: Face | None = None


@dataclass
class Reader:
    """Reads paragraphs of one part. refuse: hears what cannot be laid out; note: what is printed otherwise."""

    package: Package
    part: str
    styles: Styles
    page: Page
    pictures: dict[str, bytes]
    refuse: Callable[[str], None]
    note: Callable[[str], None]
    drawn: int = 0

    def pieces(self, paragraph: Any, base: Properties) -> list[Piece]:
        """All pieces of a paragraph whose letters look like `base` where nothing else is said."""
        self._base, self._fields, self._found = base, [], []  # type: ignore[var-annotated]
        self._walk(paragraph)
        if self._fields:
            self.refuse("差し込み項目が段落をまたいでいます。いったん消して、入れ直してください。")
        found, strays = fields.with_typed(self._found)
        for excerpt in strays:
            self.refuse(
                f"「{excerpt}」のところで、差し込み項目のかっこが対になっていません。間に改行やタブがないかも確かめてください。"
            )
        return found

    def _walk(self, element: Any) -> None:
        for one in element:
            if isinstance(one.tag, str):
                self._take(one)

    def _take(self, one: Any) -> None:
        space, _, name = one.tag.rpartition("}")
        if space + "}" == M:
            self.refuse("数式は使えません。文字か画像にしてください。")
        elif one.tag == f"{MC}AlternateContent":
            self._walk(_chosen(one))
        elif space + "}" != W:
            self.refuse(f"配置できないもの（{name}）があります。消してください。")
        elif name == "r":
            self._run(one)
        elif name == "fldSimple":
            self._simple(one)
        elif name in UNWRAPPED:
            self._walk(one)
        elif name in CHANGED:
            self.refuse(TRACKED)
        elif name in REFUSED:
            self.refuse(REFUSED[name])
        elif name not in NOTHING:
            self.refuse(f"配置できないもの（{name}）があります。消してください。")

    def _run(self, run: Any) -> None:
        own = properties(run.find(f"{W}rPr"))
        style = self.styles.of(value(own.get("rStyle")), "character", "rPr") if "rStyle" in own else {}
        found = merged(merged(self._base, style), own)
        if is_on(found.get("vanish")):
            self.note("隠し文字は印刷しません。")
            return
        for name, words in UNSEEN.items():
            if name in own and value(own[name], usual="1") not in ("0", "false", "none", "100"):
                self.note(f"文字の飾り「{words}」は印刷に出ません。")
        if any(f"{name}Change" in own for name in ("rPr",)) or "ins" in own or "del" in own:
            self.refuse(TRACKED)
        face = self.styles.face(found)
        for one in run:
            if isinstance(one.tag, str):
                self._content(one, face)

    def _content(self, one: Any, face: Face) -> None:
        name = one.tag.rpartition("}")[2]
        if one.tag == f"{W}t":
            self._put(Text((one.text or "").replace("\n", " "), face))
        elif name in SIGNS:
            self._put(Text(SIGNS[name], face))
        elif name == "br":
            self._break(value(one, "type", "textWrapping"), face)
        elif name in ("fldChar", "instrText"):
            self._field_part(one, name, face)
        elif name == "drawing":
            self._drawing(one)
        elif name == "commentReference":
            self.note("コメントは印刷しません。")
        elif one.tag == f"{MC}AlternateContent":
            for inner in _chosen(one):
                self._content(inner, face)
        else:
            self._take(one)

    def _field_part(self, one: Any, name: str, face: Face) -> None:
        if name == "fldChar":
            self._field_sign(value(one, "fldCharType"), face)
        elif self._fields and not self._fields[-1].shows:
            self._fields[-1].code += one.text or ""

    def _put(self, piece: Piece) -> None:
        if not self._fields:
            self._found.append(piece)
        elif self._fields[-1].shows:
            self._fields[-1].pieces.append(piece)
            if self._fields[-1].face is None and isinstance(piece, Text):
                self._fields[-1].face = piece.face

    def _break(self, kind: str, face: Face) -> None:
        if kind == "textWrapping":
            self._put(Text("\n", face))
        else:
            self.refuse("改ページ・段の区切りは使えません。通知は1枚です。")

    def _drawing(self, drawing: Any) -> None:
        self.drawn += 1
        if self.drawn > MOST_PICTURES:
            raise NotWord(f"画像は{MOST_PICTURES}個までです。")
        try:
            self._put(take(drawing, self.package, self.part, self.page, self.pictures))
        except NoPicture as error:
            self.refuse(str(error))

    def _field_sign(self, kind: str, face: Face) -> None:
        if kind == "begin":
            self._fields.append(_Field())
        elif not self._fields:
            self.refuse("差し込み項目が段落をまたいでいます。いったん消して、入れ直してください。")
        elif kind == "separate":
            self._fields[-1].shows = True
        elif kind == "end":
            done = self._fields.pop()
            for piece in self._merged(done.code, done.pieces, done.face or face):
                self._put(piece)

    def _simple(self, element: Any) -> None:
        self._fields.append(_Field(value(element, "instr"), shows=True))
        self._walk(element)
        done = self._fields.pop()
        face = done.face or self.styles.face(self._base)
        for piece in self._merged(done.code, done.pieces, face):
            self._put(piece)

    def _merged(self, code: str, shown: list[Piece], face: Face) -> list[Piece]:
        read = fields.read_instruction(code)
        if read.kind in SHOWN_FIELDS:
            return shown
        if not read.name:
            self.refuse(
                f"Wordのフィールド「{read.kind[:30]}」は使えません。使えるのは差し込み項目（MERGEFIELD）だけです。文字にするか、"
                "差し込み項目に替えてください。"
            )
            return [one for one in shown if isinstance(one, Picture)]
        if read.odd:
            self.refuse(
                f"差し込み項目「{read.name}」の書式「{read.odd}」は効きません。フィールドコードから消してください。"
            )
        return [Merge(read.name, face, read.before, read.after)]


def _chosen(alternatives: Any) -> Any:
    """The first of several ways in which the file says the same: what newer programs draw; the oldest where it is alone."""
    found = [*alternatives.findall(f"{MC}Choice"), *alternatives.findall(f"{MC}Fallback")]
    return found[0] if found else []
