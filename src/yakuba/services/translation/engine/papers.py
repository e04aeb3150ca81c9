"""Text out of files, and into Word: paragraph by paragraph, and with furigana as Word's own ruby."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from yakuba.kernel.letters.word.package import Package, W
from yakuba.kernel.refusals import Invalid
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
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise Invalid(NOT_TEXT, place=name)


def word_paragraphs(content: bytes) -> list[str]:
    """The paragraphs of a .docx, those in tables and boxes too, without furigana and deleted text. Raises NotWord."""
    package = Package(content)
    return [paragraph_text(one) for one in package.xml(package.main).iter(f"{W}p")]


def paragraph_text(paragraph: Any) -> str:
    """What a paragraph says; the paragraphs inside it (of a text box) say it themselves."""
    return "".join(node.text or "" if node.tag == f"{W}t" else "\n" for node in texts_of(paragraph))


def texts_of(paragraph: Any) -> list[Any]:
    """The places of a paragraph that hold text, in their order: `w:t`, and `w:br` and `w:tab` as blanks."""
    found: list[Any] = []
    stack = list(reversed(paragraph))
    while stack:
        node = stack.pop()
        if node.tag in (f"{W}p", f"{W}rt", f"{W}del", f"{W}txbxContent"):
            continue
        if node.tag in (f"{W}t", f"{W}br"):
            found.append(node)
        else:
            stack.extend(reversed(node))
    return found


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

    for base, reading in pieces:
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
