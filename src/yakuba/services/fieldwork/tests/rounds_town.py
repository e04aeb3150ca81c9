"""Two crews, some places, and a plan: what the tests of rounds begin with."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

from django.utils import timezone
from PIL import Image

from yakuba.kernel.accounts.models import User
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.fieldwork.actions import (
    rounds_answers,
    rounds_changes,
    rounds_crews,
    rounds_plans,
    rounds_visits,
)
from yakuba.services.fieldwork.contracts import VisitKind
from yakuba.services.fieldwork.engine.rounds.entries import GivenCrew, GivenStop
from yakuba.services.fieldwork.models import Crew, RoundChange, RoundPlan, RoundStop, StopEvent

MONDAY = date(2026, 11, 30)
ALL_DAY = ("0:00-24:00",) * 7
BASE = (34.398, 132.520)


def crew(clerk: User, name: str, **given: Any) -> Crew:
    """A crew at the town hall, on work days from 8:30 to 17:15."""
    place = {"latitude": BASE[0], "longitude": BASE[1], "place": "役場"}
    return rounds_crews.save_crew(GivenCrew(name, **(place | given)), actor=clerk)


def stop(title: str, number: int = 1, **given: Any) -> GivenStop:
    """A place some hundred metres from the one of the next number."""
    place = {"latitude": BASE[0] + 0.004 * number, "longitude": BASE[1] + 0.003 * (number % 3)}
    return GivenStop(title, **(place | given))


def plan(
    clerk: User, crews: Sequence[Crew], stops: Sequence[GivenStop], day: date = MONDAY, days: int = 1
) -> RoundPlan:
    """A plan with these stops, not calculated yet."""
    made = rounds_plans.new_plan("道路の補修", day, days, [one.pk for one in crews], actor=clerk)
    for one in stops:
        rounds_plans.add_stop(made.pk, one, actor=clerk)
    made.refresh_from_db()
    return made


def quickly(clerk: User) -> None:
    """A second of search is enough for the few stops of a test: what is asserted holds of every plan."""
    set_values({"fieldwork.search_seconds": 1}, actor=clerk)


def calculated(clerk: User, made: RoundPlan) -> RoundPlan:
    """As the worker does it."""
    rounds_plans.begin(made.pk, actor=clerk)
    rounds_answers.work(made.pk)
    made.refresh_from_db()
    return made


def under_way(clerk: User, stops: Sequence[GivenStop], names: Sequence[str] = ("一班", "二班")) -> RoundPlan:
    """A plan of today and tomorrow that the crews have, who work around the clock: no test depends on the hour."""
    quickly(clerk)
    crews = [crew(clerk, name, hours=ALL_DAY, breaks="") for name in names]
    made = calculated(clerk, plan(clerk, crews, stops, timezone.localdate(), 2))
    return rounds_plans.publish(made.pk, actor=clerk)


def answered(change: RoundChange) -> RoundChange:
    """As the worker does it."""
    rounds_changes.work(change.pk)
    change.refresh_from_db()
    return change


def say(clerk: User, at: RoundStop, by: Crew, kind: VisitKind, key: str = "", **more: Any) -> StopEvent:
    """What a crew presses."""
    said = rounds_visits.Said(kind, **more)
    return rounds_visits.note(at.pk, by.pk, said, key or secrets.token_hex(16), actor=clerk)


def picture() -> bytes:
    """A photograph with a place in its EXIF."""
    made = Image.linear_gradient("L").resize((320, 240)).convert("RGB")
    exif = Image.Exif()
    exif[0x010E] = "秘密の説明"
    exif.get_ifd(0x8825).update({1: "N", 2: (34.0, 23.0, 0.0), 3: "E", 4: (132.0, 31.0, 0.0)})
    out = BytesIO()
    made.save(out, "JPEG", exif=exif)
    return out.getvalue()


def roads(*, bridge: bool) -> dict[str, Any]:
    """Two banks of a river with a street each, and a bridge or none."""

    def line(*points: tuple[float, float]) -> dict[str, Any]:
        geometry = {"type": "LineString", "coordinates": [[east, north] for north, east in points]}
        return {"type": "Feature", "properties": {"highway": "residential"}, "geometry": geometry}

    south = line((34.398, 132.510), (34.398, 132.520), (34.398, 132.540))
    north = line((34.410, 132.510), (34.410, 132.520), (34.410, 132.540))
    over = [line((34.398, 132.520), (34.410, 132.520))] if bridge else []
    return {"type": "FeatureCollection", "features": [south, north, *over]}
