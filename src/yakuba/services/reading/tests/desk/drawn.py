"""Blank forms that a test draws: a small form of one page on which no number is printed, and the sheets filled in on it."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

GOTHIC = "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf"
WIDTH, HEIGHT = 1654, 2339
LEFT, RIGHT, HEAD = 100, 1554, 300
CELL, TALL, MARK = 46, 58, 36


@dataclass
class Drawn:
    """A page being drawn, with where each field stands. boxes: label → (type, kind, rectangles)."""

    image: Image.Image = field(default_factory=lambda: Image.new("L", (WIDTH, HEIGHT), 255))
    boxes: dict[str, tuple[str, str, list[tuple[int, int, int, int]]]] = field(default_factory=dict)
    y: int = 260

    def __post_init__(self) -> None:
        self.pen = ImageDraw.Draw(self.image)

    def text(self, x: float, y: float, text: str, size: int = 28, anchor: str = "lm", fill: int = 20) -> None:
        self.pen.text((x, y), text, fill=fill, font=ImageFont.truetype(GOTHIC, size), anchor=anchor)

    def title(self, text: str) -> None:
        self.text(WIDTH / 2, 150, text, 52, "mm")

    def frame(self, x: int, y: int, width: int, height: int, line: int = 2) -> None:
        self.pen.rectangle((x, y, x + width, y + height), outline=20, width=line)

    def row(self, label: str, height: int = 90) -> tuple[int, int]:
        """The frames of a row with its label; returns where its content begins and its middle."""
        self.frame(LEFT, self.y, HEAD, height)
        self.frame(LEFT + HEAD, self.y, RIGHT - LEFT - HEAD, height)
        self.text(LEFT + HEAD / 2, self.y + height / 2, label, anchor="mm")
        self.y += height
        return LEFT + HEAD, self.y - height // 2

    def line(self, label: str, type_: str, height: int = 90) -> None:
        x, _ = self.row(label, height)
        self.boxes[label] = type_, "line", [(x + 6, self.y - height + 6, RIGHT - x - 12, height - 12)]

    def comb(self, label: str, type_: str, cells: int, unit: str = "") -> None:
        x, middle = self.row(label)
        rect = self.cells(x + 20, middle, cells)
        self.text(rect[0] + rect[2] + 12, middle, unit)
        self.boxes[label] = type_, "comb", [rect]

    def cells(self, x: int, middle: int, cells: int) -> tuple[int, int, int, int]:
        top = middle - TALL // 2
        for number in range(1, cells):
            at = x + number * CELL
            self.pen.line((at, top, at, top + TALL), fill=110)
        self.frame(x, top, cells * CELL, TALL)
        return x, top, cells * CELL, TALL

    def marks(self, label: str, type_: str, options: list[str]) -> None:
        x, middle = self.row(label)
        at, rects = x + 24, []
        for option in options:
            self.frame(at, middle - MARK // 2, MARK, MARK)
            rects.append((at, middle - MARK // 2, MARK, MARK))
            self.text(at + MARK + 10, middle, option)
            at += MARK + 10 + 28 * len(option) + 36
        self.boxes[label] = type_, "mark", rects

    def date(self, label: str, eras: list[str]) -> None:
        x, middle = self.row(label)
        at, rects = x + 24, []
        for era in eras:
            self.frame(at, middle - MARK // 2, MARK, MARK)
            rects.append((at, middle - MARK // 2, MARK, MARK))
            self.text(at + MARK + 10, middle, era)
            at += MARK + 110
        for unit in "年月日":
            rects.append(self.cells(at, middle, 2))
            self.text(at + 2 * CELL + 8, middle, unit)
            at += 2 * CELL + 56
        self.boxes[label] = "date", "date", rects

    def png(self) -> bytes:
        out = io.BytesIO()
        self.image.save(out, "PNG", dpi=(200, 200))
        return out.getvalue()


def small_form() -> Drawn:
    """Sixteen fields and no receipt number: what a section makes for itself."""
    page = Drawn()
    page.title("古紙回収ボックス利用申込書")
    page.text(LEFT, 215, "やくば市長　様　　次のとおり申し込みます。")
    page.date("申込日", ["令和"])
    page.line("フリガナ", "kana", 76)
    page.line("氏名", "name")
    page.date("生年月日", ["昭和", "平成"])
    page.comb("郵便番号", "postal_code", 7)
    page.line("住所", "address")
    page.comb("電話番号", "phone", 11)
    page.line("団体の名称", "text")
    page.comb("会員番号", "digits", 6)
    page.comb("世帯の人数", "number", 2, "人")
    page.comb("利用回数", "number", 2, "回")
    page.comb("手数料の金額", "number", 6, "円")
    page.marks("利用の区分", "choice", ["新規", "継続", "変更"])
    page.marks("回収する曜日", "choices", ["月", "水", "金"])
    page.marks("連絡の方法", "choice", ["郵送", "窓口"])
    page.line("利用の目的", "text")
    page.text(LEFT, page.y + 60, "太い線の中を黒のボールペンで記入してください。")
    return page


WRITTEN: dict[str, Any] = {
    "申込日": ("令和", "08", "04", "01"),
    "フリガナ": "ヤマダハナコ",
    "氏名": "山田花子",
    "生年月日": ("昭和", "50", "12", "03"),
    "郵便番号": "1000001",
    "住所": "東京都千代田区千代田1-1",
    "電話番号": "0312345678",
    "団体の名称": "緑町自治会",
    "会員番号": "482913",
    "世帯の人数": "04",
    "利用回数": "12",
    "手数料の金額": "001500",
    "利用の区分": ["継続"],
    "回収する曜日": ["月", "金"],
    "連絡の方法": ["窓口"],
    "利用の目的": "資源の再利用",
}


def filled(page: Drawn, options: dict[str, list[str]], eras: dict[str, list[str]]) -> bytes:
    """PNG of a sheet of `small_form` with WRITTEN on it."""
    sheet = Drawn(page.image.copy())
    for label, value in WRITTEN.items():
        _, kind, rects = page.boxes[label]
        if kind == "line":
            x, y, _, height = rects[0]
            sheet.text(x + 24, y + height / 2, value, 42, fill=30)
        elif kind == "comb":
            _fill(sheet, rects[0], value)
        elif kind == "mark":
            for word in value:
                _tick(sheet, rects[options[label].index(word)])
        else:
            _tick(sheet, rects[eras[label].index(value[0])])
            for rect, digits in zip(rects[-3:], value[1:], strict=True):
                _fill(sheet, rect, digits)
    return sheet.png()


OPTIONS = {
    "利用の区分": ["新規", "継続", "変更"],
    "回収する曜日": ["月", "水", "金"],
    "連絡の方法": ["郵送", "窓口"],
}
ERAS = {"申込日": ["令和"], "生年月日": ["昭和", "平成"]}


def _fill(sheet: Drawn, rect: tuple[int, int, int, int], text: str) -> None:
    for number, character in enumerate(text):
        sheet.text(rect[0] + (number + 0.5) * CELL, rect[1] + rect[3] / 2, character, 40, "mm", 30)


def _tick(sheet: Drawn, rect: tuple[int, int, int, int]) -> None:
    x, y, side, _ = rect
    sheet.pen.line([(x + 6, y + 18), (x + 15, y + 30), (x + side - 3, y + 5)], fill=30, width=5)


def scanned(page: np.ndarray, degrees: float = 0.4) -> np.ndarray:
    """A blank page `[h, w]` as a scanner gives it: askew, on paper that is not white, with noise."""
    height, width = page.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    turned = cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)
    noise = np.random.default_rng(1).normal(0, 6, turned.shape)
    return np.clip(turned * 0.9 + 8 + noise, 0, 255).astype(np.uint8)
