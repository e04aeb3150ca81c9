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
