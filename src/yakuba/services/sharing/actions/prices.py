"""Prices of bodies are written and taken away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from django.db import transaction

from yakuba.kernel.audit.actor import Actor, known
from yakuba.services.sharing.engine.benchmark import Paid
from yakuba.services.sharing.models import Price


@transaction.atomic
def keep(rows: Iterable[Paid], *, actor: Actor) -> int:
    """What is there of the same body, year, kind and product is replaced. → how many."""
    number = 0
    for one in rows:
        given = asdict(one) | {"options": list(one.options)}
        key = {name: given.pop(name) for name in ("code", "year", "kind", "product")}
        Price.objects.update_or_create(**key, defaults=given | {"entered_by": known(actor)})
        number += 1
    return number


def remove(row: Price) -> None:
    """It was wrong."""
    row.delete()
