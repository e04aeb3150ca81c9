"""One page while it is filled in."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from hands import Hand
from PIL import Image, ImageDraw

Box = list[int]


@dataclass(frozen=True)
class Added:
    """Ink or cover laid on after the first filling-in, in this order. coverage: 0 = covered, 255 = left alone;
    colour: blue, green, red; covering: hides what lies below (whitener, paper) instead of darkening it."""

    coverage: Image.Image
    colour: tuple[int, int, int]
    pen: bool = True
    covering: bool = False


@dataclass
class Sheet:
    """One page while it is filled in: ink (what hides the paper, 0 = ink), seal (opacity 0–255), effects."""

    hand: Hand
    rng: Random
    clean: bool
    ink: Image.Image
    stamp: Image.Image  # the numbering stamp's ink; its own layer, because no pen wobbles in it
    seal: Image.Image
    effects: list[str] = field(default_factory=list)
    ends: dict[str, tuple[int, int]] = field(default_factory=dict)  # where each line's writing ends
    added: list[Added] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pen = ImageDraw.Draw(self.ink)

    def chance(self, rate: float) -> bool:
        return not self.clean and self.rng.random() < rate


def blank_sheet(size: tuple[int, int], hand: Hand, rng: Random, clean: bool) -> Sheet:
    ink, stamp, seal = (Image.new("L", size, level) for level in (255, 255, 0))
    return Sheet(hand, rng, clean, ink, stamp, seal)
