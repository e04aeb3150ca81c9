"""Whom an edition asks: bodies with their class on the day, their population, and whether they answer in this installation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.services.reform import facade as reform
from yakuba.services.robots import facade as robots
from yakuba.services.surveys.contracts import Body, BodyClass
from yakuba.services.surveys.engine.bodies import register
from yakuba.services.surveys.engine.definition import Definition


@dataclass(frozen=True)
class Recipient:
    """A body to be asked. counted_on: the day of its population; town: it, where it is of this installation's group."""

    body: Body
    counted_on: date | None
    town: Municipality | None


def recipients(definition: Definition) -> list[Recipient]:
    """In the order of their codes. Raises Invalid with every code that nobody knows."""
    known = dict(register(definition.classes_on))
    populations = reform.registered_bodies()
    towns = {town.code: town for town in robots.group_towns()}
    own = current_municipality()
    towns.setdefault(own.code, own)
    for code, name in [
        *((one.code, one.name) for one in populations.values()),
        *((one.code, one.name) for one in towns.values()),
    ]:
        known.setdefault(code, Body(code, name, "", _class_of(name)))
    lost = [code for code in definition.bodies if code not in known]
    if lost:
        raise Invalid(
            f"団体コード {'、'.join(lost[:20])} の団体が分かりません。コードを確かめるか、「業務改革」の団体の人口の表に加えてください。"
        )
    asked = definition.bodies or [code for code in sorted(known) if code in register(definition.classes_on)]
    gone = {one.code for one in definition.merged if one.since <= definition.classes_on}
    found = []
    for code in asked:
        body, population = known[code], populations.get(code)
        if body.kind not in definition.asked or code in gone:
            continue
        if population is not None:
            band = "" if body.kind == BodyClass.PREFECTURE else reform.band(population.population)
            body = replace(body, population=population.population, band=band)
        found.append(Recipient(body, population.counted_on if population else None, towns.get(code)))
    return found


def _class_of(name: str) -> BodyClass:
    """Of a body that stands in no bundled table, by its name."""
    return BodyClass.CITY if name.endswith("市") else BodyClass.TOWN
