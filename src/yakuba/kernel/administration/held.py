"""What this installation holds although its zone may not: from before the profile, from a backup, from another installation."""

from __future__ import annotations

from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.outbound import REGISTER_CLASS, class_of
from yakuba.kernel.outbound.profile import current
from yakuba.kernel.persons.models import Person


def held_beyond_the_zone() -> list[str]:
    """Sentences about the active town; none without a profile. Raises ProfileUnreadable."""
    here = current()
    if here is None:
        return []
    limit = f"{here.zone.label}で扱えるのは{here.most.label}までです。"
    found = []
    for one in Procedure.objects.order_by("code"):
        if (of_it := class_of(one.definition)) > here.most:
            found.append(f"手続「{one.title}」は{of_it.label}です。{limit}")
    if here.most < REGISTER_CLASS and Person.objects.exists():
        found.append(f"宛名の登録簿は{REGISTER_CLASS.label}です。{limit}")
    return found
