"""PDFs with scripts, actions, files inside them, and what reaches outside; and files that are a PDF and something else."""

from __future__ import annotations

import io
import zipfile

from hostile import MARK, Hostile, cut
from yakuba.kernel.files.tests.pdf_files import noted, portfolio, stream, written

M = MARK
PAGE = b"/MediaBox[0 0 400 500]"
LEAF = b"<</Type/Page/Parent 2 0 R%b/Contents 4 0 R>>" % PAGE
DRAWN = b"<</Length 26>>stream\n0 g 50 50 100 100 re f    \nendstream"
JS = b"<</S/JavaScript/JS(app.alert\\('%b'\\);this.exportDataObject\\({nLaunch:2}\\))>>" % M


def pdf(catalog: bytes = b"", page: bytes = b"", *more: bytes, drawn: bytes = DRAWN) -> bytes:
    """One page with a black square. catalog, page: what else their dictionaries hold; more: objects from 5 on."""
    return written(
        [
            b"<</Type/Catalog/Pages 2 0 R%b>>" % catalog,
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R%b/Contents 4 0 R%b>>" % (PAGE, page),
            drawn,
            *more,
        ]
    )


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part)
    return file.getvalue()


def _actions(url: bytes) -> dict[str, bytes]:
    return {
        "javascript": JS,
        "launch": b"<</S/Launch/F(%b.exe)/Win<</F(cmd.exe)/P(/c %b)>>>>" % (M, M),
        "submit-form": b"<</S/SubmitForm/F<</FS/URL/F(%b)>>>>" % url,
        "uri": b"<</S/URI/URI(%b)>>" % url,
        "go-to-a-remote-file": b"<</S/GoToR/F(\\\\\\\\127.0.0.1\\\\%b.pdf)/D[0/Fit]>>" % M,
        "go-to-an-embedded-file": b"<</S/GoToE/T<</R/C/N(%b)>>>>" % M,
        "import-data": b"<</S/ImportData/F(%b)>>" % url,
        "rendition": b"<</S/Rendition/OP 0/JS(%b)/R<</S/MR/C<</S/MCD/D<</FS/URL/F(%b)>>>>>>>>" % (M, url),
        "named": b"<</S/Named/N/Print>>",
        "hide": b"<</S/Hide/T(%b)/H true>>" % M,
        "a-chain-of-actions": b"<</S/URI/URI(%b)/Next %b>>" % (url, JS),
    }


def _inside(url: bytes) -> dict[str, bytes]:
    external = b"<</Type/XObject/Subtype/Image/Width 9/Height 9/BitsPerComponent 8/ColorSpace/DeviceGray/F<</FS/URL/F(%b)>>/Length 0>>stream\n\nendstream"
    widget = b"/Subtype/Widget/FT/Tx/T(a)/DA(/Helv 9 Tf)"
    return {
        "script-names": pdf(b"/Names<</JavaScript<</Names[(a) 5 0 R]>>>>", b"", JS),
        "script-of-the-page": pdf(b"", b"/AA<</O 5 0 R/C 5 0 R>>", JS),
        "script-of-the-document": pdf(b"/AA<</WC 5 0 R/DP 5 0 R>>", b"", JS),
        "script-of-a-field": noted(widget + b"/AA<</K %b/F %b/V %b/C %b>>" % (JS, JS, JS, JS)),
        "script-behind-a-link": noted(b"/Subtype/Link/A%b" % JS),
        "script-in-an-outline": pdf(b"/Outlines 5 0 R", b"", b"<</First 6 0 R/Last 6 0 R/Count 1>>", b"<</Title(a)/Parent 5 0 R/A%b>>" % JS),
        "movie": noted(b"/Subtype/Movie/Movie<</F<</FS/URL/F(%b)>>>>/A true" % url),
        "sound": noted(b"/Subtype/Sound/Sound 6 0 R", stream(b"/Type/Sound/R 8000", M * 9)),
        "rich-media": noted(b"/Subtype/RichMedia/RichMediaContent<</Assets<</Names[(%b.swf) 6 0 R]>>>>" % M, b"<</F(x)>>"),
        "three-dimensions": noted(b"/Subtype/3D/3DD 6 0 R", stream(b"/Type/3D/Subtype/U3D/OnInstantiate 6 0 R", M * 9)),
        "screen": noted(b"/Subtype/Screen/A<</S/Rendition/JS(%b)>>" % M),
        "metadata": pdf(b"/Metadata 5 0 R", b"", b"<</Type/Metadata/Subtype/XML/Length 60>>stream\n<x:xmpmeta><GPS>%b</GPS></x:xmpmeta>                    \nendstream" % M),
        "private-data-of-a-program": pdf(b"/PieceInfo<</X<</Private(%b)>>>>" % M),
        "a-picture-elsewhere": pdf(b"", b"/Resources<</XObject<</P 5 0 R>>>>", external % url, drawn=stream(b"", b"q 99 0 0 99 0 0 cm /P Do Q")),
        "a-page-of-another-file": pdf(b"", b"/Resources<</XObject<</P 5 0 R>>>>", stream(b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Ref<</F<</FS/URL/F(%b)>>/Page 0>>" % url, b"0 0 9 9 re f"), drawn=stream(b"", b"/P Do")),
        "a-font-elsewhere": pdf(b"", b"/Resources<</Font<</F 5 0 R>>>>", b"<</Type/Font/Subtype/TrueType/BaseFont/X/FontDescriptor<</Type/FontDescriptor/FontName/X/FontFile2<</F<</FS/URL/F(%b)>>>>>>>>" % url, drawn=stream(b"", b"BT /F 9 Tf 9 9 Td (a) Tj ET")),
        "a-thread-elsewhere": pdf(b"/Threads[<</F<</V 3 0 R>>/I<</Title(%b)>>>>]" % M),
        "a-base-address": pdf(b"/URI<</Base(%b)>>" % url),
        "alternate-presentations": pdf(b"/Names<</AlternatePresentations<</Names[(a) <</S/SlideShow/Resources 5 0 R>>]>>>>", b"", JS),
    }  # fmt: skip


def _attached() -> dict[str, tuple[str, bytes]]:
    return {
        "a-program": ("a.exe", b"MZ" + M * 50),
        "a-script": ("a.js", b"WScript.Shell " + M),
        "a-web-page": ("a.html", b"<html><script>" + M),
        "a-workbook-with-macros": ("a.xlsm", zipped(**{"xl/vbaProject.bin": M})),
        "a-link": ("a.lnk", b"L\0\0\0\1\x14\2\0" + M),
        "a-name-that-climbs": ("../../../../etc/cron.d/x", b"MZ" + M),
        "a-name-turned-round": ("invoice\u202efdp.exe", b"MZ" + M),
        "a-pdf-with-a-script": ("a.pdf", pdf(b"/OpenAction " + JS)),
        "itself-within-itself": (
            "a.pdf",
            portfolio(("b.pdf", portfolio(("c.pdf", pdf(b"/OpenAction " + JS))))),
        ),
        "three-hundred-files": ("a.txt", b""),
    }


def _attached_file(name: str, given: tuple[str, bytes]) -> bytes:
    if name == "three-hundred-files":
        return portfolio(*((f"{at}.pdf", pdf()) for at in range(300)))
    return portfolio(given)


def _two_at_once() -> dict[str, bytes]:
    good = pdf()
    script = b"<script>%b</script>" % M
    return {
        "zip": good + zipped(a=M),
        "web-page-before": b"<html>" + script + b"<!--" + good,
        "web-page-behind": good + b"--><html>" + script,
        "gif": b"GIF89a/*" + good + b"*/=1;" + M,
        "jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF\0" + good,
        "program": b"MZ\x90\0" + b"\0" * 60 + good,
        "script": b"/*" + good + b"*/alert('%b')" % M,
        "tar": (b"a.pdf" + b"\0" * 252 + b"ustar\x00" + b"\0" * 250) + good,
        "mail": b"From: a@example.jp\r\nContent-Type: text/html\r\n\r\n" + script + good,
        "shell": b"#!/bin/sh\n# %b\n" % M + good,
    }


def files(url: str) -> list[Hostile]:
    """All of them."""
    at = url.encode()
    found = [
        Hostile(
            "scan", f"pdf-{name}-on-opening", "a.pdf", lambda action=action: pdf(b"/OpenAction " + action)
        )
        for name, action in _actions(at).items()
    ]
    found += [
        Hostile("scan", f"pdf-{name}", "a.pdf", lambda content=content: content, either="elsewhere" in name)
        for name, content in _inside(at).items()
    ]
    found += [
        Hostile(
            "scan",
            f"pdf-attached-{name}",
            "a.pdf",
            lambda name=name, given=given: _attached_file(name, given),
            heavy="hundred" in name,
        )
        for name, given in _attached().items()
    ]
    found += [
        Hostile("scan", f"pdf-and-{name}", "a.pdf", lambda content=content: content, either=True)
        for name, content in _two_at_once().items()
    ]
    found += cut(
        "scan",
        "pdf",
        "a.pdf",
        lambda: pdf(b"/OpenAction " + JS),
        "壊れて|PDF・TIFF|ページが1つも",
        either=True,
    )
    return found
