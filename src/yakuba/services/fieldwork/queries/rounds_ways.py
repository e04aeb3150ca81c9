"""How far it is between the places of a plan: over the town's roads, or along straight lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yakuba.kernel.files.storage import content_of
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.townsettings import value
from yakuba.services.fieldwork.engine.rounds.graphs import unpacked
from yakuba.services.fieldwork.engine.rounds.problem import Ways
from yakuba.services.fieldwork.engine.rounds.roads import Snapped, ways
from yakuba.services.fieldwork.engine.rounds.travel import Point, straight
from yakuba.services.fieldwork.models import RoadFile


@dataclass(frozen=True)
class Measured:
    """The ways, how they were measured, and what is to be known of places, a sentence each."""

    ways: Ways
    basis: str
    warnings: tuple[str, ...] = ()


def roads_in_use() -> RoadFile | None:
    """The road file that ways are measured on; None for straight lines."""
    found: RoadFile | None = RoadFile.objects.select_related("file").filter(in_use=True).first()
    return found


def factor() -> float:
    """The town's detour factor."""
    return int(value("fieldwork.detour_percent")) / 100


def measured(points: Sequence[Point], names: Sequence[str]) -> Measured:
    """The ways between the points, which people call by these names. Raises Conflict where the road file cannot be used."""
    row = roads_in_use()
    if row is None:
        kmh = int(value("fieldwork.speed"))
        basis = f"直線距離×{factor():.2f}、時速{kmh}km"
        return Measured(straight(points, factor(), kmh), basis)
    try:
        found = ways(unpacked(row.head, content_of(row.file)), points)
    except (KeyError, TypeError, ValueError) as error:
        raise Conflict(
            f"道路のファイル「{row.name}」が壊れています。入れ直すか、直線距離に切り替えてください。"
        ) from error
    return Measured(
        found.ways, f"道路のファイル「{row.name}」（{row.source}）", tuple(_warnings(found, names))
    )


def _warnings(found: Snapped, names: Sequence[str]) -> list[str]:
    told = [
        f"「{names[number]}」は、いちばん近い道路から{metres:,}m離れています。場所が正しいか、道路が抜けていないか確かめてください。"
        for number, metres in found.far.items()
    ]
    for island in found.islands:
        listed = "".join(f"「{names[number]}」" for number in island[:10]) + (
            "ほか" if len(island) > 10 else ""
        )
        told.append(
            f"{listed}は、ほかの場所と行き来できる道路がありません。橋や渡船の道が道路のファイルから抜けていないか、一方通行が正しいか確かめてください。"
        )
    return told
