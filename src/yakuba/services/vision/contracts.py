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
    """How much a road's surface is cracked, as pictures show it. It is no 診断区分 of 舗装点検要領 unless the camera is calibrated, and
    even then by cracks alone."""

    LIGHT = "light", "少ない"
    MIDDLE = "middle", "中くらい"
    HEAVY = "heavy", "多い"


class Trapped(Labelled):
    """Whether a trap's camera saw something."""

    EMPTY = "empty", "何も写っていない"
    SOMETHING = "something", "何か写っている"


class View(Labelled):
    """How the camera of a drive looks at the road."""

    AHEAD = "ahead", "車の前を向いた写真（下半分に道路）"
    DOWN = "down", "真下を向いた写真（全体が道路）"


class Verdict(Labelled):
    """What a person said of a picture's result."""

    RIGHT = "right", "正しい"
    WRONG = "wrong", "違う"
    GIVEN = "given", "人が決めた"  # nothing had been found that could be right or wrong
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
