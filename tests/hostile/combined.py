"""What a second stranger handed in: archives packed in every way, parts whose kinds lie, PDFs that change themselves, pictures
of several, columns and chunks without end."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from PIL import Image

from hostile import MARK, Hostile
from hostile.archives import LISTED, TEXT, bundle, zipped
from hostile.logs import good as parquet
from hostile.pdfs import JS, pdf
from hostile.pictures import chunk, exif, good_png, saved
from hostile.words import OOXML, SPACES, M, docx, relation, relations
from hostile.workbooks import xlsx
from yakuba.kernel.files.tests.pdf_files import portfolio, stream

Row = tuple[str, str, Callable[[], bytes]]  # door, file's name, how it is made


class _Pipe(io.BytesIO):
    """Cannot go back, so that sizes stand behind the parts."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


def _repacked(content: bytes, *, piped: bool = False, packings: tuple[int, ...] = (0,)) -> bytes:
    """The same parts packed otherwise, one way after the other."""
    file = _Pipe() if piped else io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        for at, name in enumerate(old.namelist()):
            info = zipfile.ZipInfo(name)
            info.compress_type = packings[at % len(packings)]
            with new.open(info, "w", force_zip64=piped) as part:
                part.write(old.read(name))
    return file.getvalue()


def _overlapping(content: bytes) -> bytes:
    """All entries say that they begin where the first does."""
    made, place = bytearray(content), -1
    while (place := content.find(b"PK\1\2", place + 1)) >= 0:
        made[place + 42 : place + 46] = b"\0\0\0\0"
    return bytes(made)


def _method(content: bytes, number: int) -> bytes:
    """Entries that say that they are packed in a way of that number."""
    made = bytearray(content)
    for sign, at in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
        place = -1
        while (place := content.find(sign, place + 1)) >= 0:
            made[place + at : place + at + 2] = struct.pack("<H", number)
    return bytes(made)


def _zip64(content: bytes) -> bytes:
    """An end that sends its reader to a record of 64 bits, which is not there."""
    end = content.rfind(b"PK\5\6")
    locator = b"PK\6\7" + struct.pack("<LQL", 0, 0xFFFFFFFFFFFFFF00, 1)
    return content[:end] + locator + b"PK\5\6" + b"\xff" * 16 + b"\0\0"


def _packed(door: str, name: str, content: Callable[[], bytes]) -> dict[str, Row]:
    ways: dict[str, Callable[[], bytes]] = {
        "sizes-behind-the-parts": lambda: _repacked(content(), piped=True, packings=(8,)),
        "every-part-packed-otherwise": lambda: _repacked(content(), packings=(0, 8, 12, 14)),
        "overlapping": lambda: _overlapping(content()),
        "packed-in-no-way-that-is": lambda: _method(content(), 99),
        "said-to-be-lzma": lambda: _method(content(), 14),
        "said-to-be-bzip2": lambda: _method(content(), 12),
        "an-end-of-64-bits": lambda: _zip64(content()),
        "twice-in-one": lambda: content() + content(),
    }
    return {f"{door}-{way}": (door, name, make) for way, make in ways.items()}


def _kind(part: str) -> str:
    return f'<Override PartName="/word/{part}.xml" ContentType="{OOXML}{part}+xml"/>'


def _words(url: str) -> dict[str, Row]:
    laid = f"<w:document {SPACES}><w:body><w:p><w:r><w:t>お知らせです。</w:t></w:r></w:p><w:sectPr>{{}}</w:sectPr></w:body></w:document>"
    away = relation("rId7", "header", f"{url}/{M}", "External")
    content = {
        "a-header-elsewhere": docx(whole=laid.format('<w:headerReference w:type="default" r:id="rId7"/>'), rels=away),
        "a-chunk-of-word-within-word": docx('<w:altChunk r:id="rId7"/>', relation("rId7", "aFChunk", "a.docx"), ("word/a.docx", docx(M))),
        "macros-under-another-name": docx("", relation("rId7", "vbaProject", "media/image1.png"), ("word/media/image1.png", b"\xd0\xcf\x11\xe0" + MARK)),
        "a-part-that-refers-to-itself": docx("", relation("rId7", "header", "document.xml")),
        "a-part-above-the-root": docx("", relation("rId7", "styles", "../../../../etc/passwd")),
        "kinds-that-lie": docx("", "", ("word/a.xml", f"<a>{M}</a>".encode()), types='<Default Extension="xml" ContentType="image/png"/>'),
        "bound-to-custom-data": docx(f'<w:sdt><w:sdtPr><w:dataBinding w:xpath="/a" w:storeItemID="{M}"/></w:sdtPr><w:sdtContent><w:p/></w:sdtContent></w:sdt>'),
        "a-signature-line": docx(f'<w:p><w:r><w:pict><v:shape><o:signatureline o:signinginstructions="{M}"/></v:shape></w:pict></w:r></w:p>'),
        "people-and-comments": docx("", relation("rId7", "comments", "comments.xml"), ("word/comments.xml", f'<w:comments {SPACES}><w:comment w:author="{M}" w:id="1"/></w:comments>'.encode()), types=_kind("comments")),
        "a-revision-that-was-struck": docx(f'<w:p><w:del w:author="{M}" w:id="1"><w:r><w:delText>x</w:delText></w:r></w:del></w:p>'),
        "a-table-within-a-table": docx("<w:tbl><w:tr><w:tc>" * 60 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 60),
        "a-size-of-1e308": docx(f'<w:p><w:pPr><w:ind w:left="{"9" * 400}"/></w:pPr><w:r><w:rPr><w:sz w:val="1e308"/></w:rPr><w:t>x</w:t></w:r></w:p>'),
        "a-numbering-of-itself": docx('<w:p><w:pPr><w:numPr><w:ilvl w:val="-1"/><w:numId w:val="99999999999"/></w:numPr></w:pPr></w:p>'),
        "a-style-based-on-itself": docx('<w:p><w:pPr><w:pStyle w:val="a"/></w:pPr></w:p>', relation("rId7", "styles", "styles.xml"), ("word/styles.xml", f'<w:styles {SPACES}><w:style w:styleId="a" w:type="paragraph"><w:basedOn w:val="a"/></w:style></w:styles>'.encode()), types=_kind("styles")),
    }  # fmt: skip
    return {f"word-{name}": ("word", "a.docx", lambda made=made: made) for name, made in content.items()}


def _books(url: str) -> dict[str, Row]:
    def targeted(target: str, mode: str = "") -> bytes:
        rels = relations(relation("rId1", "worksheet", target, mode))
        return _with(xlsx(), "xl/_rels/workbook.xml.rels", rels)

    content: dict[str, Callable[[], bytes]] = {
        "a-sheet-above-the-root": lambda: targeted("../../../../etc/passwd"),
        "a-sheet-elsewhere": lambda: targeted(f"{url}/{M}", "External"),
        "a-sheet-that-is-the-book": lambda: targeted("workbook.xml"),
        "a-sheet-that-is-a-web-page": lambda: xlsx(sheet=b"<html><script>" + MARK + b"</script></html>"),
        "a-date-of-the-year-9e9": lambda: xlsx('<row r="3"><c r="A3" t="d"><v>999999999-99-99</v></c></row>'),
        "a-number-of-a-megabyte": lambda: xlsx(f'<row r="3"><c r="A3"><v>{"9" * 1_000_000}</v></c></row>'),
        "a-cell-of-no-place": lambda: xlsx('<row r="3"><c r="ZZZZZZ999999999999"><v>1</v></c></row>'),
        "a-comment-of-utf-7": lambda: xlsx(
            sheet=b'<?xml version="1.0" encoding="utf-7"?>+ADw-worksheet/+AD4-'
        ),
        "a-book-of-utf-16": lambda: _with(xlsx(), "xl/workbook.xml", "<workbook/>".encode("utf-16")),
    }
    return {f"table-{name}": ("table", "a.xlsx", make) for name, make in content.items()}


def _with(content: bytes, name: str, part: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        return zipped([(one, part if one == name else old.read(one)) for one in old.namelist()])


def _added(content: bytes, objects: bytes, more: bytes = b"") -> bytes:
    """What another program has written behind it: a newer object, and a table that tells of it."""
    at = content.rfind(b"startxref\n") + 10
    before = int(content[at:].split(b"\n")[0])
    place = len(content)
    head = objects.split(b" ")[0]
    new = content + objects
    table = b"xref\n%b 1\n%010d 00000 n \ntrailer\n<</Size 99/Root 1 0 R/Prev %d%b>>\n" % (
        head,
        place,
        before,
        more,
    )
    return new + table + b"startxref\n%d\n%%%%EOF\n" % len(new)


def _papers() -> dict[str, Row]:
    xfa = b"/AcroForm<</XFA 5 0 R/Fields[]>>"
    form = stream(
        b"", b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'><script>" + MARK + b"</script></xdp:xdp>"
    )
    font = b"<</Type/Font/Subtype/TrueType/BaseFont/X/FontDescriptor<</Type/FontDescriptor/FontName/X/FontFile2 6 0 R>>>>"
    page = b"/Resources<</Font<</F 5 0 R>>>>"
    drawn = stream(b"", b"BT /F 9 Tf 9 9 Td (a) Tj ET")
    shade = b"<</ShadingType 7/ColorSpace/DeviceRGB/BitsPerCoordinate 32/BitsPerComponent 16/BitsPerFlag 8/Decode[0 1 0 1 0 1 0 1 0 1]/Length 9>>stream\n\xff\xff\xff\xff\xff\xff\xff\xff\xff\nendstream"
    content: dict[str, Callable[[], bytes]] = {
        "changed-afterwards": lambda: _added(pdf(), b"1 0 obj\n<</Type/Catalog/Pages 2 0 R/OpenAction %b>>\nendobj\n" % JS),
        "changed-a-thousand-times": _changed,
        "a-hybrid-table": lambda: _added(pdf(), b"6 0 obj\n<<>>\nendobj\n", b"/XRefStm 9"),
        "a-table-that-goes-on-in-itself": lambda: _added(pdf(), b"6 0 obj\n<<>>\nendobj\n", b"/Prev 9/XRefStm 999999"),
        "xfa": lambda: pdf(xfa, b"", form),
        "a-font-of-rubbish": lambda: pdf(b"", page, font, stream(b"", b"\0\1\0\0\xff\xff" + b"\xff" * 500_000), drawn=drawn),
        "a-font-of-fifty-megabytes": lambda: pdf(b"", page, font, stream(b"", b"OTTO\0\1" + b"\0" * 50_000_000), drawn=drawn),
        "portfolio-in-a-portfolio": lambda: portfolio(("a.pdf", portfolio(("b.pdf", portfolio(("c.pdf", portfolio(("d.exe", b"MZ" + MARK)))))))),
        "a-mesh-that-ends-nowhere": lambda: pdf(b"", b"/Resources<</Shading<</S 5 0 R>>>>", shade, drawn=stream(b"", b"/S sh")),
        "layers-of-layers": lambda: pdf(b"/OCProperties<</OCGs[5 0 R]/D<</Order[5 0 R[5 0 R]]>>>>", b"/Resources<</Properties<</L 5 0 R>>>>", b"<</Type/OCMD/OCGs 5 0 R/VE[/And 5 0 R 5 0 R]>>", drawn=stream(b"", b"/OC /L BDC 0 0 9 9 re f EMC")),
        "a-destination-of-itself": lambda: pdf(b"/OpenAction 5 0 R/Dests 5 0 R", b"", b"[5 0 R/XYZ 5 0 R]"),
        "names-in-a-circle": lambda: pdf(b"/Names<</EmbeddedFiles 5 0 R>>", b"", b"<</Kids[5 0 R 5 0 R]/Limits[(a)(b)]>>"),
        "notes-within-notes": lambda: pdf(b"", b"/Annots[5 0 R]", b"<</Type/Annot/Subtype/Popup/Parent 5 0 R/Popup 5 0 R/Rect[0 0 9 9]>>"),
        "fields-in-a-circle": lambda: pdf(b"/AcroForm<</Fields[5 0 R]>>", b"/Annots[5 0 R]", b"<</FT/Tx/T(a)/Kids[5 0 R]/Parent 5 0 R/Subtype/Widget/Rect[0 0 9 9]>>"),
    }  # fmt: skip
    return {f"pdf-{name}": ("scan", "a.pdf", make) for name, make in content.items()}


def _changed() -> bytes:
    content = pdf()
    for _ in range(1_000):
        content = _added(content, b"6 0 obj\n<</X(%b)>>\nendobj\n" % MARK)
    return content


def _several(form: str) -> bytes:
    file, page = io.BytesIO(), Image.new("RGB", (60, 90), "white")
    page.save(file, form, save_all=True, append_images=[page.rotate(180)] * 20)
    return file.getvalue()


def _tiff(*entries: tuple[int, int, int, int], next_one: int = 0) -> bytes:
    rows = b"".join(struct.pack("<HHII", *one) for one in entries)
    return (
        b"II*\0\x08\0\0\0"
        + struct.pack("<H", len(entries))
        + rows
        + struct.pack("<I", next_one)
        + b"\xff" * 99
    )


def _pictures() -> dict[str, Row]:
    grey = ((256, 4, 1, 9), (257, 4, 1, 9), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (277, 3, 1, 1))
    content: dict[str, tuple[str, Callable[[], bytes]]] = {
        "apng": ("a.png", lambda: _several("PNG")),
        "mpo": ("a.jpg", lambda: _several("MPO")),
        "animated-webp": ("a.webp", lambda: _several("WEBP")),
        "tiff-in-a-circle": ("a.tif", lambda: _tiff(*grey, (273, 4, 1, 8), (279, 4, 1, 81), next_one=8)),
        "tiff-a-strip-of-4-gigabytes": ("a.tif", lambda: _tiff(*grey, (273, 4, 1, 8), (279, 4, 1, 0xFFFFFFFF))),
        "tiff-4000-million-strips": ("a.tif", lambda: _tiff(*grey, (273, 4, 0xFFFFFFFF, 8), (279, 4, 0xFFFFFFFF, 8))),
        "tiff-jpeg-within": ("a.tif", lambda: _tiff(*grey[:3], (259, 3, 1, 6), *grey[4:], (513, 4, 1, 8), (514, 4, 1, 0xFFFFFFF0), (273, 4, 1, 8), (279, 4, 1, 9))),
        "a-colour-profile-bomb": ("a.png", lambda: good_png(chunk(b"iCCP", b"x\0\0" + zlib.compress(b"\0" * 100_000_000, 9)))),
        "a-text-bomb": ("a.png", lambda: good_png(chunk(b"zTXt", b"x\0\0" + zlib.compress(b"\0" * 100_000_000, 9)))),
        "exif-with-a-small-picture": ("a.jpg", lambda: saved("JPEG", exif=exif() + saved("JPEG", exif=exif()))),
        "jpeg-behind-jpeg": ("a.jpg", lambda: saved("JPEG") + saved("JPEG", comment=MARK)),
        "png-of-65535-palette-entries": ("a.png", lambda: good_png(chunk(b"PLTE", b"\1\2\3" * 21_845))),
    }  # fmt: skip
    return {f"picture-{name}": ("scan", file, make) for name, (file, make) in content.items()}


def _wave(size: int) -> bytes:
    return b"RIFF\xff\xff\xff\xffWAVE" + b"fmt " + struct.pack("<I", size) + b"\xff" * 64


def _rows() -> dict[str, Row]:
    anchors = "a: &a [x]\n" + "".join(f"b{at}: &b{at} [*a, *a]\n" for at in range(20_000))
    merged = "a: &a {x: 1}\nb: {<<: [" + ", ".join(["*a"] * 20_000) + "]}\n"
    head = "番号,氏名\n"
    return {
        "csv-a-million-columns": ("table", "a.csv", lambda: b"c," * 1_000_000 + b"\n"),
        "csv-utf-16-without-a-mark": ("table", "a.csv", lambda: f"{head}1,甲\n".encode("utf-16-be")),
        "csv-utf-32": ("table", "a.csv", lambda: f"{head}1,甲\n".encode("utf-32")),
        "csv-iso-2022": ("table", "a.csv", lambda: f"{head}1,甲\n".encode("iso2022_jp")),
        "csv-returns-alone": ("table", "a.csv", lambda: f"{head}1,甲\n".replace("\n", "\r").encode()),
        "csv-the-head-ten-thousand-times": ("table", "a.csv", lambda: (head * 10_000).encode()),
        "bundle-twenty-thousand-anchors": ("bundle", "a.zip", lambda: bundle(listed=anchors + LISTED.format(files=""))),
        "bundle-twenty-thousand-merges": ("bundle", "a.zip", lambda: bundle(listed=merged + LISTED.format(files=""))),
        "bundle-a-number-of-a-megabyte": ("bundle", "a.zip", lambda: bundle(listed="bundle: " + "9" * 1_000_000)),
        "bundle-a-sexagesimal-bomb": ("bundle", "a.zip", lambda: bundle(listed="bundle: 1" + ":59" * 20_000)),
        "bundle-a-date-that-is-none": ("bundle", "a.zip", lambda: zipped([("bundle.yaml", b"bundle: 2026-99-99"), TEXT])),
        "log-xes-packed": ("log", "a.xes.gz", lambda: gzip.compress(b"<?xml version='1.0'?><log/>", mtime=0)),
        "log-parquet-names-that-lie": ("log", "a.parquet", lambda: parquet().replace("時刻".encode(), b"\xff" * 6)),
        "log-parquet-rows-that-lie": ("log", "a.parquet", lambda: parquet().replace(b"\x16\x64", b"\x16\x7e")),
        "sound-a-head-of-4-gigabytes": ("sound", "a.wav", lambda: _wave(0xFFFFFFFF)),
        "sound-subtitles": ("sound", "a.mp3", lambda: b"WEBVTT\n\n00:00.000 --> 99:99.999\n<c onload=alert(1)>" + MARK),
    }  # fmt: skip


def files(url: str) -> list[Hostile]:
    """All of them: taken without what is hostile, or refused with a sentence, as the libraries see it."""
    rows = {
        **_packed("bundle", "a.zip", bundle),
        **_packed("word", "a.docx", docx),
        **_packed("table", "a.xlsx", xlsx),
        **_words(url),
        **_books(url),
        **_papers(),
        **_pictures(),
        **_rows(),
    }
    return [
        Hostile(door, f"combined-{name}", file, make, either=True)
        for name, (door, file, make) in rows.items()
    ]
