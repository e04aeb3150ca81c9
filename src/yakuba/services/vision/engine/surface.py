"""The surface's condition by a stated rule.

舗装点検要領 (2016) separates I, II and III of general roads by ひび割れ率 20 and 40 %, わだち掘れ量 20 and 40 mm, and IRI 3 and
8 mm/m. Ruts and IRI cannot come from pictures: a class by cracks alone can only be too good, never too bad. ひび割れ率 is
counted over cells of 0.5 m; the share of such cells that hold a crack is near to it and not the same. Without a calibrated
top view there is no metre, and only a relative class is given.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from yakuba.services.vision.engine.findings import CrackFinding

MESH_M = 0.5  # metres of a cell
SECOND, THIRD = 0.20, 0.40  # shares at which II and III begin
RELATIVE = (0.05, 0.20)  # shares of cells of the picture at which middle and heavy begin: ours, no standard
NEAR = 0.03  # so near to a border a person looks
CELL_FITS = 0.25  # the cells of the finding may be so much larger or smaller than 0.5 m


class Condition(Enum):
    """診断区分, by cracks alone; the value is what staff read."""

    I = "Ⅰ 健全（ひび割れだけで見て）"  # noqa: E741
    II = "Ⅱ 表層機能保持段階（ひび割れだけで見て）"
    III = "Ⅲ 修繕段階（ひび割れだけで見て）"
    LIGHT = "ひび割れ 少ない（相対）"
    MIDDLE = "ひび割れ 中くらい（相対）"
    HEAVY = "ひび割れ 多い（相対）"
    UNKNOWN = "判定できません"


CLASSES = (Condition.I, Condition.II, Condition.III)
RELATIVES = (Condition.LIGHT, Condition.MIDDLE, Condition.HEAVY)
LIMITS = (
    "わだち掘れとIRI（平たん性）は写真からは分かりません。実際の区分はこれより悪いことがあります。"
    "走行写真での正しさは測っていません。"
)
LIMITS_RELATIVE = (
    f"{LIMITS}カメラの高さ・角度・焦点距離が設定されていないため、長さも割合も道路の上の値ではありません。"
    "同じカメラ・同じ範囲の写真どうしを比べるためだけに使ってください。"
)
RULE = (
    "道路を上から見た形に直し、0.5m四方のますのうち、ひび割れのあるますの割合で分けました"
    "（20%未満 Ⅰ、20%以上40%未満 Ⅱ、40%以上 Ⅲ。境は舗装点検要領のひび割れ率に合わせたもの）。"
)
RULE_RELATIVE = (
    "写真を四角のますに分け、ひび割れのあるますの割合で分けました（5%未満 少ない、20%未満 中くらい）。"
)


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


def cell_px(metres_per_px: float) -> int:
    """The `cell_px` with which cracks must be looked for in a calibrated top view, so that its cells are 0.5 m."""
    return max(8, round(MESH_M / metres_per_px))


def surface_of(finding: CrackFinding, metres_per_px: float | None = None) -> Surface:
    """The condition of what one picture shows. metres_per_px: of the calibrated top view in which the finding was made
    (`TopView.metres_per_px`, with `cell_px` of it); None: only a relative class. Cells that are not 0.5 m make it relative
    too."""
    calibrated = (
        metres_per_px is not None
        and math.isfinite(metres_per_px)
        and metres_per_px > 0
        and abs(finding.cell_px * metres_per_px / MESH_M - 1) <= CELL_FITS
    )
    if not finding.road_px or (finding.doubts and not finding.parts):
        return _unknown(calibrated, finding.road_px > 0)
    return _of(finding.grid_share, calibrated, asks=bool(finding.doubts))


def section_of(shares: Sequence[tuple[float, float]], calibrated: bool) -> Surface:
    """The condition of a road section from (share, weight) of its pictures, weight being the area or length looked at;
    the weighted mean. No pictures, or none that was looked at: UNKNOWN."""
    fit = [
        (share, weight)
        for share, weight in shares
        if math.isfinite(share) and math.isfinite(weight) and weight > 0 and 0 <= share <= 1
    ]
    if not fit:
        return _unknown(calibrated, bool(shares))
    whole = sum(weight for _, weight in fit)
    return _of(sum(share * weight for share, weight in fit) / whole, calibrated, asks=len(fit) < len(shares))


def _unknown(calibrated: bool, asks: bool) -> Surface:
    return Surface(
        Condition.UNKNOWN,
        0.0,
        calibrated,
        RULE if calibrated else RULE_RELATIVE,
        LIMITS if calibrated else LIMITS_RELATIVE,
        asks,
    )


def _of(share: float, calibrated: bool, *, asks: bool) -> Surface:
    borders = (SECOND, THIRD) if calibrated else RELATIVE
    names = CLASSES if calibrated else RELATIVES
    place = sum(share >= border for border in borders)
    near = any(abs(share - border) < NEAR for border in borders)
    return Surface(
        names[place],
        share,
        calibrated,
        RULE if calibrated else RULE_RELATIVE,
        LIMITS if calibrated else LIMITS_RELATIVE,
        asks or near,
    )
