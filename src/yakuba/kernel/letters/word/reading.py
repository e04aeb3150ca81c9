"""A .docx as a `model.Document`, with everything that cannot be laid out as it stands there: nothing is dropped in
silence."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from yakuba.kernel.letters.word.model import Block, Document, Page, Paragraph, Text, pieces
from yakuba.kernel.letters.word.numbering import Numbering
from yakuba.kernel.letters.word.package import NotWord, Package, R, W
from yakuba.kernel.letters.word.runs import CHANGED, NOTHING, TRACKED, Reader
from yakuba.kernel.letters.word.styles import Properties, Styles, merged, properties, shape
from yakuba.kernel.letters.word.tables import TableReader
from yakuba.kernel.letters.word.units import TWIP, is_on, points, value
from yakuba.kernel.refusals import Problem

A4 = (595.3, 841.9)  # points
SLACK = 3.0  # points by which programs differ in A4
MOST_PARAGRAPHS, MOST_PIECES, MOST_LETTERS = 1_500, 5_000, 12_000  # a page holds some 2,000 letters
LEFT, BOTTOM, FOOTER = 51.0, 28.0, 24.0  # points that the mark of the recipient needs at the page's foot
NARROWEST = 200.0  # points for the text
TALLEST_MARGIN = 500.0
UNSEEN_SHAPE = {
    "framePr": "レイアウト枠は使えません。表か本文に入れてください。",
    "textDirection": "縦書きは使えません。横書きにしてください。",
    "pPrChange": TRACKED,
    "sectPr": "セクション区切りは使えません。通知は1枚です。",
}


@dataclass(frozen=True)
class Read:
    """document: as far as it can be laid out; faults: what must be mended before it is used; notes: what is printed
    otherwise than Word shows it."""

    document: Document
    faults: tuple[Problem, ...]
    notes: tuple[Problem, ...]


def read(content: bytes, repeated: Collection[str] = ()) -> Read:
    """A .docx. repeated: fields that a letter has several times, so that their row of a table is repeated. Raises NotWord
    where there is nothing to be laid out."""
    return _DocumentReader(Package(content), frozenset(repeated)).read()


class _DocumentReader:
    def __init__(self, package: Package, repeated: frozenset[str]) -> None:
        self._package, self._repeated = package, repeated
        self._styles, self._numbering = Styles(package), Numbering(package)
        self._faults: dict[tuple[str, str], None] = {}
        self._notes: dict[tuple[str, str], None] = {}
        self._pictures: dict[str, bytes] = {}
        self._place = ""
        self._count = 0

    def read(self) -> Read:
        root = self._package.xml(self._package.main)
        body = root.find(f"{W}body")
        if body is None:
            raise NotWord("Wordの文書に本文がありません。")
        section = body.find(f"{W}sectPr")
        self._page, self._grid = self._paper(section)
        self._tab = self._default_tab()
        if root.find(f"{W}background") is not None:
            self._note("ページの色・背景は印刷しません。")
        blocks = self._part(self._package.main, body)
        header, footer = (self._edge(section, kind) for kind in ("header", "footer"))
        document = Document(blocks, header, footer, self._page, self._pictures)
        self._place = ""
        _refuse_long(document)
        for form in sorted(set(self._numbering.unknown)):
            self._refuse(f"段落番号の形（{form}）は使えません。1. や ① などに替えてください。")
        faults, notes = (
            tuple(Problem(0, place, reason) for place, reason in found)
            for found in (self._faults, self._notes)
        )
        return Read(document, faults, notes)

    def _refuse(self, reason: str) -> None:
        self._faults[self._place, reason] = None

    def _note(self, reason: str) -> None:
        self._notes["", reason] = None

    def _paper(self, section: Any) -> tuple[Page, float]:
        """The page, and the distance of the grid's lines."""
        if section is None:
            return Page(), 0.0
        size, margin = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
        width, height = points(size, "w", A4[0]), points(size, "h", A4[1])
        if abs(width - A4[0]) > SLACK or abs(height - A4[1]) > SLACK:
            self._refuse(
                "用紙がA4の縦ではありません。「レイアウト」の「サイズ」をA4、「印刷の向き」を縦にしてください。"
            )
        usual = Page()
        names = ("top", "right", "bottom", "left", "header", "footer")
        found = [points(margin, name, getattr(usual, name)) for name in names]
        found[3] += points(margin, "gutter")
        page = Page(*(max(0.0, min(TALLEST_MARGIN, abs(one))) for one in found))
        if A4[0] - page.left - page.right < NARROWEST or A4[1] - page.top - page.bottom < NARROWEST:
            self._refuse("余白が広すぎて、文面の入る所がありません。余白を狭くしてください。")
            page = replace(usual, header=page.header, footer=page.footer)
        if page.left < LEFT or page.bottom < BOTTOM or page.footer < FOOTER:
            self._refuse(
                "左下に、あて先を照合するQRコードと文字が入ります。左の余白を18mm以上、下の余白を10mm以上、フッターの位置を"
                "下から9mm以上にしてください。"
            )
        self._refuse_section(section)
        grid = section.find(f"{W}docGrid")
        lines = value(grid, "type") in ("lines", "linesAndChars", "snapToChars")
        return page, max(0.0, points(grid, "linePitch")) if lines else 0.0

    def _refuse_section(self, section: Any) -> None:
        columns = section.find(f"{W}cols")
        if value(columns, "num", "1") not in ("", "0", "1"):
            self._refuse("段組みは使えません。1段にしてください。")
        if value(section.find(f"{W}textDirection"), usual="lrTb") != "lrTb":
            self._refuse(UNSEEN_SHAPE["textDirection"])
        if section.find(f"{W}pgBorders") is not None:
            self._refuse("ページの罫線は使えません。表の枠にしてください。")
        if section.find(f"{W}lnNumType") is not None:
            self._note("行番号は印刷しません。")
        if section.find(f"{W}sectPrChange") is not None:
            self._refuse(TRACKED)

    def _default_tab(self) -> float:
        name = self._package.related(self._package.main, "settings")
        stop = self._package.xml(name).find(f"{W}defaultTabStop") if name else None
        return max(4.0, points(stop, usual=720 * TWIP if stop is None else 42.0))

    def _edge(self, section: Any, kind: str) -> tuple[Block, ...]:
        """Header or footer of the first page, which is the only one."""
        if section is None:
            return ()
        first = is_on(section.find(f"{W}titlePg"))
        wanted = "first" if first else "default"
        for one in section.iter(f"{W}{kind}Reference"):
            if value(one, "type", "default") != wanted:
                continue
            relation = self._package.relations(self._package.main).get(one.get(f"{R}id", ""))
            if relation is not None and not relation.external and self._package.has(relation.target):
                self._place = "ヘッダー" if kind == "header" else "フッター"
                return self._part(relation.target, self._package.xml(relation.target))
        return ()

    def _part(self, name: str, element: Any) -> tuple[Block, ...]:
        self._runs = Reader(
            self._package, name, self._styles, self._page, self._pictures, self._refuse, self._note
        )
        self._tables = TableReader(self._styles, self._blocks, self._repeated, self._refuse, self._note)
        self._edge_name = self._place
        return self._blocks(element, {}, {})

    def _blocks(self, element: Any, shape_base: Properties, face_base: Properties) -> tuple[Block, ...]:
        found: list[Block] = []
        for one in element:
            if isinstance(one.tag, str):
                found += self._block(one, shape_base, face_base)
        return tuple(found)

    def _block(self, one: Any, shape_base: Properties, face_base: Properties) -> list[Block]:
        space, _, name = one.tag.rpartition("}")
        if one.tag == f"{W}p":
            return [self._paragraph(one, shape_base, face_base)]
        if one.tag == f"{W}tbl":
            return [self._tables.table(one)]
        if one.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml"):
            return list(self._blocks(one, shape_base, face_base))
        if name in CHANGED:
            self._refuse(TRACKED)
        elif name == "altChunk":
            self._refuse("別のファイルの埋め込み（altChunk）は使えません。中の文字を貼り付けてください。")
        elif space + "}" != W or name not in (*NOTHING, "sectPr", "tcPr"):
            kind = "数式" if name.startswith("oMath") else name
            self._refuse(f"配置できないもの（{kind}）があります。消してください。")
        return []

    def _paragraph(self, element: Any, shape_base: Properties, face_base: Properties) -> Paragraph:
        self._count += 1
        if self._count > MOST_PARAGRAPHS:
            raise NotWord("段落が多すぎます。通知は1枚に収まる長さにしてください。")
        self._place = self._said(element)
        own = properties(element.find(f"{W}pPr"))
        if is_on(own.get("pageBreakBefore")):
            self._refuse("改ページは使えません。通知は1枚です。")
        for name, reason in UNSEEN_SHAPE.items():
            if name in own:
                self._refuse(reason)
        style = value(own.get("pStyle"))
        styles = self._styles
        styled = merged(merged(styles.usual_shape, shape_base), styles.of(style, "paragraph", "pPr"))
        faces = merged(merged(styles.usual_face, face_base), styles.of(style, "paragraph", "rPr"))
        kind, level, definition = self._numbering.level(merged(styled, own))
        label = ""
        if definition is not None:
            styled = merged(styled, self._numbering.shape_of(definition))
            label = self._numbering.next(kind, level, definition)
        found = merged(styled, own)
        found_pieces = self._runs.pieces(element, faces)
        mark = properties(element.find(f"{W}pPr/{W}rPr"))
        if "ins" in mark or "del" in mark or "rPrChange" in mark:
            self._refuse(TRACKED)
        if "tabs" in found and any(isinstance(one, Text) and "\t" in one.text for one in found_pieces):
            self._refuse_stops(found["tabs"])
        if value(found.get("jc")) == "distribute":
            self._note("段落の均等割り付けは、両端揃えで印刷します。")
        face = self._styles.face(merged(faces, mark))
        return Paragraph(tuple(found_pieces), shape(found, face, self._grid, self._tab), face, label)

    def _refuse_stops(self, tabs: Any) -> None:
        if any(value(one) not in ("clear", "num") for one in tabs.iter(f"{W}tab")):
            self._refuse(
                "決めた位置へのタブは使えません。表か字下げ、右揃えにしてください（何もない位置へのタブは使えます）。"
            )

    def _said(self, element: Any) -> str:
        text = "".join(one.text or "" for one in element.iter(f"{W}t"))[:16]
        where = f"{self._edge_name}の" if self._edge_name else ""
        return f"{where}「{text}」の段落" if text.strip() else f"{where}{self._count}番目の段落"


def _refuse_long(document: Document) -> None:
    found = list(pieces(document.parts))
    letters = sum(len(one.text) for one in found if isinstance(one, Text))
    if letters > MOST_LETTERS or len(found) > MOST_PIECES:
        raise NotWord("文字か差し込み項目が多すぎます。通知は1枚に収まる長さにしてください。")
