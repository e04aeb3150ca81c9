"""The surface's condition by a stated rule. 舗装点検要領 separates I, II and III by ひび割れ率 20 and 40 %, わだち掘れ 20 and
40 mm, and IRI 3 and 8 mm/m on general roads. Ruts and IRI cannot come from pictures: a class by cracks alone can only be
too good, never too bad."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from yakuba.services.vision.engine.findings import CrackFinding


class Condition(Enum):
    """診断区分, by cracks alone; the value is what staff read."""

    I = "Ⅰ 健全（ひび割れだけで見て）"  # noqa: E741
    II = "Ⅱ 表層機能保持段階（ひび割れだけで見て）"
    III = "Ⅲ 修繕段階（ひび割れだけで見て）"
    LIGHT = "ひび割れ 少ない（相対）"
    MIDDLE = "ひび割れ 中くらい（相対）"
    HEAVY = "ひび割れ 多い（相対）"
    UNKNOWN = "判定できません"


LIMITS = "わだち掘れとIRIは写真からは分かりません。"  # and more: said beside each class


@dataclass(frozen=True)
class Surface:
    """condition; share: 0..1, of cells of 0.5 m where calibrated, else of cells of the picture; calibrated; rule: how it was
    decided, in Japanese; limits: what it does not know; asks: whether a person must look."""

    condition: Condition
    share: float
    calibrated: bool
    rule: str
    limits: str
    asks: bool


def surface_of(finding: CrackFinding, metres_per_px: float | None = None) -> Surface:
    """The condition of what one picture shows. metres_per_px: of the calibrated top view in which the finding was made
    (`TopView.metres_per_px`); None: only a relative class."""
    raise NotImplementedError


def section_of(shares: list[tuple[float, float]], calibrated: bool) -> Surface:
    """The condition of a road section from (share, weight) of its pictures, weight being the area or length looked at;
    the weighted mean. No pictures: UNKNOWN."""
    raise NotImplementedError
