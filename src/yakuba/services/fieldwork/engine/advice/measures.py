"""What a rule may look at (見る), where it comes from, and which values a table may bring."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Origin(StrEnum):
    """From what a measure is reckoned."""

    MEAN = "mean"  # the mean of days
    SUM = "sum"  # the sum of days
    TOTAL = "total"  # degree-days since sowing
    SOIL = "soil"  # the newest sample
    INDEX = "index"  # the newest picture


@dataclass(frozen=True)
class MeasureKind:
    """name: of columns and facts; low, high: values beyond them no table brings; days: how old a sample or picture may be where a
    rule does not say."""

    name: str
    unit: str
    origin: Origin
    low: float
    high: float
    days: int = 1


MEASURES = {
    "平均気温": MeasureKind("mean", "℃", Origin.MEAN, -40, 45),
    "最高気温": MeasureKind("high", "℃", Origin.MEAN, -40, 50),
    "最低気温": MeasureKind("low", "℃", Origin.MEAN, -50, 40),
    "雨量": MeasureKind("rain", "mm", Origin.SUM, 0, 1_500),
    "積算温度": MeasureKind("total", "℃・日", Origin.TOTAL, 0, 20_000),
    "pH": MeasureKind("ph", "", Origin.SOIL, 2, 12, 1_100),
    "EC": MeasureKind("ec", "mS/cm", Origin.SOIL, 0, 50, 1_100),
    "可給態窒素": MeasureKind("nitrogen", "mg/100g", Origin.SOIL, 0, 200, 1_100),
    "可給態リン酸": MeasureKind("phosphate", "mg/100g", Origin.SOIL, 0, 2_000, 1_100),
    "交換性カリ": MeasureKind("potash", "mg/100g", Origin.SOIL, 0, 2_000, 1_100),
    "腐植": MeasureKind("humus", "%", Origin.SOIL, 0, 60, 1_100),
    "NDVI": MeasureKind("NDVI", "", Origin.INDEX, -1, 1, 14),
    "VARI": MeasureKind("VARI", "", Origin.INDEX, -1, 1, 14),
}
DAILY = {word: kind for word, kind in MEASURES.items() if kind.origin in (Origin.MEAN, Origin.SUM)}
SOIL = {word: kind for word, kind in MEASURES.items() if kind.origin is Origin.SOIL}
INDICES = tuple(word for word, kind in MEASURES.items() if kind.origin is Origin.INDEX)
