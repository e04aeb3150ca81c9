"""Who fills a form in: a printer or a pen, with its font, ink and way of ticking; and the text as that hand writes it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

import fonts
from applications import Application
from people import Person

PRINT_FACES = ("gothic", "mincho", "noto", "noto-serif", "ipa-gothic", "ipa-mincho", "konatu")
PEN_FACES = ("klee", "klee-bold", "kiloji", "seto", "yoz")
STAMP_FACES = ("gothic", "noto", "mincho", "noto-serif")  # a numbering stamp has no slashed zero

# Share of the applications that come out of a printer, by procedure; the others are written with a pen.
PRINTED_RATE = {"nursery-admission": 0.2, "resident-tax-change": 0.65, "bus-pass": 0.15}
HALF_KANA_RATE = 0.1  # of printed applications, those whose readings are in half-width katakana
FULL_DIGITS_RATE = 0.25  # of printed applications, those whose addresses have full-width digits
ZERO_PADDED_RATE = 0.35  # of applications, those that write 令和06年04月

PEN_TICKS = {"check": 58, "cross": 8, "filled": 12, "circle": 22}
PRINT_TICKS = {"check": 60, "filled": 40}
# Blue, green, red of the ink; the darkest a pen gets on a scan.
PEN_INKS = {"black": (45, 42, 40), "blue-black": (95, 55, 40), "blue": (140, 60, 35)}


@dataclass(frozen=True)
class Hand:
    """kind: print | pen; ink: (blue, green, red), 0 = dark; ticks: check | cross | filled | circle."""

    kind: str
    face: str
    ink: tuple[int, int, int]
    ticks: str
    gap: str  # between surname and given name
    zero_padded: bool = False
    half_kana: bool = False
    full_digits: bool = False

    @property
    def label(self) -> str:
        return f"{self.kind}:{self.face}"

    @property
    def pen(self) -> bool:
        return self.kind == "pen"


def draw_face(candidates: tuple[str, ...], texts: Iterable[str], rng: Random) -> str:
    """A face that has a glyph for everything; the best-equipped one when none has."""
    wanted = "".join(texts)
    able = [face for face in candidates if fonts.can_write(face, wanted)]
    return rng.choice(able) if able else min(candidates, key=lambda face: len(missing(face, wanted)))


def missing(face: str, text: str) -> set[str]:
    return {character for character in text if not fonts.can_write(face, character)}


def draw_hand(application: Application, rng: Random, clean: bool = False) -> Hand:
    """The hand that fills an application in. clean: a tidy one, for tests that want no surprises."""
    texts = [*application.values.values(), "０１２３４５６７８９－・"]
    printed = rng.random() < PRINTED_RATE[application.procedure]
    faces, ticks = (PRINT_FACES, PRINT_TICKS) if printed else (PEN_FACES, PEN_TICKS)
    tick = rng.choices(list(ticks), list(ticks.values()))[0]
    return Hand(
        kind="print" if printed else "pen",
        face=draw_face(faces, texts, rng),
        ink=(30, 30, 30) if printed else rng.choice(list(PEN_INKS.values())),
        ticks="check" if clean else tick,
        gap="　" if clean else rng.choices(("　", " ", ""), (70, 20, 10))[0],
        zero_padded=not clean and rng.random() < ZERO_PADDED_RATE,
        half_kana=not clean and printed and rng.random() < HALF_KANA_RATE,
        full_digits=not clean and printed and rng.random() < FULL_DIGITS_RATE,
    )


def half_width(kana: str) -> str:
    """Katakana in half width (voicing marks become characters of their own)."""
    return "".join(HALF_WIDTH.get(character, character) for character in kana)


def half_width_table() -> dict[str, str]:
    singles = [chr(code) for code in range(0xFF66, 0xFF9E)]
    forms = singles + [single + mark for single in singles for mark in "ﾞﾟ"]
    table = {}
    for form in forms:
        full = unicodedata.normalize("NFKC", form)
        if len(full) == 1:
            table[full] = form
    return table


HALF_WIDTH = half_width_table()
FULL_DIGITS = str.maketrans("0123456789-", "０１２３４５６７８９－")


def spaced(hand: Hand, person: Person, kana: bool) -> str:
    """A person's name or reading with the gap this hand leaves between its parts."""
    if kana:
        text = f"{person.surname_kana}{hand.gap}{person.given_kana}"
        return half_width(text) if hand.half_kana else text
    return f"{person.surname}{hand.gap}{person.given}"


def as_written(hand: Hand, application: Application, field: dict) -> str:
    """The text of a field's line as this hand writes it on paper."""
    code, kind = field["code"], field["type"]
    text = application.values[code]
    if text and code in application.people:
        return spaced(hand, application.people[code], kind == "kana")
    if kind == "address" and hand.full_digits:
        return text.translate(FULL_DIGITS)
    return text
