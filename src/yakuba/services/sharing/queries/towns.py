"""Other towns of this installation, as far as they let this one count their use and send them bills.

A town says itself in its settings which body organises the sharing (`sharing.organiser`); beside that both must stand in one
group, which the operator makes. Nothing is read across towns: each is made active for a short read of its own sums.
"""

from __future__ import annotations

from collections.abc import Iterable

from yakuba.kernel.meter import queries as meter
from yakuba.kernel.tenancy import active_municipality, current_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.kernel.townsettings import value
from yakuba.services.robots import facade as robots
from yakuba.services.sharing.queries.computing import BodyBill

ORGANISER = "sharing.organiser"


def members() -> dict[str, Municipality]:
    """By code: the active town, and the towns of its group that have named it their organiser."""
    own = current_municipality()
    found = {own.code: own}
    for town in robots.group_towns():
        if town.pk != own.pk:
            with active_municipality(town):
                if str(value(ORGANISER)).strip() == own.code:
                    found[town.code] = town
    return dict(sorted(found.items()))


def out_of_reach(bills: Iterable[BodyBill]) -> list[str]:
    """Names of the bodies whose bills nobody gets on a page: outside of this installation, or without their word."""
    reached = members()
    return [one.name for one in bills if one.code not in reached]


def usage(month: str = "") -> list[meter.Total]:
    """What these towns used, by month and kind, the newest month first; sums, of nobody."""
    found: list[meter.Total] = []
    for town in members().values():
        with active_municipality(town):
            found += meter.totals(month)
    return sorted(found, key=lambda one: (one.month, one.code), reverse=True)
