"""Road sections, what was measured of them, how they changed, and which comes first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from yakuba.kernel.maps import Map, Mapped, Shape, value_map
from yakuba.kernel.townsettings import value
from yakuba.services.fieldwork import facade as fieldwork
from yakuba.services.vision.contracts import Damage, SectionFacts
from yakuba.services.vision.engine.positions import Fix
from yakuba.services.vision.engine.priorities import Candidate, Ranked, Weights, ranked
from yakuba.services.vision.engine.sections import Net, Section, trend
from yakuba.services.vision.models import RoadSection, SectionResult

REPORTS_WITHIN = 50.0  # metres from a section
LEVELS = {Damage.LIGHT: 1.0, Damage.MIDDLE: 2.0, Damage.HEAVY: 3.0}
NOT_MEASURED = "測っていない"
MOST_MAPPED = 2_000
WEIGHTS = ("damage", "length", "traffic", "age", "reports")


@dataclass(frozen=True)
class Standing:
    """A section with what the last two drives measured of it."""

    row: RoadSection
    now: SectionResult | None
    before: SectionResult | None

    @property
    def damage(self) -> Damage | None:
        """Of the last drive on which something was measured."""
        return Damage(self.now.damage) if self.now and self.now.damage else None

    @property
    def words(self) -> str:
        """The class, or that nothing was measured."""
        return self.damage.label if self.damage else NOT_MEASURED

    @property
    def trend(self) -> str:
        """How it changed between the last two drives that measured it."""
        return (
            trend(self.before.share if self.before else None, self.now.share if self.now else None)
            or "比べられない"
        )


def net_of(rows: Iterable[RoadSection]) -> tuple[Net, dict[str, int]]:
    """The sections to look places up in, and code → number of the row."""
    listed = list(rows)
    net = Net(Section(row.code, tuple((east, north) for east, north in row.line)) for row in listed)
    return net, {row.code: row.pk for row in listed}


def sections() -> QuerySet[Any]:
    """All sections by code."""
    return RoadSection.objects.order_by("code")


def standings(rows: Sequence[RoadSection]) -> list[Standing]:
    """Each with its last two measured results; where nothing was measured, the last one that says so."""
    found: dict[int, list[SectionResult]] = {row.pk: [] for row in rows}
    for result in SectionResult.objects.filter(section__in=list(found)).order_by("-on", "-pk"):
        found[result.section_id].append(result)
    made = []
    for row in rows:
        results = found[row.pk]
        told = [one for one in results if one.damage]
        now = told[0] if told else results[0] if results else None
        made.append(Standing(row, now, told[1] if len(told) > 1 else None))
    return made


def section_map(listed: Sequence[Standing]) -> Map | None:
    """The sections by class; what was not measured is grey."""
    if not listed:
        return None
    mapped = [
        Mapped(
            str(one.row), LEVELS[one.damage] if one.damage else None,
            Shape(lines=(tuple((east, north) for east, north in one.row.line),)), note=one.words,
        )
        for one in listed[:MOST_MAPPED]
    ]  # fmt: skip
    return value_map(
        mapped,
        title="道路のひび割れ（1 少ない、2 中くらい、3 多い）",
        unit="",
        breaks=[1.5, 2.5],
        first="区間",
    )


def weights() -> Weights:
    """As the town has set them."""
    return Weights(*(int(value(f"vision.weight_{name}")) for name in WEIGHTS))


def priorities() -> tuple[list[tuple[Standing, Ranked]], list[Standing]]:
    """Measured sections, the first to be repaired first, and those of which nothing was measured."""
    listed = standings(list(sections()))
    reports = _reports_near([one.row for one in listed])
    by_code = {one.row.code: one for one in listed}
    candidates = [
        Candidate(
            one.row.code,
            one.damage,
            one.row.metres,
            one.row.traffic,
            one.row.repaired_on,
            reports.get(one.row.code, 0),
        )
        for one in listed
    ]
    first = [(by_code[one.code], one) for one in ranked(candidates, weights(), timezone.localdate())]
    return first, [one for one in listed if one.damage is None]


def _reports_near(rows: Sequence[RoadSection]) -> dict[str, int]:
    """Open reports of residents about roads near each section."""
    net, _ = net_of(rows)
    found: dict[str, int] = {}
    for stop in fieldwork.stops():
        near = net.nearest(Fix(stop.latitude, stop.longitude), REPORTS_WITHIN)
        if near is not None:
            found[near[0].code] = found.get(near[0].code, 0) + 1
    return found


def middle(row: RoadSection) -> tuple[float, float]:
    """Latitude and longitude of its middle corner."""
    east, north = row.line[len(row.line) // 2]
    return north, east


def facts(one: Standing) -> SectionFacts:
    """As other rooms see it."""
    latitude, longitude = middle(one.row)
    return SectionFacts(
        one.row.code,
        one.row.name,
        one.row.metres,
        one.damage.value if one.damage else "",
        latitude,
        longitude,
    )
