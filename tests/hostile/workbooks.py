"""Excel workbooks with macros, links and formulas that reach out, XML that explodes, and tables of absurd size."""

from __future__ import annotations

from collections.abc import Callable

from hostile import MARK, Hostile, cut, given
from hostile.archives import bomb, encrypted, wrong_size, wrong_sum, zipped
from hostile.words import R, relation, relations

M = MARK.decode()
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml."
BROKEN = "壊れて|読めない形"
HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>番号</t></is></c><c r="B1" t="inlineStr"><is><t>氏名</t></is></c></row>'
ROW = '<row r="{0}"><c r="A{0}"><v>1</v></c><c r="B{0}" t="inlineStr"><is><t>{1}</t></is></c></row>'


def xlsx(
    rows: str = "",
    *more: tuple[str, bytes],
    types: str = "",
    rels: str = "",
    tail: str = "",
    sheets: str = "",
    sheet: bytes = b"",
    macros: bool = False,
) -> bytes:
    """A sheet with 番号, 氏名, one good row, and these rows behind it. sheet: its XML instead."""
    main = "application/vnd.ms-excel.sheet.macroEnabled.main+xml" if macros else f"{KIND}sheet.main+xml"
    kinds = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{main}"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}worksheet+xml"/>{types}</Types>'
    )
    whole = f'<worksheet xmlns="{MAIN}" xmlns:r="{R}"><sheetData>{HEAD}{ROW.format(2, "甲")}{rows}</sheetData>{tail}</worksheet>'
    book = f'<workbook xmlns="{MAIN}" xmlns:r="{R}"><sheets>{sheets or SHEET}</sheets></workbook>'
    return zipped(
        [
            ("[Content_Types].xml", kinds.encode()),
            ("_rels/.rels", relations(relation("rId1", "officeDocument", "xl/workbook.xml"))),
            ("xl/workbook.xml", book.encode()),
            (
                "xl/_rels/workbook.xml.rels",
                relations(relation("rId1", "worksheet", "worksheets/sheet1.xml") + rels),
            ),
            ("xl/worksheets/sheet1.xml", sheet or whole.encode()),
            *more,
        ]
    )


SHEET = '<sheet name="表" sheetId="1" r:id="rId1"/>'


def _formula(said: str) -> bytes:
    return xlsx(f'<row r="3"><c r="A3"><v>2</v></c><c r="B3" t="str"><f>{said}</f><v>乙</v></c></row>')


def _shared(strings: str, rows: str = "") -> bytes:
    part = f'<?xml version="1.0"?>{strings}'.encode()
    kind = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{KIND}sharedStrings+xml"/>'
    return xlsx(
        rows,
        ("xl/sharedStrings.xml", part),
        types=kind,
        rels=relation("rId2", "sharedStrings", "sharedStrings.xml"),
    )


def _amplified() -> bytes:
    """One text of ten megabytes, in each of thousands of cells."""
    rows = "".join(
        f'<row r="{at}"><c r="A{at}"><v>1</v></c><c r="B{at}" t="s"><v>0</v></c></row>'
        for at in range(3, 3000)
    )
    return _shared(f'<sst xmlns="{MAIN}"><si><t>{"x" * 10_000_000}</t></si></sst>', rows)


def _typed(declared: str, used: str = "") -> bytes:
    return xlsx(
        sheet=f'<!DOCTYPE worksheet [{declared}]><worksheet xmlns="{MAIN}"><sheetData>{HEAD}{ROW.format(2, used)}</sheetData></worksheet>'.encode()
    )


LAUGHS = '<!ENTITY a "lol">' + "".join(
    f'<!ENTITY a{at} "{f"&a{at - 1 or str()};" * 10}">' for at in range(1, 10)
)


def _taken(url: str) -> dict[str, bytes]:
    out = relation("rId1", "externalLinkPath", f"{url}/{M}.xlsx", "External")
    link = f'<externalLink xmlns="{MAIN}" xmlns:r="{R}"><externalBook r:id="rId1"/></externalLink>'
    dde = f'<externalLink xmlns="{MAIN}"><ddeLink ddeService="cmd" ddeTopic="/c {M}"/></externalLink>'
    return {
        "link-to-a-workbook": xlsx("", ("xl/externalLinks/externalLink1.xml", link.encode()), ("xl/externalLinks/_rels/externalLink1.xml.rels", relations(out)), rels=relation("rId5", "externalLink", "externalLinks/externalLink1.xml")),
        "dde": xlsx("", ("xl/externalLinks/externalLink1.xml", dde.encode()), rels=relation("rId5", "externalLink", "externalLinks/externalLink1.xml")),
        "web-service": _formula(f"WEBSERVICE(&quot;{url}&quot;)"),
        "link-formula": _formula(f"HYPERLINK(&quot;{url}&quot;,&quot;x&quot;)"),
        "image-formula": _formula(f"_xlfn.IMAGE(&quot;{url}&quot;)"),
        "call-of-a-library": _formula(f"CALL(&quot;kernel32&quot;,&quot;WinExec&quot;,&quot;{M}&quot;)"),
        "register": _formula(f"REGISTER.ID(&quot;{M}&quot;)"),
        "formula-as-text": xlsx(ROW.format(3, "=cmd|'/c calc'!A0")),
        "macros": xlsx("", ("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + MARK), macros=True, rels=relation("rId5", "vbaProject", "vbaProject.bin")),
        "macros-called-xlsx": xlsx("", ("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + MARK), rels=relation("rId5", "vbaProject", "vbaProject.bin")),
        "macro-sheet": xlsx("", ("xl/macrosheets/sheet1.xml", f"<a>{M}</a>".encode()), rels=relation("rId5", "xlMacrosheet", "macrosheets/sheet1.xml")),
        "connections": xlsx("", ("xl/connections.xml", f'<connections xmlns="{MAIN}"><connection id="1"><webPr url="{url}"/></connection></connections>'.encode()), rels=relation("rId5", "connections", "connections.xml")),
        "query-table": xlsx("", ("xl/queryTables/queryTable1.xml", f"<a>{M}</a>".encode()), ("xl/worksheets/_rels/sheet1.xml.rels", relations(relation("rId1", "queryTable", "../queryTables/queryTable1.xml")))),
        "ole": xlsx("", ("xl/embeddings/oleObject1.bin", b"\xd0\xcf\x11\xe0" + MARK), ("xl/worksheets/_rels/sheet1.xml.rels", relations(relation("rId1", "oleObject", "../embeddings/oleObject1.bin"))), tail='<oleObjects><oleObject progId="Package" r:id="rId1"/></oleObjects>'),
        "active-x": xlsx("", ("xl/activeX/activeX1.xml", f"<a>{M}</a>".encode()), tail='<controls><control shapeId="1" r:id="rId1"/></controls>'),
        "picture-elsewhere": xlsx("", ("xl/worksheets/_rels/sheet1.xml.rels", relations(relation("rId1", "image", f"{url}/{M}", "External"))), tail='<picture r:id="rId1"/>'),
        "custom-data": xlsx("", ("customXml/item1.xml", f"<a>{M}</a>".encode())),
        "names-that-climb": xlsx("", ("../../../etc/x", MARK), ("C:\\x", MARK), ("/abs", MARK)),
        "a-link-to-a-program": xlsx("", ("xl/worksheets/_rels/sheet1.xml.rels", relations(relation("rId1", "hyperlink", f"file:///c:/{M}.exe", "External"))), tail='<hyperlinks><hyperlink ref="A1" r:id="rId1"/></hyperlinks>'),
    }  # fmt: skip


def _others(url: str) -> dict[str, tuple[bytes | Callable[[], bytes], str, bool]]:
    """name → (content, what is said, whether it costs seconds)."""
    wide = "".join(f'<c r="{_column(at)}3"><v>1</v></c>' for at in range(1, 16_385))
    deep = "<c><is>" * 5_000 + "</is></c>" * 5_000
    many = "".join(f'<sheet name="s{at}" sheetId="{at}" r:id="rId1"/>' for at in range(1, 601))
    return {
        "shared-text-in-every-cell": (_amplified, "", True),
        "laughs-in-the-sheet": (_typed(LAUGHS, "&a9;"), "", False),
        "file-as-entity": (_typed('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;"), "", False),
        "address-as-entity": (_typed(f'<!ENTITY x SYSTEM "{url}">', "&x;"), "", False),
        "laughs-in-the-texts": (_shared(f'<!DOCTYPE sst [{LAUGHS}]><sst xmlns="{MAIN}"><si><t>&a9;</t></si></sst>'), "", False),
        "bomb-in-the-sheet": (lambda: xlsx(sheet=bomb(600_000_000)), "大きすぎます", True),
        "bomb-beside-the-sheet": (lambda: xlsx("", ("x", bomb(300_000_000))), "大きすぎます", True),
        "bomb-in-the-styles": (lambda: xlsx("", ("xl/styles.xml", bomb(40_000_000)), types=f'<Override PartName="/xl/styles.xml" ContentType="{KIND}styles+xml"/>', rels=relation("rId3", "styles", "styles.xml")), BROKEN, False),
        "says-it-is-small": (wrong_size(xlsx(), 1), BROKEN, False),
        "16384-columns": (xlsx(f'<row r="3">{wide}</row>'), "余分", False),
        "row-99999999999": (xlsx(ROW.format(99999999999, "x")), BROKEN, False),
        "row-of-column-zzzz": (xlsx('<row r="3"><c r="ZZZZ3"><v>1</v></c></row>'), BROKEN, False),
        "text-that-is-not-there": (xlsx('<row r="3"><c r="A3" t="s"><v>99999</v></c></row>'), BROKEN, False),
        "nul": (xlsx(ROW.format(3, "_x0000_乙")), "", False),
        "deep-cells": (xlsx(f'<row r="3">{deep}</row>'), "", False),
        "600-sheets": (xlsx(sheets=many), "シートが多すぎます", False),
        "merged-far-down": (xlsx(tail="<mergeCells>" + '<mergeCell ref="A5:XFD1048576"/>' * 9 + "</mergeCells>"), "", False),
        "a-sheet-that-is-not-there": (xlsx(rels="").replace(b"sheet1.xml", b"sheet9.xml", 1), "", False),
        "hidden": (xlsx(sheets=SHEET.replace("/>", ' state="veryHidden"/>')), "非表示", False),
        "under-a-key": (encrypted(xlsx()), BROKEN, False),
        "wrong-sums": (wrong_sum(xlsx()), BROKEN, False),
        "old-excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + MARK * 99, "古い形式", False),
        "any-zip": (zipped([("a.exe", MARK)]), "ZIPのファイル", False),
        "word-file": (zipped([("word/document.xml", b"<a/>")]), "Word", False),
        "opendocument": (zipped([("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")], packing=0), "OpenDocument", False),
        "binary-workbook": (zipped([("xl/workbook.bin", MARK)]), BROKEN, False),
    }  # fmt: skip


def _column(number: int) -> str:
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def files(url: str) -> list[Hostile]:
    """All of them."""
    found = [
        Hostile("table", f"excel-{name}", "a.xlsx", given(content)) for name, content in _taken(url).items()
    ]
    found += [
        Hostile(
            "table",
            f"excel-{name}",
            "a.xlsx",
            given(content),
            says,
            either=not says,
            heavy=heavy,
        )
        for name, (content, says, heavy) in _others(url).items()
    ]
    found += cut("table", "excel", "a.xlsx", xlsx, BROKEN + "|ZIPのファイル")
    return [*found, Hostile("scan", "excel-file", "a.pdf", xlsx, "Excel")]
