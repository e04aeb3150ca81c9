"""Whether the fonts of the letters have every character: Pango is asked as WeasyPrint asks it, character by character.

A character that no font has becomes a box. Worse, some other font on the machine may draw a sign of its own in its
place, or a kanji may lose the variant that its selector asks for, without an error anywhere. So kanji, kana and signs
must be in a font that the letters name; only letters of other alphabets may come from elsewhere.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, cached_property
from typing import Any

from yakuba.kernel.letters.press import FAMILIES, unavailable

CDEF = """
typedef ... PangoFontset;
PangoFontset * pango_font_map_load_fontset (
    PangoFontMap *fontmap, PangoContext *context, const PangoFontDescription *description, PangoLanguage *language);
PangoFont * pango_fontset_get_font (PangoFontset *fontset, guint wc);
PangoFontDescription * pango_font_describe (PangoFont *font);
typedef struct { int32_t x_bearing; int32_t y_bearing; int32_t width; int32_t height; } hb_glyph_extents_t;
hb_bool_t hb_font_get_glyph_extents (hb_font_t *font, hb_codepoint_t glyph, hb_glyph_extents_t *extents);
hb_bool_t hb_font_get_nominal_glyph (hb_font_t *font, hb_codepoint_t unicode, hb_codepoint_t *glyph);
hb_bool_t hb_font_get_variation_glyph (
    hb_font_t *font, hb_codepoint_t unicode, hb_codepoint_t selector, hb_codepoint_t *glyph);
"""
SAMPLE = "あ"  # whichever font draws it stands in where none of the families is installed
SIZE = 10  # points; any
NEVER = ("Cc", "Cs", "Co", "Cn", "Cf")  # controls, surrogates, private use (外字), unassigned, invisible ones
LAID_OUT = "\n\r\t"  # blanks to the layout


def _is_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _is_foreign_letter(character: str) -> bool:
    """A letter of an alphabet or syllabary other than those of Japanese."""
    name = unicodedata.name(character, "")
    ours = name.startswith(("CJK", "KANGXI", "HIRAGANA", "KATAKANA", "HALFWIDTH", "FULLWIDTH", "HENTAIGANA"))
    return unicodedata.category(character)[0] in "LM" and not ours


class Glyphs:
    """Asks the installed fonts. families: those that the letters name, in their order. Raises PdfUnavailable where Pango
    is missing."""

    def __init__(self, families: Sequence[str] = FAMILIES) -> None:
        try:
            from cffi import FFI  # type: ignore[import-untyped]
            from weasyprint.text import ffi as known
            from weasyprint.text.fonts import FontConfiguration

            self._ffi = FFI()
            self._ffi.include(known.ffi)
            self._ffi.cdef(CDEF)
            self._pango = self._ffi.dlopen("libpango-1.0.so.0")
            self._harfbuzz = self._ffi.dlopen("libharfbuzz.so.0")
        except OSError as error:
            raise unavailable() from error
        self._known = known.pango
        self._fonts = FontConfiguration()
        self._families = tuple(families)
        self._fontset = self._load(", ".join(families))
        self.has = cache(self._has)

    def lacking(self, text: str) -> list[str]:
        """The characters, each with its variation selector, that would not be printed as they are; each once."""
        found: dict[str, None] = {}
        for at, character in enumerate(text):
            if _is_selector(character):
                base = text[at - 1] if at else ""
                if not base or not self._has_variant(base, character):
                    found[base + character] = None
            elif not self.has(character):
                found[character] = None
        return list(found)

    def draws(self, family: str) -> bool:
        """Whether that family is what draws Japanese here, so that it is installed under this name."""
        return self._family(self._font(SAMPLE)) == family

    def _has(self, character: str) -> bool:
        if character in LAID_OUT or unicodedata.category(character) == "Zs":
            return True
        if unicodedata.category(character) in NEVER:
            return False
        font = self._font(character)
        shapes = self._shapes(font)
        if not self._harfbuzz.hb_font_get_nominal_glyph(shapes, ord(character), self._room):
            return False
        if not self._is_drawn(shapes, self._room[0]):
            return False
        return self._family(font) in self._trusted or _is_foreign_letter(character)

    def _is_drawn(self, shapes: Any, glyph: int) -> bool:
        """A letter may have a glyph that leaves the paper white: a Hangul filler (U+3164), a Braille blank."""
        size = self._ffi.new("hb_glyph_extents_t *")
        found = self._harfbuzz.hb_font_get_glyph_extents(shapes, glyph, size)
        return not found or bool(size.width and size.height)

    def _has_variant(self, base: str, selector: str) -> bool:
        if not self.has(base):
            return False
        shapes = self._shapes(self._font(base))
        found = self._harfbuzz.hb_font_get_variation_glyph(shapes, ord(base), ord(selector), self._room)
        return bool(found)

    @cached_property
    def _room(self) -> Any:
        return self._ffi.new("hb_codepoint_t *")

    @cached_property
    def _trusted(self) -> frozenset[str]:
        """The families that the letters name, or what stands in for them."""
        return frozenset({*self._families, self._family(self._font(SAMPLE))})

    def _font(self, character: str) -> Any:
        return self._pango.pango_fontset_get_font(self._fontset, ord(character))

    def _shapes(self, font: Any) -> Any:
        return self._known.pango_font_get_hb_font(font)

    def _family(self, font: Any) -> str:
        described = self._pango.pango_font_describe(font)
        family = self._ffi.string(self._known.pango_font_description_get_family(described))
        self._known.pango_font_description_free(described)
        return str(family.decode("utf-8", "replace"))

    def _load(self, families: str) -> Any:
        context = self._known.pango_font_map_create_context(self._fonts.font_map)
        description = self._known.pango_font_description_new()
        names = self._ffi.new("char[]", families.encode())
        self._known.pango_font_description_set_family(description, names)
        self._known.pango_font_description_set_absolute_size(description, SIZE * 1024)
        japanese = self._known.pango_language_from_string(self._ffi.new("char[]", b"ja"))
        fontset = self._pango.pango_font_map_load_fontset(
            self._fonts.font_map, context, description, japanese
        )
        self._keep = (context, description, names)
        return fontset


def told(characters: Iterable[str]) -> str:
    """The characters as staff can look them up: 「𩸽」（U+29E3D）."""
    return "、".join(
        f"「{shown(one)}」（{' '.join(f'U+{ord(part):04X}' for part in one)}）" for one in characters
    )


def shown(characters: str) -> str:
    """The text as a page can show it."""
    return "".join("�" if unicodedata.category(one) in ("Cc", "Cs", "Cn") else one for one in characters)
