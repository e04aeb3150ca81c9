"""Where a round's facilities are and how many seats are free: a map for who looks for a place near a family."""

from __future__ import annotations

from collections.abc import Mapping

from yakuba.kernel.maps import Map, Mapped, Shape, value_map
from yakuba.kernel.maps.geojson import Position
from yakuba.services.nursery.contracts import AGES
from yakuba.services.nursery.models import Facility, Round
from yakuba.services.nursery.queries.rounds import facilities

LONGITUDE, LATITUDE = ("経度", "longitude", "lon"), ("緯度", "latitude", "lat")


def facility_map(round: Round) -> Map | None:
    """The facilities whose list has 緯度 and 経度 (degrees), with their free seats; None where no facility has both.

    A facility without, or with degrees outside Japan, is told under the map and stands in its table.
    """
    every = list(facilities(round))
    known = {one.pk: at for one in every if (at := position(one.facts))}
    if not known:
        return None
    names = [one.name for one in every]
    rows = [
        _mapped(
            one, known.get(one.pk), one.name if names.count(one.name) == 1 else f"{one.name}（{one.code}）"
        )
        for one in every
    ]
    return value_map(
        (one for one in rows if one.shape.points),
        title="施設の場所と空き枠",
        unit="人",
        first="施設",
        left_out=[one for one in rows if not one.shape.points],
        sources=("施設の場所：取り込んだ表の緯度と経度",),
    )


def _mapped(facility: Facility, at: Position | None, label: str) -> Mapped:
    free = "、".join(
        f"{age}歳 {facility.vacancies[str(age)]}" for age in AGES if facility.vacancies.get(str(age))
    )
    return Mapped(label, float(facility.seats), Shape(points=(at,) if at else ()), free)


def position(facts: Mapping[str, str]) -> Position | None:
    """Degrees east and north of what a list says; None where it says nothing that lies in Japan."""
    east, north = (_degrees(facts, names) for names in (LONGITUDE, LATITUDE))
    if east is None or north is None or not (122 <= east <= 154 and 20 <= north <= 46):
        return None
    return east, north


def _degrees(facts: Mapping[str, str], names: tuple[str, ...]) -> float | None:
    text = next((facts[name] for name in names if facts.get(name)), "")
    try:
        return float(text)
    except ValueError:
        return None
