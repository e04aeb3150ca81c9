"""Erasing whole rounds; until then their cases stay, so that a result can be explained and proved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.protection.models import Covered
from yakuba.kernel.registry.erasing import Unit
from yakuba.kernel.tables.files import EXCEL, written
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.services.nursery.models import (
    Application,
    Decision,
    HandOver,
    NoticePrint,
    Placement,
    Round,
    Run,
    Snapshot,
)
from yakuba.services.nursery.queries import covering, exports

CODE = "nursery:rounds"


def units() -> list[Unit]:
    """The rounds."""
    return [Unit(CODE, "入所選考　選考回", due=due, erase=erase, values=values, export=export)]


def due(before: datetime) -> list[int]:
    """Frozen rounds whose children had begun before that moment, and behind which no later round still selects."""
    rows = Round.objects.filter(
        state=Round.State.FROZEN, start__lt=before.date(), frozen_at__lt=before, later=None
    )
    return list(rows.order_by("start", "pk").values_list("pk", flat=True))


def values(keys: Sequence[int]) -> list[str]:
    """What tells whose applications they are."""
    rows = Application.objects.filter(round__in=keys)
    facts = [text for row in rows for text in row.facts.values() if isinstance(text, str)]
    return [*(row.name for row in rows), *(row.receipt_number for row in rows), *facts]


def erase(keys: Sequence[int]) -> list[StoredFile]:
    """All of a round but the cases, which go by their procedure's own rule."""
    rounds = Round.objects.select_for_update(of=("self",)).filter(pk__in=keys)
    prints = NoticePrint.objects.filter(round__in=keys).select_related("pdf")
    files = [one.pdf for one in prints if one.pdf is not None]
    children = Application.objects.filter(round__in=keys)
    gone = [str(key) for key in children.values_list("pk", flat=True)]
    rounds.update(adopted=None)
    for rows in (
        HandOver.objects.filter(round__in=keys),
        Decision.objects.filter(round__in=keys),
        Placement.objects.filter(run__round__in=keys),
        Run.objects.filter(round__in=keys),
        Snapshot.objects.filter(round__in=keys),
        prints,
        children,
    ):
        rows.delete()
    rounds.delete()
    Covered.objects.filter(kind=covering.KIND, key__in=gone).delete()
    return files


def export(keys: Sequence[int], actor: Actor) -> tuple[str, str, bytes]:
    """The results of each round by child, a sheet each, as `actor` may take them along."""
    tables = []
    for round in Round.objects.filter(pk__in=keys, adopted__isnull=False).select_related("adopted"):
        table = exports.children(round.adopted, actor)
        tables.append(Table(f"選考回{round.pk}", table.head, table.rows))
    with written(tables or [Table("選考回", (), [])], "xlsx") as file:
        return "rounds.xlsx", EXCEL, file.read()


def keeps(cases: Sequence[int]) -> list[int]:
    """Cases of children who are in a round."""
    own = Application.objects.filter(case__in=cases).values_list("case", flat=True)
    return [*own, *HandOver.objects.filter(case__in=cases).values_list("case", flat=True)]


def subjects(cases: Sequence[int]) -> list[str]:
    """How the audit record calls the children of these cases."""
    return [
        f"application:{key}"
        for key in Application.objects.filter(case__in=cases).values_list("pk", flat=True)
    ]
