"""`{% letter_mark letter.mark %}`: the mark by which a page tells whose it is; `{% word_letter letter draft %}`: a whole page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import zxingcpp
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from yakuba.kernel.letters.letter import Mark

register = template.Library()

SIZE = 11  # mm, as drawn with its quiet zone; in the left margin of an A4 page, where no text stands
PLACE = f"position:absolute;left:6mm;top:279mm;width:{SIZE}mm;height:{SIZE}mm"
DRAFT = (
    "position:absolute;left:25mm;top:110mm;width:160mm;text-align:center;font-size:110pt;line-height:1.6;z-index:2;"
    "color:#cc0000;opacity:0.18;transform:rotate(-30deg);font-family:'Noto Sans CJK JP','IPAexGothic'"
)
TEXT = "position:absolute;left:22mm;top:290.5mm;font-size:6pt;line-height:1;white-space:nowrap;color:#000"


@register.simple_tag
def letter_mark(mark: Mark) -> SafeString:
    """The QR code at the left of the page's foot and the same as text beside it. The section around it begins at the top
    of the page and is `position: relative`."""
    return format_html(
        '<div style="{}">{}</div><div style="{}">{}</div>', PLACE, _drawn(str(mark)), TEXT, mark
    )


def _drawn(text: str) -> SafeString:
    """As lines of an SVG: nothing is fetched, and a printer draws it in its own resolution."""
    svg = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_svg()
    side, path = re.search(r'width="(\d+)"', svg), re.search(r'<path d="([^"]+)"', svg)
    assert side
    assert path
    markup = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side[1]} {side[1]}" width="{SIZE}mm" height="{SIZE}mm">'
        f'<path d="{path[1]}"/></svg>'
    )
    return mark_safe(markup)  # noqa: S308 - numbers and path commands of our own


@register.simple_tag
def word_letter(row: Mapping[str, Any], draft: bool) -> SafeString:
    """The section of a letter that a town wrote in Word (`row.word`), with its mark; across it 見本 where it is a draft."""
    return format_html(
        '<section id="{}" style="{}">{}{}{}</section>',
        row["mark"].anchor,
        row["word"].style,
        mark_safe(row["word"].body),  # noqa: S308 - our own markup, every text in it is escaped
        format_html('<div style="{}">見本</div>', DRAFT) if draft else "",
        letter_mark(row["mark"]),
    )
