"""What may leave the vision room."""

from __future__ import annotations

from dataclasses import dataclass

from yakuba.kernel.values.labelled import Labelled


class Purpose(Labelled):
    """What pictures are looked at for. It decides what is looked for, and what of a picture is kept."""

    ROAD = "road", "道路の損傷"
    TRAFFIC = "traffic", "通行量"
    PARKING = "parking", "駐車場"
    TRAP = "trap", "わなの写真"
    GENERAL = "general", "一般"


class Damage(Labelled):
    """The class of a road's surface as a picture shows it; not that of 舗装点検要領, which pictures of a drive cannot tell."""

    NONE = "none", "損傷は見えない"
    SOME = "some", "損傷あり"
    MUCH = "much", "損傷が多い"


class Verdict(Labelled):
    """What a person said of a picture's result."""

    RIGHT = "right", "正しい"
    WRONG = "wrong", "違う"
    UNSURE = "unsure", "分からない"


@dataclass(frozen=True)
class AnalysisFacts:
    """An analysis as other rooms see it. pictures: how many were looked at; refused: how many could not be."""

    id: int
    title: str
    purpose: str
    state: str
    pictures: int
    refused: int


@dataclass(frozen=True)
class SectionFacts:
    """A road section as measured last. metres: of its line; damage: empty where nothing was measured; latitude, longitude: of its
    middle (WGS 84)."""

    code: str
    name: str
    metres: float
    damage: str
    latitude: float
    longitude: float
