"""Colours and type of every chart: the Digital Agency design system's values, at least 3:1 on white."""

from __future__ import annotations

from typing import Any

BLUE, LIGHT_BLUE, GREEN, ORANGE, PURPLE, GREY = (
    "#0017c1",
    "#008bf2",
    "#259d63",
    "#fb5b01",
    "#8843e1",
    "#767676",
)
SERIES = (BLUE, LIGHT_BLUE, GREEN, ORANGE, PURPLE, GREY)
TEXT, LINE = "#1a1a1a", "#cccccc"

# Black on light fills, white on dark ones: at least 4.5:1 for the words inside a bar.
WORDS_ON = {BLUE: "#ffffff", PURPLE: "#ffffff", GREY: "#ffffff", LIGHT_BLUE: TEXT, GREEN: TEXT, ORANGE: TEXT}

# The first family that the reader's machine has is used; the server needs one of them to measure words.
FONT = "Noto Sans JP, Noto Sans CJK JP, Hiragino Sans, sans-serif"

CONFIG: dict[str, Any] = {
    "font": FONT,
    "background": "#ffffff",
    "aria": False,  # the page names the picture and gives a table; names inside it would be read twice
    "view": {"stroke": None},
    "range": {"category": list(SERIES)},
    "text": {"fontSize": 14, "color": TEXT},
    "axis": {
        "labelFontSize": 14,
        "titleFontSize": 14,
        "titleFontWeight": "normal",
        "labelColor": TEXT,
        "titleColor": TEXT,
        "gridColor": LINE,
        "domainColor": TEXT,
        "tickColor": LINE,
        "labelLimit": 240,
    },
    "legend": {
        "orient": "top",
        "title": None,
        "labelFontSize": 14,
        "labelColor": TEXT,
        "symbolType": "square",
        "symbolSize": 220,
        "labelLimit": 240,
        "columnPadding": 24,
    },
}


def shade(value: float, low: float, high: float) -> str:
    """The fill of a value between the least and the largest: one hue, or two that part at 0 where `low` < 0."""
    if low < 0:
        far = max(abs(low), abs(high))
        return _between("#ffffff", BLUE if value >= 0 else ORANGE, abs(value) / far)
    return _between("#e8f1fe", BLUE, (value - low) / (high - low) if high > low else 0.0)


def words_on(fill: str) -> str:
    """Black or white, whichever is easier to read on the fill: at least 4.5:1, whatever the fill."""
    light = _luminance(fill) + 0.05
    return "#ffffff" if 1.05 / light > light / 0.05 else "#000000"


def _channels(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def _between(start: str, end: str, share: float) -> str:
    pairs = zip(_channels(start), _channels(end), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [part / 255 for part in _channels(colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
