"""A page while somebody does to it what forms do not foresee: which fields are free, and what to write with."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

import cv2
import fonts
import numpy as np
import places
from applications import Application, receipt_number
from hands import PEN_FACES, PEN_INKS, Hand, draw_face
from people import Person, draw_person
from PIL import Image, ImageDraw
from sheet import Added, Box, Sheet
from writing import SMALLEST, face_for, fill_box, put

Colour = tuple[int, int, int]  # blue, green, red
RED: Colour = (60, 50, 205)
NEAR = 110  # pixels: fields nearer than this to a trick are left to it
DARK = 160  # grey level: darker is print


class Unfit(Exception):
    """No field of the page is fit for this; another page or kind has to be tried."""


@dataclass(frozen=True)
class Judged:
    """What a clerk reads in a field. truth None: she would ask, so whatever passes is wrong. whole_page: said of all
    fields of the page at once, which count as one."""

    field: str
    kind: str
    truth: str | None
    whole_page: bool = False


@dataclass
class Page:
    """One page of an application, and what has been done to it. boxes: from form.yaml, by field; fields: from the
    procedure; taken: fields that were written here and are not filled in again; near: fields that are not free; faint: something was written of which
    a black-and-white scan would show nothing."""

    boxes: dict[str, dict]
    fields: dict[str, dict]
    application: Application
    sheet: Sheet
    print: np.ndarray
    rng: Random
    taken: set[str] = field(default_factory=set)
    near: set[str] = field(default_factory=lambda: {"receipt_number"})
    faint: bool = False

    def value(self, code: str) -> str:
        return self.application.values[code]

    def free(self, *kinds: str, types: tuple[str, ...] = (), filled: bool | None = True) -> list[str]:
        """Fields of these box kinds and types, filled in or empty (None: either), in an order drawn at random."""
        found = [
            code
            for code, box in self.boxes.items()
            if code not in self.near
            and box["kind"] in kinds
            and (not types or self.fields[code]["type"] in types)
            and (filled is None or bool(self.value(code)) == filled)
        ]
        self.rng.shuffle(found)
        return found

    def pick(self, *kinds: str, code: str = "", types: tuple[str, ...] = ()) -> str:
        """One free field, or the one asked for; Unfit when there is none."""
        found = self.free(*kinds, types=types)
        if (code or not found) and code not in found:
            raise Unfit
        return self.claim(code or found[0])

    def claim(self, *codes: str) -> str:
        """Keep other tricks away from these fields and their neighbours; returns the first."""
        for code in codes:
            _, y, _, height = self.extent(code)
            for other in self.boxes:
                _, top, _, tall = self.extent(other)
                if abs(top + tall / 2 - y - height / 2) < NEAR:
                    self.near.add(other)
        return codes[0]

    def extent(self, code: str) -> Box:
        """The rectangle around a field's boxes."""
        found = list(rectangles(self.boxes[code]).values())
        left, top = min(box[0] for box in found), min(box[1] for box in found)
        right, foot = max(box[0] + box[2] for box in found), max(box[1] + box[3] for box in found)
        return [left, top, right - left, foot - top]

    def write(self, code: str, value: str, person: Person | None = None, box: dict | None = None) -> None:
        """Fill a field in with this value, in its own box or another; it is not filled in again."""
        self.taken.add(code)
        people = {name: one for name, one in self.application.people.items() if name != code}
        if person:
            people[code] = person
        values = {**self.application.values, code: value}
        said = dataclasses.replace(self.application, values=values, people=people)
        fill_box(self.sheet, box or self.boxes[code], said, self.fields[code])

    def write_own(self, code: str, box: dict | None = None) -> None:
        self.write(code, self.value(code), self.application.people.get(code), box)

    @contextmanager
    def pen(self, colour: Colour | None = None, thin: bool = False) -> Iterator[Sheet]:
        """Write on with a pen of this colour (default: the writer's own, or black on printed forms)."""
        sheet = self.sheet
        kept = sheet.ink, sheet.pen, sheet.hand
        ink = colour or (sheet.hand.ink if sheet.hand.pen else PEN_INKS["black"])
        sheet.ink = Image.new("L", kept[0].size, 255)
        sheet.pen = ImageDraw.Draw(sheet.ink)
        sheet.hand = pen_hand(sheet.hand, ink, list(self.application.values.values()), self.rng)
        try:
            yield sheet
        finally:
            layer = sheet.ink
            if thin:
                layer = Image.fromarray(cv2.dilate(np.asarray(layer), np.ones((2, 2), np.uint8)))
            sheet.added.append(Added(layer, ink))
            sheet.ink, sheet.pen, sheet.hand = kept

    def cover(self, box: Box, level: int = 255, edge: int = 0) -> None:
        """Lay whitener or a slip of paper over a rectangle; edge: grey level of its rim, 0 for none."""
        x, y, width, height = box
        for inset, grey in ((0, edge), (2, level)) if edge else ((0, level),):
            mask = Image.new("L", self.sheet.ink.size, 255)
            place = (x + inset, y + inset, x + width - inset, y + height - inset)
            ImageDraw.Draw(mask).rectangle(place, fill=0)
            self.sheet.added.append(Added(mask, (grey,) * 3, pen=False, covering=True))

    def room_beside(self, code: str, width: int, after: int = 0) -> int:
        """x of the first `width` unprinted columns right of a field (or of `after`); Unfit when there are none."""
        x, y, wide, height = self.extent(code)
        columns = (self.print[y + 8 : y + height - 8] < DARK).any(axis=0)
        start = max(x + wide, after) + 8
        for at in range(start, columns.size - width - 70):
            if columns[at]:
                if start == at:
                    start += 1
                    continue
                start = at + 1
            elif at - start >= width:
                return start
        raise Unfit

    def room_after(self, code: str, width: int) -> int:
        """x behind a line's writing where `width` pixels are left in its box; Unfit when there are not."""
        x, _, wide, _ = self.boxes[code]["box"]
        at = self.sheet.ends[code][0] + 14
        if at + width > x + wide:
            raise Unfit
        return at

    def scrawl(self, text: str, x: float, middle: float, size: int, room: float) -> float:
        """Text at a place where the form has none, smaller where it would not fit; returns where it ends."""
        face = face_for(self.sheet, text)
        while size >= SMALLEST - 6 and fonts.font(face, size).getlength(text) * 1.06 > room:
            size -= 1
        if size < SMALLEST - 6:
            raise Unfit
        font = fonts.font(face, size)
        for character in text:
            advance = font.getlength(character) * 1.06
            if not character.isspace():
                put(self.sheet, self.sheet.ink, face, character, size, (x + advance / 2, middle))
            x += advance
        return x

    def another(self, code: str) -> tuple[str, Person | None]:
        """A value that the field could have had as well, and the person when it is a name."""
        return another_value(self, code)


def rectangles(box: dict) -> dict[str, Box]:
    """Every rectangle of a box, by option, era or part of a date; the only one of a line or comb by ""."""
    if box["kind"] == "mark":
        return dict(box["marks"])
    if box["kind"] == "date":
        return {**box["eras"], **{part: box[part] for part in ("year", "month", "day")}}
    return {"": box["box"]}


def pen_hand(hand: Hand, ink: Colour, texts: list[str], rng: Random) -> Hand:
    """The same hand, or for a printed form the pen that somebody took afterwards."""
    if hand.pen:
        return dataclasses.replace(hand, ink=ink)
    return Hand("pen", draw_face(PEN_FACES, texts, rng), ink, "check", hand.gap)


def other_digits(text: str, rng: Random) -> str:
    """The same number with one or two other digits; never the same, never with a new 0 in front."""
    digits = list(text)
    for at in rng.sample(range(len(digits)), min(len(digits), rng.choice((1, 1, 2)))):
        digits[at] = rng.choice([digit for digit in "123456789" if digit != digits[at]])
    return "".join(digits)


def another_value(page: Page, code: str) -> tuple[str, Person | None]:
    definition, value, rng = page.fields[code], page.value(code), page.rng
    kind = definition["type"]
    if kind in ("name", "kana"):
        person = draw_person(rng)
        return (person.kana if kind == "kana" else person.name), person
    if kind == "date":
        day = date.fromisoformat(value) + timedelta(days=rng.choice((-31, -9, -2, 1, 3, 10, 30)))
        return day.isoformat(), None
    if kind == "choice":
        return rng.choice([option for option in definition["options"] if option != value]), None
    if kind == "address":
        return places.draw_address(rng.choice(places.prefectures()), rng, with_building=False)[1], None
    if kind == "receipt_number":
        return receipt_number(rng.randrange(1_000_000)), None
    if kind in ("number", "digits", "phone", "postal_code"):
        return other_digits(value, rng), None
    wishes = [one for name, one in page.application.values.items() if name.startswith("wish_") and one]
    if definition.get("lexicon") and len(set(wishes) - {value}):
        return rng.choice(sorted(set(wishes) - {value})), None
    return places.draw_employer(rng), None
