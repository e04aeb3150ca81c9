"""ZIP archives as somebody writes them who means ill, and bundles of definitions made of them."""

from __future__ import annotations

import io
import stat
import struct
import tarfile
import zipfile
from collections.abc import Iterable

from hostile import MARK, Hostile, cut

BROKEN = "壊れて|束ではありません"
Parts = Iterable[tuple[str, bytes]]


def zipped(parts: Parts, *, packing: int = zipfile.ZIP_DEFLATED, mode: int = 0) -> bytes:
    """An archive of these parts, doubles too. mode: what kind of file each is said to be."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts:
            info = zipfile.ZipInfo(name)
            info.compress_type, info.external_attr = packing, mode << 16
            made = set(archive.NameToInfo)
            archive.NameToInfo.clear()  # else a double is warned of
            archive.writestr(info, content)
            archive.NameToInfo.update(dict.fromkeys(made))
    return file.getvalue()


def encrypted(content: bytes) -> bytes:
    """The same archive, which says that its parts are under a key."""
    made = bytearray(content)
    for sign, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        place = -1
        while (place := content.find(sign, place + 1)) >= 0:
            made[place + at] |= 1
    return bytes(made)


def wrong_sum(content: bytes) -> bytes:
    """The same archive, whose parts' sums are wrong."""
    made, place = bytearray(content), -1
    while (place := content.find(b"PK\1\2", place + 1)) >= 0:
        made[place + 16 : place + 20] = b"\xde\xad\xbe\xef"
    return bytes(made)


def wrong_size(content: bytes, size: int) -> bytes:
    """The same archive, which says that its parts have that size."""
    made, place = bytearray(content), -1
    while (place := content.find(b"PK\1\2", place + 1)) >= 0:
        made[place + 24 : place + 28] = struct.pack("<I", size)
    return bytes(made)


def bomb(size: int) -> bytes:
    return b"\0" * size


LISTED = "bundle: 1\nprocedure: p\ndefinitions:\n- {{kind: procedure, code: p, version: '1', title: t, files: [{files}]}}\n"
TEXT = ("procedure/p/definition.yaml", b"title: t\n")


def bundle(*more: tuple[str, bytes], files: str = "", listed: str = "", text: bytes = TEXT[1]) -> bytes:
    return zipped([("bundle.yaml", (listed or LISTED.format(files=files)).encode()), (TEXT[0], text), *more])


def _named(name: str) -> bytes:
    return bundle((f"procedure/p/{name}", MARK), files=f'"{name}"'.replace("\\", "\\\\"))


def _tar(kind: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        info = tarfile.TarInfo("../../etc/x")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    return file.getvalue()


def _anchors() -> str:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]" for at in range(1, 12)]
    return "\n".join(rows) + "\nbundle: 1\n"


def _nested(levels: int) -> bytes:
    content = zipped([("x", bomb(10_000_000))])
    for _ in range(levels):
        content = zipped([(f"{at}.zip", content) for at in range(9)], packing=zipfile.ZIP_STORED)
    return content


NAMES = ("../../x", "/etc/x", "C:\\x", "..\\..\\x", "a\\b", "x" * 200, "\u202efdp.exe", "..", ".", "a/b")
# name → (how it is made, what is said of it, whether it costs seconds)
BUNDLES = {
    **{f"name-{at}": (lambda name=name: _named(name), "", False) for at, name in enumerate(NAMES)},
    "bomb": (lambda: bundle(("procedure/p/x", bomb(300_000_000)), files="x"), "大きすぎます", True),
    "bomb-in-the-list": (lambda: zipped([("bundle.yaml", bomb(50_000_000))]), "大きすぎます", False),
    "bomb-of-many": (lambda: bundle(*((f"procedure/p/{at}", bomb(15_000_000)) for at in range(9)), files=",".join(f"'{at}'" for at in range(9))), "大きすぎます", False),
    "archives-in-archives": (lambda: _nested(3), "bundle.yaml がありません", True),
    "says-it-is-small": (lambda: wrong_size(bundle(), 1), BROKEN, False),
    "says-it-is-large": (lambda: wrong_size(bundle(), 0xFFFFFFF0), "", False),
    "wrong-sum": (lambda: wrong_sum(bundle()), BROKEN, False),
    "under-a-key": (lambda: encrypted(bundle()), BROKEN, False),
    "links": (lambda: zipped([("bundle.yaml", b"/etc/passwd"), TEXT], mode=stat.S_IFLNK | 0o777), "束|行|読めない", False),
    "doubles": (lambda: zipped([("bundle.yaml", LISTED.format(files="").encode()), TEXT, (TEXT[0], MARK)]), "", False),
    "names-alike": (lambda: bundle(("Procedure/P/Definition.yaml", MARK)), "", False),
    "100000-parts": (lambda: zipped((f"{at}", b"") for at in range(60_000)), "bundle.yaml がありません", True),
    "anchors": (lambda: bundle(listed=_anchors()), "行|束|使えません", False),
    "python-objects": (lambda: bundle(listed=f"!!python/object/apply:os.system ['echo {MARK.decode()}']"), "行|束|使えません|タグ", False),
    "deep-lists": (lambda: bundle(listed="[" * 100_000), "行|深|束|壊れて", False),
    "1000-definitions": (lambda: bundle(listed="bundle: 1\ndefinitions:\n" + "- {kind: a, code: b}\n" * 1000), "100まで", False),
    "kinds-that-climb": (lambda: bundle(listed="bundle: 1\ndefinitions:\n- {kind: '../..', code: etc, version: '1', title: t}\n"), "正しくありません", False),
    "not-a-list": (lambda: bundle(listed="bundle: 1\ndefinitions: 5\n"), "並べて", False),
    "text-that-is-none": (lambda: bundle(text=b"\xff\xfe\0\xd8"), "文字|読め|壊れて", False),
    "a-comment-of-64-kilobytes": (lambda: bundle()[:-2] + b"\xff\xff" + MARK * 9000, "", False),
    "starts-as-a-program": (lambda: b"MZ" + b"\0" * 99 + bundle(), "", False),
    "tar": (lambda: _tar(tarfile.SYMTYPE), "束ではありません", False),
    "tar-with-a-device": (lambda: _tar(tarfile.CHRTYPE), "束ではありません", False),
    "7z": (lambda: b"7z\xbc\xaf\x27\x1c" + MARK, "束ではありません", False),
    "rar": (lambda: b"Rar!\x1a\7\0" + MARK, "束ではありません", False),
    "nothing": (lambda: b"", "束ではありません|空", False),
    "an-end-alone": (lambda: b"PK\5\6" + b"\0" * 18, "bundle.yaml がありません|束では", False),
}  # fmt: skip


def files(url: str) -> list[Hostile]:
    """All of them; and a ZIP where a scan is asked for."""
    found = [
        Hostile("bundle", name, "a.zip", make, says, either=not says, heavy=heavy)
        for name, (make, says, heavy) in BUNDLES.items()
    ]
    found += cut("bundle", "zip", "a.zip", bundle, BROKEN)
    scans = {
        "zip": bundle,
        "nested-zip": lambda: _nested(1),
        "tar-gz": lambda: b"\x1f\x8b\x08\0" + MARK,
        "7z": lambda: b"7z\xbc\xaf\x27\x1c",
    }
    return found + [
        Hostile("scan", f"archive-{name}", "a.pdf", make, "ZIPなど") for name, make in scans.items()
    ]
