"""Word files with macros, programs, fields and references that act when somebody opens them, and with XML that explodes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from hostile import MARK, Hostile, cut, given
from hostile.archives import bomb, encrypted, wrong_size, wrong_sum, zipped
from hostile.pictures import exif, png, saved

M = MARK.decode()
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
REL = f"{R}/"
OOXML = "application/vnd.openxmlformats-officedocument.wordprocessingml."
SPACES = (
    f'xmlns:w="{W}" xmlns:r="{R}" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
)
GOOD = "<w:p><w:r><w:t>お知らせです。</w:t></w:r></w:p>"
BROKEN = "壊れて|ありません|正しくありません"


def docx(
    body: str = "",
    rels: str = "",
    *more: tuple[str, bytes],
    main: str = "document.main+xml",
    types: str = "",
    root: str = "",
    whole: str = "",
) -> bytes:
    """A letter of one paragraph and this. rels: of the main part; root: of the file; whole: the main part instead."""
    document = whole or f"<w:document {SPACES}><w:body>{GOOD}{body}</w:body></w:document>"
    kinds = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{OOXML}{main}"/>{types}</Types>'
    )
    return zipped(
        [
            ("[Content_Types].xml", kinds.encode()),
            ("_rels/.rels", relations(relation("rId1", "officeDocument", "word/document.xml") + root)),
            ("word/document.xml", document.encode()),
            ("word/_rels/document.xml.rels", relations(rels)),
            *more,
        ]
    )


def relations(rows: str) -> bytes:
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rows}</Relationships>'.encode()


def relation(number: str, kind: str, target: str, mode: str = "") -> str:
    mode = mode and f' TargetMode="{mode}"'
    return f'<Relationship Id="{number}" Type="{REL}{kind}" Target="{target}"{mode}/>'


def _field(*pieces: str) -> str:
    """A field whose instruction stands in these pieces."""
    said = "".join(f"<w:r><w:instrText>{one}</w:instrText></w:r>" for one in pieces)
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    return f"<w:p>{mark.format('begin')}{said}{mark.format('separate')}<w:r><w:t>x</w:t></w:r>{mark.format('end')}</w:p>"


def _drawn(inside: str) -> str:
    return (
        '<w:p><w:r><w:drawing><wp:inline><wp:extent cx="900000" cy="900000"/><wp:docPr id="1" name="a"/><a:graphic><a:graphicData '
        f'uri="x">{inside}</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>'
    )


def _picture(given: str) -> str:
    return _drawn(f"<pic:pic><pic:blipFill><a:blip {given}/></pic:blipFill></pic:pic>")


def _with_picture(content: bytes, name: str = "image1.png") -> bytes:
    return docx(
        _picture('r:embed="rId9"'),
        relation("rId9", "image", f"media/{name}"),
        (f"word/media/{name}", content),
    )


def _settings(inside: str, rels: str = "") -> bytes:
    override = f'<Override PartName="/word/settings.xml" ContentType="{OOXML}settings+xml"/>'
    part = f"<w:settings {SPACES}>{inside}</w:settings>".encode()
    more = [("word/settings.xml", part)] + (
        [("word/_rels/settings.xml.rels", relations(rels))] if rels else []
    )
    return docx("", relation("rId8", "settings", "settings.xml"), *more, types=override)


def _acting(url: str) -> dict[str, bytes]:
    fields = {
        "dde": ("DDE cmd", " /c ", M), "dde-auto": ("DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe", M), "dde-in-pieces": ("D", "DEA", "UTO cmd ", M),
        "include-picture": (f'INCLUDEPICTURE "{url}/{M}" \\d',), "include-text": (f"INCLUDETEXT {url}/{M}",), "link": (f"LINK Excel.Sheet.8 {url}/{M} a",),
        "import": (f"IMPORT {url}/{M}",), "database": (f"DATABASE \\d {url}/{M}",), "macro-button": (f"MACROBUTTON {M} x",),
        "quoted": (f"QUOTE 68 68 69 {M}",), "auto-text-from-a-template": (f"AUTOTEXT {M}",), "link-to-a-share": (f'HYPERLINK "\\\\\\\\127.0.0.1\\\\{M}"',),
        "link-to-a-script": (f'HYPERLINK "javascript:{M}"',),
    }  # fmt: skip
    files = {f"field-{name}": docx(_field(*pieces)) for name, pieces in fields.items()}
    ole = ("word/embeddings/oleObject1.bin", b"\xd0\xcf\x11\xe0" + MARK)
    return files | {
        "simple-field": docx(f'<w:p><w:fldSimple w:instr="DDEAUTO cmd {M}"><w:r><w:t>x</w:t></w:r></w:fldSimple></w:p>'),
        "field-without-an-end": docx(f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DDE {M}</w:instrText></w:r></w:p>'),
        "remote-template": _settings('<w:attachedTemplate r:id="rId1"/>', relation("rId1", "attachedTemplate", f"{url}/{M}.dotm", "External")),
        "mail-merge-source": _settings(f'<w:mailMerge><w:dataSource r:id="rId1"/><w:connectString w:val="{M}"/></w:mailMerge>', relation("rId1", "mailMergeSource", f"{url}/{M}", "External")),
        "transformed-on-saving": _settings(f'<w:saveThroughXslt r:id="rId1" w:solutionID="{M}"/>', relation("rId1", "transform", f"{url}/{M}", "External")),
        "variables": _settings(f'<w:docVars><w:docVar w:name="a" w:val="{M}"/></w:docVars>'),
        "ole": docx('<w:p><w:r><w:object><o:OLEObject Type="Embed" ProgID="Package" r:id="rId7"/></w:object></w:r></w:p>', relation("rId7", "oleObject", "embeddings/oleObject1.bin"), ole),
        "ole-elsewhere": docx('<w:p><w:r><w:object><o:OLEObject Type="Link" r:id="rId7"/></w:object></w:r></w:p>', relation("rId7", "oleObject", f"mk:@MSITStore:{url}/{M}", "External")),
        "active-x": docx('<w:p><w:r><w:object><w:control r:id="rId7"/></w:object></w:r></w:p>', relation("rId7", "control", "activeX/activeX1.xml"), ("word/activeX/activeX1.xml", f"<a>{M}</a>".encode())),
        "another-document-inside": docx('<w:altChunk r:id="rId7"/>', relation("rId7", "aFChunk", "chunk.html"), ("word/chunk.html", b"<script>" + MARK)),
        "a-document-elsewhere": docx('<w:p><w:subDoc r:id="rId7"/></w:p>', relation("rId7", "subDocument", f"{url}/{M}", "External")),
        "picture-elsewhere": docx(_picture('r:link="rId7"'), relation("rId7", "image", f"{url}/{M}.png", "External")),
        "picture-on-a-share": docx(_picture('r:link="rId7"'), relation("rId7", "image", f"file://127.0.0.1/{M}.png", "External")),
        "vml-picture-elsewhere": docx(f'<w:p><w:r><w:pict><v:shape><v:imagedata src="{url}/{M}" o:href="{url}/{M}"/></v:shape></w:pict></w:r></w:p>'),
        "link-to-a-program": docx('<w:p><w:hyperlink r:id="rId7"><w:r><w:t>x</w:t></w:r></w:hyperlink></w:p>', relation("rId7", "hyperlink", f"file:///c:/{M}.exe", "External")),
        "script-behind-a-link": docx('<w:p><w:hyperlink r:id="rId7"><w:r><w:t>x</w:t></w:r></w:hyperlink></w:p>', relation("rId7", "hyperlink", f"javascript:{M}", "External")),
        "frames": docx("", relation("rId7", "webSettings", "webSettings.xml"), ("word/webSettings.xml", f'<w:webSettings {SPACES}><w:frameset><w:frame><w:sourceFileName r:id="rId1"/></w:frame></w:frameset></w:webSettings>'.encode()), ("word/_rels/webSettings.xml.rels", relations(relation("rId1", "frame", f"{url}/{M}", "External")))),
        "chart-with-a-workbook": docx(_drawn('<c:chart r:id="rId7"/>'), relation("rId7", "chart", "charts/chart1.xml"), ("word/charts/chart1.xml", f"<a>{M}</a>".encode())),
        "custom-data": docx("", "", ("customXml/item1.xml", f"<a>{M}</a>".encode()), root=relation("rId5", "customXml", "customXml/item1.xml")),
        "author": docx("", "", ("docProps/core.xml", f"<a>{M}</a>".encode()), root=relation("rId5", "core-properties", "docProps/core.xml")),
        "ribbon": docx("", "", ("customUI/customUI.xml", f'<customUI onLoad="{M}"/>'.encode()), root=relation("rId5", "ui/extensibility", "customUI/customUI.xml")),
        "font-inside": docx("", relation("rId7", "fontTable", "fontTable.xml"), ("word/fontTable.xml", f'<w:fonts {SPACES}><w:font w:name="a"><w:embedRegular r:id="rId1"/></w:font></w:fonts>'.encode()), ("word/_rels/fontTable.xml.rels", relations(relation("rId1", "font", "fonts/font1.odttf"))), ("word/fonts/font1.odttf", MARK), types=f'<Override PartName="/word/fontTable.xml" ContentType="{OOXML}fontTable+xml"/>'),
        "style-sheet-of-the-xml": docx(whole=f'<?xml-stylesheet href="{url}/{M}" type="text/xsl"?><w:document {SPACES}><w:body>{GOOD}<!-- {M} --></w:body></w:document>'),
        "picture-with-gps": _with_picture(saved("JPEG", exif=exif()), "image1.jpeg"),
        "picture-that-is-a-script": _with_picture(b"<svg><script>" + MARK),
        "picture-of-3600-million-dots": _with_picture(png(60000, 60000)),
        "picture-of-windows": _with_picture(b"\xd7\xcd\xc6\x9a" + MARK * 9, "image1.wmf"),
        "unnamed-part": docx("", "", ("word/../../../etc/x", MARK), ("C:\\x", MARK), ("/abs", MARK), ("\u202efdp.exe", MARK)),
    }  # fmt: skip


def _entities(declared: str, used: str = "") -> bytes:
    return docx(
        whole=f"<!DOCTYPE w:document [{declared}]><w:document {SPACES}><w:body>{GOOD}<w:p><w:r><w:t>{used}</w:t></w:r></w:p></w:body></w:document>"
    )


def _laughs() -> bytes:
    rows = '<!ENTITY a "lol">' + "".join(
        f'<!ENTITY a{at} "{f"&a{at - 1 or str()};" * 10}">' for at in range(1, 10)
    )
    return _entities(rows, "&a9;")


def _doubled() -> bytes:
    return docx("", "", ("word/document.xml", MARK))


def _refused(url: str) -> dict[str, tuple[bytes | Callable[[], bytes], str]]:
    vba = ("word/vbaProject.bin", b"\xd0\xcf\x11\xe0" + MARK)
    deep = "<w:p>" * 5_000 + "</w:p>" * 5_000
    utf16 = (
        f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY x SYSTEM "{url}">]><a>&x;</a>'.encode(
            "utf-16"
        )
    )
    odt = zipped(
        [("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b"<a/>")],
        packing=zipfile.ZIP_STORED,
    )
    return {
        "macros": (docx("", relation("rId7", "vbaProject", "vbaProject.bin"), vba), "マクロ"),
        "macros-by-kind": (docx(main="x", types='<Override PartName="/word/vba.bin" ContentType="application/vnd.ms-office.vbaProject"/>'), "マクロ"),
        "macros-of-a-template": (docx(types='<Override PartName="/a" ContentType="application/vnd.ms-word.template.macroEnabledTemplate.main+xml"/>'), "マクロ"),
        "file-as-entity": (_entities('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;"), "DOCTYPE"),
        "address-as-entity": (_entities(f'<!ENTITY x SYSTEM "{url}">', "&x;"), "DOCTYPE"),
        "parameter-entity": (_entities(f'<!ENTITY % x SYSTEM "{url}">%x;'), "DOCTYPE"),
        "a-thousand-million-laughs": (_laughs(), "DOCTYPE"),
        "document-type-elsewhere": (docx(whole=f'<!DOCTYPE w:document SYSTEM "{url}"><w:document {SPACES}/>'), "DOCTYPE"),
        "entities-in-the-relations": (
            docx(
                "",
                relation("rId8", "styles", "styles.xml"),
                ("word/styles.xml", f'<!DOCTYPE a [<!ENTITY % x SYSTEM "{url}">%x;]><a/>'.encode()),
                types=f'<Override PartName="/word/styles.xml" ContentType="{OOXML}styles+xml"/>',
            ),
            "",
        ),
        "xml-of-utf-16": (zipped([("[Content_Types].xml", utf16)]), "DOCTYPE|壊れて"),
        "deep-xml": (docx(deep), "壊れて"),
        "a-hundred-thousand-attributes": (lambda: docx("<w:p " + " ".join(f'a{at}="1"' for at in range(100_000)) + "/>"), "正しくありません"),
        "bomb": (lambda: docx("", relation("rId8", "styles", "styles.xml"), ("word/styles.xml", bomb(200_000_000))), ""),
        "bomb-in-the-text": (lambda: docx(whole=f"<w:document {SPACES}><w:body>{' ' * 30_000_000}</w:body></w:document>"), "大きすぎます"),
        "5000-parts": (docx("", "", *((f"x{at}", b"") for at in range(5_000))), "多すぎる"),
        "a-part-twice": (_doubled(), "重なって"),
        "under-a-key": (encrypted(docx()), "暗号化"),
        "wrong-sums": (wrong_sum(docx()), "壊れて"),
        "says-it-is-small": (wrong_size(docx(), 1), "壊れて"),
        "no-kinds": (zipped([("word/document.xml", b"<a/>")]), "ではありません"),
        "no-main-part": (docx(main="document.main+xml").replace(b"word/document.xml", b"word/documenz.xml"), BROKEN + "|ではありません"),
        "main-part-elsewhere": (
            zipped(
                [
                    ("[Content_Types].xml", b"<Types/>"),
                    ("_rels/.rels", relations(relation("rId1", "officeDocument", url, "External"))),
                ]
            ),
            "ではありません",
        ),
        "strict": (docx(whole='<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"/>'), "厳密|ではありません"),
        "old-word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + MARK * 99, "古い形式"),
        "opendocument": (odt, "ではありません"),
        "any-zip": (zipped([("a.exe", MARK)]), "ではありません"),
        "an-end-alone": (b"PK\5\6" + b"\0" * 18, "ではありません"),
        "a-beginning-alone": (b"PK\3\4" + MARK, "ではありません"),
    }  # fmt: skip


def files(url: str) -> list[Hostile]:
    """All of them."""
    found = [Hostile("word", name, "a.docx", given(content)) for name, content in _acting(url).items()]
    found += [
        Hostile("word", name, "a.docx", given(content), says, either=not says)
        for name, (content, says) in _refused(url).items()
    ]
    found += cut("word", "docx", "a.docx", docx, "ではありません|壊れて")
    return [*found, Hostile("scan", "word-file", "a.pdf", docx, "Word")]


def parts_of(content: bytes) -> dict[str, bytes]:
    """What an archive holds."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
