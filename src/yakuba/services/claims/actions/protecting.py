"""Findings about people under protection (支援措置): where somebody sees a doctor tells where they live."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from yakuba.kernel.persons.protecting import Named, Told, judge
from yakuba.kernel.protection.actions import put_under
from yakuba.kernel.protection.models import Protection
from yakuba.kernel.protection.queries import held
from yakuba.services.claims.models import Finding

KIND = "claims.finding"


def spread(row: Protection) -> None:
    """A protection has begun: find what is about that person, however the name is written."""
    if not row.is_held:
        return
    for pair in (("name", "birth"), ("other_name", "other_birth")):
        people = Finding.objects.exclude(**{pair[0]: ""}).values_list(*pair).order_by(*pair).distinct()
        for name, birth in people.iterator():
            if judge(row, Told([Named(name, "", birth)])):
                look(Finding.objects.filter(**dict(zip(pair, (name, birth), strict=True))), [row])


def look(findings: Iterable[Finding], protections: Sequence[Protection] | None = None) -> None:
    """Put findings under every protection that they come under: for the person, and for whose claim stands beside it."""
    rows = list(held()) if protections is None else protections
    for one in findings if rows else ():
        people = [Named(one.name, "", one.birth)]
        if one.other_name:
            people.append(Named(one.other_name, "", one.other_birth))
        for row in rows:
            if verdict := judge(row, Told(people)):
                put_under(row, KIND, one.pk, verdict.state, verdict.why)
