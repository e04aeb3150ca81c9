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
    """A protection has begun: find what is about that person."""
    if row.is_held:
        found = (
            Finding.objects.filter(birth=row.birth.isoformat())
            if row.birth
            else Finding.objects.filter(name=row.name)
        )
        look(found | Finding.objects.filter(name=row.name), [row])


def look(findings: Iterable[Finding], protections: Sequence[Protection] | None = None) -> None:
    """Put findings under every protection that they come under."""
    rows = list(held()) if protections is None else protections
    for one in findings if rows else ():
        told = Told([Named(one.name, "", one.birth)])
        for row in rows:
            if verdict := judge(row, told):
                put_under(row, KIND, one.pk, verdict.state, verdict.why)
