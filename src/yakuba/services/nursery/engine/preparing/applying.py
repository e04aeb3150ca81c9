"""What results are judged by, without making the market anew."""

from __future__ import annotations

from collections.abc import Mapping

from yakuba.services.nursery.contracts import Applications, Applied, Slot
from yakuba.services.nursery.engine.preparing.ages import age_class
from yakuba.services.nursery.engine.preparing.facts import gives_up
from yakuba.services.nursery.engine.preparing.faults import resolved
from yakuba.services.nursery.engine.preparing.seats import slot_id
from yakuba.services.nursery.engine.rules import Rules


def applied(
    applications: Applications, rules: Rules, slots: Mapping[str, Slot], totals: Mapping[str, int]
) -> Applied:
    """The same as `Selection.applied` of the round once it was prepared, whose slots and indices are known."""
    rules = rules.for_round(applications.number)
    applications = resolved(applications)
    current = {}
    for _, child in applications.children():
        if child.current is None or child.id in applications.seated or gives_up(child, rules):
            continue
        slot = slot_id(child.current, age_class(child.birth, applications.start))
        if slot in slots:
            current[child.id] = slot
    return Applied(applications, slots, current, totals)
