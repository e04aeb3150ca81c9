"""A Word file is read as Word shows it, or every place where that is not so is told; a hostile one does nothing."""

from __future__ import annotations

import contextlib
import io
import zipfile

import docx
import pypdfium2
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt

from yakuba.kernel.letters.checking import check
from yakuba.kernel.letters.tests.word_files import (
    A4,
    BASIC,
    KIND,
    OFFICE,
    a4,
    a_town_letter,
    complex_field,
    paragraph,
    picture,
    raw,
    run,
    saved,
    simple_field,
    text,
)
from yakuba.kernel.letters.word.fields import read_instruction
from yakuba.kernel.letters.word.model import Merge, Paragraph, Picture, Table, pieces
from yakuba.kernel.letters.word.package import LARGEST_PART, NotWord
from yakuba.kernel.letters.word.reading import read

pytestmark = pytest.mark.first(3)


def faults(content: bytes) -> str:
    return "\n".join(map(str, check(content, KIND).faults))


def printed(content: bytes) -> str:
    """The preview's text without blanks."""
    document = pypdfium2.PdfDocument(check(content, KIND).preview)
    try:
        return "".join("".join(page.get_textpage().get_text_bounded().split()) for page in document)
    finally:
        document.close()


@pytest.mark.parametrize(
    "field",
    [
        complex_field(" MERGEFIELD 番号 "),
        complex_field(' MERGEFIELD "番号" \\* MERGEFORMAT '),
        complex_field(" MERGEFIELD  番号  \\* CHARFORMAT", look="<w:b/>"),
        simple_field(" MERGEFIELD 番号 \\* MERGEFORMAT "),
        text("«番号»"),
        text("{番号}"),
        text("｛番号｝"),
        text("«番") + text("号»", "<w:b/>"),
        text("{")
        + run("<w:t>番</w:t>", '<w:rFonts w:hint="eastAsia"/>')
        + '<w:proofErr w:type="spellStart"/>'
        + text("号}"),
        f"<w:sdt><w:sdtPr/><w:sdtContent>{text('{番号}')}</w:sdtContent></w:sdt>",
        f'<w:hyperlink r:id="r9">{text("{番号}")}</w:hyperlink>',
    ],
)
def test_a_field_is_filled_however_it_was_written(field):
    content = raw(BASIC + paragraph(text("（"), field, text("）")))
    assert faults(content) == ""
    assert "（0800000129）" in printed(content)


def test_texts_around_a_field_are_printed_only_with_a_value():
    content = raw(BASIC + paragraph(complex_field(' MERGEFIELD 番号 \\b "第" \\f "号" ')))
    assert "第0800000129号" in printed(content)
    assert read_instruction(' MERGEFIELD 番号 \\@ "yyyy" ').odd == "\\@"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (BASIC + paragraph(text("{番後}")), "「番号」ではありませんか"),
        (BASIC + paragraph(text("{番号")), "対になっていません"),
        (BASIC + paragraph(text("«番"), run("<w:br/>"), text("号»")), "対になっていません"),
        (BASIC + paragraph(complex_field(" DATE \\@ yyyy ", "令和8年")), "「DATE」は使えません"),
        (
            BASIC + paragraph(complex_field(" INCLUDEPICTURE http://example.com/a.png ")),
            "「INCLUDEPICTURE」は使えません",
        ),
        (BASIC + paragraph(complex_field(" MERGEFIELD 番号 \\# 0 ")), "「\\#」は効きません"),
        (BASIC + paragraph(run('<w:fldChar w:fldCharType="begin"/>')), "段落をまたいでいます"),
        (paragraph(text("{宛名}様")), "「教示」がありません"),
        (BASIC + paragraph(text("{品}")), "表の行の中に"),
        (BASIC + paragraph(f"<w:ins w:id='1' w:author='a'>{text('あ')}</w:ins>"), "変更履歴"),
        (
            BASIC + paragraph("<w:del w:id='1' w:author='a'><w:r><w:delText>あ</w:delText></w:r></w:del>"),
            "変更履歴",
        ),
        (BASIC + paragraph(text("あ"), look="<w:rPr><w:ins w:id='1' w:author='a'/></w:rPr>"), "変更履歴"),
        (
            BASIC
            + paragraph(
                run(
                    "<mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wp:anchor><wps:wsp/></wp:anchor></w:drawing>"
                    "</mc:Choice><mc:Fallback><w:pict/></mc:Fallback></mc:AlternateContent>"
                )
            ),
            "テキストボックス",
        ),
        (BASIC + paragraph(run("<w:pict><v:shape/></w:pict>")), "テキストボックス"),
        (BASIC + paragraph(run("<w:object/>")), "埋め込みオブジェクト"),
        (BASIC + paragraph("<m:oMath/>"), "数式"),
        (BASIC + paragraph(run('<w:footnoteReference w:id="2"/>')), "脚注"),
        (BASIC + paragraph(run('<w:br w:type="page"/>')), "改ページ"),
        (BASIC + paragraph(text("あ"), look="<w:pageBreakBefore/>"), "改ページ"),
        (
            BASIC
            + paragraph(
                "<mc:AlternateContent><mc:Fallback><w:r><w:pict/></w:r></mc:Fallback></mc:AlternateContent>"
            ),
            "テキストボックス",
        ),
        (BASIC + paragraph(run("<w:ruby/>")), "ルビ"),
        (BASIC + paragraph(run("<w:neverSeen/>")), "配置できないもの（neverSeen）"),
        (BASIC + "<w:altChunk r:id='r7'/>", "altChunk"),
        (BASIC + paragraph(text("\U00030000")), "U+30000"),
        (BASIC + paragraph(text("あ"), look="<w:framePr/>"), "レイアウト枠"),
        (
            BASIC
            + paragraph(
                text("あ"), run("<w:tab/>"), look='<w:tabs><w:tab w:val="right" w:pos="5000"/></w:tabs>'
            ),
            "決めた位置へのタブ",
        ),
        (BASIC + f"<w:p><w:pPr>{A4}</w:pPr></w:p>", "セクション区切り"),
        (BASIC + paragraph(text("長い" * 3000)), "1枚に収まりません"),
    ],
)
def test_what_cannot_be_printed_as_it_stands_is_told(body, told):
    assert told in faults(raw(body))


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ('<w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/></w:sectPr>', "A4の縦"),
        (
            '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:left="400" w:bottom="300" w:footer="200"/></w:sectPr>',
            "QRコード",
        ),
        ('<w:sectPr><w:cols w:num="2"/></w:sectPr>', "段組み"),
        ('<w:sectPr><w:textDirection w:val="tbRl"/></w:sectPr>', "縦書き"),
    ],
)
def test_a_page_that_is_not_a_letter_of_the_house_is_told(section, told):
    assert told in faults(raw(BASIC, section=section))


def test_where_a_fault_is_is_told_too():
    assert "「ここが変です」の段落: ルビ" in faults(
        raw(BASIC + paragraph(text("ここが変です"), run("<w:ruby/>")))
    )


def test_what_only_looks_different_is_a_note_and_no_fault():
    body = BASIC + paragraph(
        text("あ", '<w:rFonts w:eastAsia="ＭＳ 明朝" w:ascii="Century"/><w:em w:val="dot"/>'), run("<w:commentReference w:id='0'/>"),
        text("見えない", "<w:vanish/>"),
    )  # fmt: skip
    checked = check(raw(body), KIND)
    notes = "\n".join(map(str, checked.notes))
    assert checked.faults == ()
    for words in (
        "傍点",
        "コメント",
        "隠し文字",
        "書体「ＭＳ 明朝」の字は「Noto Serif CJK JP」",
        "書体「Century」",
    ):
        assert words in notes
    assert "見えない" not in printed(raw(body))


def test_a_row_of_a_table_is_repeated_for_each_row_of_the_letter():
    document = a4()
    for said in ("{宛名}様", "{教示}"):
        document.add_paragraph(said)
    table = document.add_table(2, 2)
    table.style = "Table Grid"
    for at, said in enumerate(("品名", "個数")):
        table.cell(0, at).text = said
    table.cell(1, 0).text, table.cell(1, 1).text = "{品}を", "«数»個"
    content = saved(document)
    assert faults(content) == ""
    assert "品名個数りんごを1個みかんを2個なしを3個" in printed(content)


def test_cells_over_several_columns_and_rows_stay_so():
    document = a4()
    document.add_paragraph("{宛名}様 {教示}")
    table = document.add_table(3, 3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "横"
    table.cell(1, 2).merge(table.cell(2, 2)).text = "縦"
    laid = next(one for one in read(saved(document)).document.blocks if isinstance(one, Table))
    assert [[(cell.columns, cell.rows) for cell in row.cells] for row in laid.rows] == [
        [(2, 1), (1, 1)],
        [(1, 1), (1, 1), (1, 2)],
        [(1, 1), (1, 1)],
    ]
    assert "横" in printed(saved(document))


def test_looks_come_through_styles_and_by_hand():
    document = a4()
    document.styles["Normal"].font.size = Pt(11)
    title = document.add_heading("件名", 1)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line = document.add_paragraph()
    line.paragraph_format.first_line_indent = Pt(10)
    part = line.add_run("大きい")
    part.bold, part.font.size = True, Pt(20)
    line.add_run("{宛名}").font.underline = True
    read_as = read(saved(document)).document.blocks
    heading, body = (one for one in read_as if isinstance(one, Paragraph))
    assert heading.shape.align == "center"
    assert heading.pieces[0].face.bold
    assert heading.pieces[0].face.color == "#365f91"
    assert (body.pieces[0].face.size, body.pieces[0].face.bold) == (20, True)
    assert isinstance(body.pieces[1], Merge)
    assert (body.pieces[1].face.size, body.pieces[1].face.underline) == (11, True)
    assert body.shape.first == pytest.approx(10)


def test_numbers_of_lists_are_counted_as_word_counts():
    document = a4()
    for said in ("一つ", "二つ"):
        document.add_paragraph(said, style="List Number")
    document.add_paragraph("点", style="List Bullet")
    labels = [one.label for one in read(saved(document)).document.blocks]
    assert labels == ["1.", "2.", "・"]


def test_a_seal_header_and_footer_are_printed():
    document = a4()
    section = document.sections[0]
    section.header.paragraphs[0].text, section.footer.paragraphs[0].text = "やくば市", "保育課"
    document.add_paragraph("{宛名}様 {教示}")
    document.add_picture(picture(), width=Mm(20))
    content = saved(document)
    assert faults(content) == ""
    assert "やくば市" in printed(content)
    assert "保育課" in printed(content)
    pdf = pypdfium2.PdfDocument(check(content, KIND).preview)
    image = pdf[0].render(scale=1).to_pil().convert("RGB")
    pdf.close()
    assert image.getcolors(100_000)
    assert (
        sum(count for count, color in image.getcolors(100_000) if color == (255, 0, 0)) > 2_000
    )  # 57 × 57 points


ANCHOR = (
    '<w:drawing><wp:anchor behindDoc="0"><wp:positionH relativeFrom="page"><wp:posOffset>5400000</wp:posOffset></wp:positionH>'
    '<wp:positionV relativeFrom="page"><wp:posOffset>1800000</wp:posOffset></wp:positionV><wp:extent cx="720000" cy="720000"/>'
    '{wrap}<wp:docPr id="1" name="i" descr="市の印"/><a:graphic><a:graphicData><pic:pic xmlns:pic="http://schemas.openxmlformats.org/'
    'drawingml/2006/picture"><pic:blipFill><a:blip {link}/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:anchor>'
    "</w:drawing>"
)


def with_seal(
    image: bytes, *, wrap: str = "<wp:wrapNone/>", link: str = 'r:embed="r5"', mode: str = ""
) -> bytes:
    target = "http://127.0.0.1:9/seal.png" if mode else "media/seal.png"
    relation = f'<Relationship Id="r5" Type="{OFFICE}/image" Target="{target}" {mode}/>'
    body = BASIC + paragraph(run(ANCHOR.format(wrap=wrap, link=link)))
    return raw(body, relations=relation, more={"word/media/seal.png": image})


def test_a_seal_that_floats_stands_where_it_was_put():
    content = with_seal(picture("blue").getvalue())
    assert faults(content) == ""
    (seal,) = (one for one in pieces(read(content).document.parts) if isinstance(one, Picture))
    assert (seal.floats, seal.on_page, seal.name) == (True, True, "市の印")
    pdf = pypdfium2.PdfDocument(check(content, KIND).preview)
    image = pdf[0].render(scale=1).to_pil().convert("RGB")
    pdf.close()
    blue = [
        (x, y)
        for x in range(image.width)
        for y in range(image.height)
        if image.getpixel((x, y)) == (0, 0, 255)
    ]
    assert min(blue) == pytest.approx((425, 142), abs=2)  # 150 mm, 50 mm
    assert max(blue) == pytest.approx((481, 198), abs=2)  # 20 mm further


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (with_seal(picture().getvalue(), wrap="<wp:wrapSquare/>"), "折り返し"),
        (with_seal(picture().getvalue(), link='r:link="r5"'), "リンク"),
        (with_seal(picture().getvalue(), mode='TargetMode="External"'), "ファイルの中にありません"),
        (with_seal(b"<svg/>"), "PNGかJPEG"),
        (with_seal(picture().getvalue()[:60]), "画像"),
    ],
)
def test_a_picture_that_cannot_be_laid_out_is_told_and_nothing_is_fetched(content, told):
    assert told in faults(content)


def bomb() -> bytes:
    """Some kilobytes that are many megabytes unpacked."""
    return raw(BASIC, more={"word/document.xml": b"<a>" + b" " * (LARGEST_PART + 10) + b"</a>"})


def many_parts() -> bytes:
    return raw(BASIC, more={f"word/{number}.xml": "" for number in range(1_100)})


ENTITIES = (
    '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">'
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (bomb(), "大きすぎます"),
        (many_parts(), "部品が多すぎる"),
        (raw(BASIC + paragraph(text("&i;")), prolog=ENTITIES), "DOCTYPE"),
        (raw(BASIC, prolog='<!DOCTYPE w SYSTEM "http://127.0.0.1:9/x.dtd">'), "DOCTYPE"),
        (raw(BASIC, prolog='<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "DOCTYPE"),
        (raw(BASIC, main="application/vnd.ms-word.document.macroEnabled.main+xml"), "マクロ"),
        (raw(BASIC, more={"word/vbaProject.bin": b"x"}), "マクロ"),
        (raw(BASIC, more={"word/document.xml": "<w:document"}), "壊れて"),
        (raw("<w:p>" * 400 + "</w:p>" * 400), "壊れて"),
        (raw(BASIC * 2_000), "段落が多すぎます"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 100, "パスワード"),
        (raw(BASIC + paragraph(simple_field(" MERGEFIELD 番号 ") * 6_000)), "多すぎます"),
        (raw(BASIC + "<w:tbl><w:tr/></w:tbl>" * 100), "表は60個まで"),
        (raw(BASIC + f"<w:tbl><w:tr>{'<w:tc/>' * 100}</w:tr></w:tbl>"), "列までです"),
        (raw(BASIC + paragraph(run("<w:drawing/>") * 50)), "画像は20個まで"),
        (b"%PDF-1.7", "ではありません"),
        (b"", "ではありません"),
        (raw(BASIC)[:-40], "ではありません"),
    ],
)
def test_a_hostile_or_broken_file_is_refused_with_a_sentence(content, told):
    with pytest.raises(NotWord, match=told):
        check(content, KIND)


def test_a_doctype_in_another_part_and_another_encoding_is_refused_too():
    styles = f"<?xml version='1.0' encoding='utf-16'?>{ENTITIES}<w:styles xmlns:w='x'>&i;</w:styles>".encode(
        "utf-16"
    )
    relation = f'<Relationship Id="r2" Type="{OFFICE}/styles" Target="styles.xml"/>'
    with pytest.raises(NotWord, match="DOCTYPE"):
        read(raw(BASIC, relations=relation, more={"word/styles.xml": styles}))


def test_files_with_any_byte_changed_are_read_or_refused_and_nothing_else_happens():
    """Every 97th byte of a real file, turned over: a refusal or a reading, never another error."""
    whole = a_town_letter("本文")
    for at in range(0, len(whole), 97):
        broken = bytearray(whole)
        broken[at] ^= 0x5A
        with contextlib.suppress(NotWord):
            read(bytes(broken))


def test_markup_in_a_text_or_a_value_stays_text():
    content = a_town_letter("<script>alert(1)</script>&amp;", "{番号}")
    assert "<script>alert(1)</script>&amp;" in printed(content)


def test_a_relation_out_of_the_archive_is_no_part():
    relation = f'<Relationship Id="r2" Type="{OFFICE}/styles" Target="../../../etc/passwd"/>'
    assert read(raw(BASIC, relations=relation)).faults == ()


def test_the_archive_of_a_word_file_made_by_python_docx_opens():
    content = a_town_letter()
    assert "word/document.xml" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert docx.Document(io.BytesIO(content)).paragraphs[0].text == "{宛名}様"
