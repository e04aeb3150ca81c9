"""The fonts of Debian that the forms are set in and filled with, and which characters each can write."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import ImageFont

ROOT = Path("/usr/share/fonts")


@dataclass(frozen=True)
class Face:
    """A font file, its index in a collection, the Debian package it comes from, and how big it looks.

    scale corrects faces that fill their em square less than others (1.0 = IPAex Gothic).
    """

    name: str
    path: str
    package: str
    index: int = 0
    scale: float = 1.0


FACES = {
    face.name: face
    for face in (
        Face("gothic", "opentype/ipaexfont-gothic/ipaexg.ttf", "fonts-ipaexfont-gothic"),
        Face("mincho", "opentype/ipaexfont-mincho/ipaexm.ttf", "fonts-ipaexfont-mincho"),
        Face("noto", "opentype/noto/NotoSansCJK-Regular.ttc", "fonts-noto-cjk"),
        Face("noto-serif", "opentype/noto/NotoSerifCJK-Regular.ttc", "fonts-noto-cjk"),
        Face("ipa-gothic", "opentype/ipafont-gothic/ipag.ttf", "fonts-ipafont-gothic"),
        Face("ipa-mincho", "opentype/ipafont-mincho/ipam.ttf", "fonts-ipafont-mincho"),
        Face("konatu", "truetype/konatu/Konatu.ttf", "fonts-konatu"),
        Face("klee", "truetype/klee/KleeOne-Regular.ttf", "fonts-klee"),
        Face("klee-bold", "truetype/klee/KleeOne-SemiBold.ttf", "fonts-klee"),
        Face("kiloji", "truetype/kiloji/kiloji.ttf", "fonts-kiloji"),
        Face("seto", "truetype/seto/setofont.ttf", "fonts-seto"),
        Face("yoz", "truetype/yozvox-yozfont/YOzRAF.ttf", "fonts-yozvox-yozfont"),
    )
}


class FontsMissing(SystemExit):
    """Raised before anything is drawn when a font file is not there; the text names the Debian packages."""


def require_fonts(faces: dict[str, Face] | None = None, root: Path = ROOT) -> None:
    """Stop with the names of the Debian packages to install when a face's file is not below root."""
    wanted = FACES if faces is None else faces
    missing = sorted({face.package for face in wanted.values() if not (root / face.path).is_file()})
    if missing:
        raise FontsMissing(
            "帳票を描くための日本語フォントがありません。次のDebianパッケージを入れてから、もう一度実行してください。\n"
            f"  sudo apt-get install {' '.join(missing)}"
        )


@lru_cache(maxsize=512)
def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """The face at a height of size pixels (corrected by its scale)."""
    face = FACES[name]
    return ImageFont.truetype(str(ROOT / face.path), max(6, round(size * face.scale)), index=face.index)


@lru_cache(maxsize=64)
def characters(name: str) -> frozenset[int]:
    """Code points that the face has a glyph for."""
    face = FACES[name]
    with TTFont(str(ROOT / face.path), fontNumber=face.index, lazy=True) as opened:
        # Glyph names are not needed here, and working them out takes longer than all the rest.
        opened.setGlyphOrder([str(number) for number in range(opened["maxp"].numGlyphs)])
        return frozenset(opened.getBestCmap())


def can_write(name: str, text: str) -> bool:
    """True when the face has a glyph for every character of text."""
    known = characters(name)
    return all(ord(character) in known for character in text)
