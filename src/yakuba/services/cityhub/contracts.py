"""What may leave the room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class LastValue:
    """The newest reading of a series. at: seconds since 1970 UTC."""

    entity_id: str
    attribute: str
    number: float | None
    unit: str
    at: float


@dataclass(frozen=True)
class SurveyPicture:
    """A drone's picture on the map. bands: how many."""

    number: int
    title: str
    day: date
    bands: int


@dataclass(frozen=True)
class FieldFigures:
    """An index over a polygon. pixels: with a value, of `wanted`; middle, low, high: the 50th, 10th and 90th of a hundred, None
    without a pixel."""

    pixels: int
    wanted: int
    middle: float | None
    low: float | None
    high: float | None
