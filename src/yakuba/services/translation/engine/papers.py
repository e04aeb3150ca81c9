"""Text out of files, and into Word: paragraph by paragraph, and with furigana as Word's own ruby."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from yakuba.kernel.letters.word import apart
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.values import characters, encodings
from yakuba.services.translation.engine.furigana import Piece, ruby

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LARGEST = 5_000_000  # bytes
LONGEST = 200_000  # characters
SIZE, SMALL, RAISED = 24, 12, 22  # half points: of the text, of its furigana, and how high these stand
NOT_TEXT = (
    "文章のファイルではありません。テキスト（UTF-8かShift_JIS）か、Word（.docx）のファイルを選んでください。"
)


def paragraphs(content: bytes, name: str) -> list[str]:
    """The paragraphs of a text or Word file. Raises Invalid."""
    if len(content) > LARGEST:
        raise Invalid(f"ファイルは{LARGEST // 1_000_000}MBまでです。分けてください。", place=name)
    is_word = content.startswith(b"PK") or name.lower().endswith((".docx", ".doc"))
    found = word_paragraphs(content) if is_word else decoded(content, name).splitlines()
    if sum(map(len, found)) > LONGEST:
        raise Invalid(f"文章は{LONGEST:,}文字までです。分けてください。", place=name)
    if not any(one.strip() for one in found):
        raise Invalid("文字がありません。写真だけのファイルではないか確かめてください。", place=name)
    return found


def decoded(content: bytes, name: str) -> str:
    """The text of a file. Raises Invalid for what is none."""
    text = encodings.decoded(content)
    if text is None:
        raise Invalid(NOT_TEXT, place=name)
    return text


def word_paragraphs(content: bytes) -> list[str]:
    """The paragraphs of a .docx. Raises NotWord."""
    return apart.lines(content)


def with_furigana(lines: Iterable[str], title: str = "") -> bytes:
    """A Word file with every kanji under its reading."""
    from docx import Document  # takes long; only this needs it
    from docx.oxml.ns import qn
    from docx.shared import Pt

    document = Document()
    style = document.styles["Normal"]
    style.font.size = Pt(SIZE / 2)
    style.font.name = "Noto Sans CJK JP"
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "Noto Sans CJK JP")
    if title:
        _add(document.add_heading("", 1), ruby(title))
    for line in lines:
        _add(document.add_paragraph(), ruby(line))
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _add(paragraph: Any, pieces: Sequence[Piece]) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    for base, reading in [(characters.fit(base), reading) for base, reading in pieces]:
        run = paragraph.add_run("" if reading else base)
        if reading:
            over = parse_xml(
                f"<w:ruby {nsdecls('w')}><w:rubyPr><w:rubyAlign w:val='distributeSpace'/><w:hps w:val='{SMALL}'/>"
                f"<w:hpsRaise w:val='{RAISED}'/><w:hpsBaseText w:val='{SIZE}'/><w:lid w:val='ja-JP'/></w:rubyPr>"
                f"<w:rt><w:r><w:rPr><w:sz w:val='{SMALL}'/></w:rPr><w:t/></w:r></w:rt>"
                "<w:rubyBase><w:r><w:t/></w:r></w:rubyBase></w:ruby>"
            )
            first, second = (node for node in over.iter() if node.tag.endswith("}t"))
            first.text, second.text = reading, base
            run._r.append(over)


def side_by_side(rows: Iterable[tuple[str, str, str]], heads: tuple[str, str], note: str) -> bytes:
    """A Word file with the Japanese and the other language beside each other. rows: Japanese, translation, a remark."""
    from docx import Document

    document = Document()
    document.add_paragraph(note)
    table = document.add_table(rows=1, cols=2, style="Table Grid")
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        cell.text = head
    for japanese, text, remark in rows:
        first, second = table.add_row().cells
        first.text = characters.fit(japanese)
        second.text = characters.fit(text)
        if remark:
            second.add_paragraph(remark).runs[0].italic = True
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def same_layout(content: bytes, said: Mapping[str, str]) -> bytes:
    """A Word file with its paragraphs translated in place, without what acts in it. said: paragraph as `word_paragraphs` gives it
    -> translation; what is not there stays. A translated paragraph has one look: that of its longest piece. Raises NotWord."""
    return apart.harmless(content, said)
