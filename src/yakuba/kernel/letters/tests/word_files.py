"""Word files for the tests: by python-docx, and cut by hand as Word writes its fields."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import docx
from docx.shared import Mm
from PIL import Image

from yakuba.kernel.registry import LetterField, LetterKind

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
A4 = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1985" w:right="1701" w:bottom="1701" w:left="1701" w:header="851" w:footer="992"/></w:sectPr>'
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
KIND = LetterKind(
    "things.told",
    "お知らせ",
    (
        LetterField("宛名", "だれに", "やくば花子"),
        LetterField("番号", "何番", "0800000129"),
        LetterField("教示", "不服申立て", "審査請求をすることができます。"),
        LetterField("品", "品", samples=("りんご", "みかん", "なし")),
        LetterField("数", "数", samples=("1", "2", "3")),
    ),
    ("宛名", "教示"),
    "",
)
BASIC = "<w:p><w:r><w:t>{宛名}様 {教示}</w:t></w:r></w:p>"


def raw(
    body: str,
    *,
    section: str = A4,
    prolog: str = "",
    main: str = MAIN,
    more: Mapping[str, bytes | str] | None = None,
    relations: str = "",
) -> bytes:
    """A .docx whose body is that XML."""
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": (
            '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
        ),
        "_rels/.rels": relations_xml(
            f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
        ),
        "word/_rels/document.xml.rels": relations_xml(relations),
        "word/document.xml": f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<w:document {NAMESPACES}><w:body>{body}{section}</w:body></w:document>',
    }
    parts |= more or {}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def relations_xml(inner: str) -> str:
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'


def run(inner: str, look: str = "") -> str:
    return f"<w:r>{f'<w:rPr>{look}</w:rPr>' if look else ''}{inner}</w:r>"


def text(said: str, look: str = "") -> str:
    return run(f'<w:t xml:space="preserve">{said}</w:t>', look)


def complex_field(code: str, shown: str = "«»", look: str = "") -> str:
    """As Word writes it, the code cut in two as it does after an edit."""
    half = len(code) // 2
    return "".join(
        run(inner, look)
        for inner in (
            '<w:fldChar w:fldCharType="begin"/>',
            f'<w:instrText xml:space="preserve">{code[:half]}</w:instrText>',
            f'<w:instrText xml:space="preserve">{code[half:]}</w:instrText>',
            '<w:fldChar w:fldCharType="separate"/>',
            f"<w:t>{shown}</w:t>",
            '<w:fldChar w:fldCharType="end"/>',
        )
    )


def simple_field(code: str, shown: str = "«»") -> str:
    return f'<w:fldSimple w:instr="{code}">{text(shown)}</w:fldSimple>'


def paragraph(*inner: str, look: str = "") -> str:
    return f"<w:p>{f'<w:pPr>{look}</w:pPr>' if look else ''}{''.join(inner)}</w:p>"


def picture(color: str = "red", form: str = "PNG") -> io.BytesIO:
    buffer = io.BytesIO()
    Image.new("RGB", (120, 120), color).save(buffer, form)
    buffer.seek(0)
    return buffer


def a_town_letter(*said: str) -> bytes:
    """By python-docx: A4, the two fields that must be there, and more paragraphs."""
    document = a4()
    for one in ("{宛名}様", *said, "{教示}"):
        document.add_paragraph(one)
    return saved(document)


def a4():
    document = docx.Document()
    document.sections[0].page_width, document.sections[0].page_height = Mm(210), Mm(297)
    return document


def saved(document) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
