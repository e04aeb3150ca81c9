"""Erasing cases (保存期間): their values, letters and scans go, with whatever rooms have of them.

The row of the case stays without its numbers, and its events without what was written in them: who worked how long on it
is the measure of the effect and tells nothing of anybody.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.ledger.models import Case, CaseEvent, CaseLetter, CaseValue, Procedure
from yakuba.kernel.ledger.queries import ERASED
from yakuba.kernel.ledger.sight import KIND, filed
from yakuba.kernel.ledger.workflow import LABELS, Status
from yakuba.kernel.protection.models import Covered
from yakuba.kernel.registry import manifests, resolve
from yakuba.kernel.registry.erasing import Unit
from yakuba.kernel.search import noting

OVER = (Status.ENTERED, Status.DONE, Status.WITHDRAWN)  # nothing is open in the house
FLAGS = ("assumed", "passed", "changed")  # of an event: what the effect and the promises count
TELLING = frozenset({"name", "kana", "address", "phone", "my_number", "insurance_number"})


def units() -> list[Unit]:
    """The cases of each procedure."""
    return [
        Unit(
            f"ledger:{row.code}",
            f"受付　{row.title}",
            due=partial(due, row),
            erase=erase,
            values=values,
            export=export,
        )
        for row in Procedure.objects.order_by("title")
    ]


def due(procedure: Procedure, before: datetime) -> list[int]:
    """Cases that were over before that moment and that no room still needs, the oldest first."""
    rows = Case.objects.filter(procedure=procedure, status__in=OVER, updated_at__lt=before)
    found = list(rows.exclude(receipt_number__startswith=ERASED).order_by("pk").values_list("pk", flat=True))
    kept: set[int] = set()
    for one in manifests():
        if one.keeps:
            kept |= set(resolve(one.keeps)(found))
    return [number for number in found if number not in kept]


def values(keys: Sequence[int]) -> list[str]:
    """What tells whose cases they are."""
    found = []
    for case in Case.objects.filter(pk__in=keys).select_related("procedure").prefetch_related("values"):
        types = {item.code: item.type for item in case.procedure.definition.fields}
        found += [one.value for one in case.values.all() if types.get(one.field) in TELLING]  # type: ignore[attr-defined]
        found.append(case.receipt_number)
    return found


def erase(keys: Sequence[int]) -> list[StoredFile]:
    """Let go what the house has of them; the files that are to go behind."""
    cases = list(Case.objects.select_for_update(of=("self",)).filter(pk__in=keys))
    numbers = [case.pk for case in cases]
    files: list[StoredFile] = []
    for one in reversed(manifests()):  # rooms hang on the ledger
        if one.erase:
            files += resolve(one.erase)(numbers)
    letters = CaseLetter.objects.filter(case__in=numbers).select_related("pdf")
    files += [letter.pdf for letter in letters]
    letters.delete()
    CaseValue.objects.filter(case__in=numbers).delete()
    _redact_events(numbers)
    for case in cases:
        gone = f"{ERASED}{case.pk}"
        target = ERASED if case.target_number else ""
        Case.objects.filter(pk=case.pk).update(receipt_number=gone, target_number=target, name="", kana=None)
    Covered.objects.filter(kind=KIND, key__in=[str(number) for number in numbers]).delete()
    noting.changed("ledger.cases", *map(str, numbers))
    return files


def _redact_events(numbers: Sequence[int]) -> None:
    events = list(CaseEvent.objects.filter(case__in=numbers))
    for event in events:
        event.details = {flag: True for flag in FLAGS if event.details.get(flag) is True}
    CaseEvent.objects.bulk_update(events, ["details"], batch_size=200)


def export(keys: Sequence[int], actor: Actor) -> tuple[str, str, bytes]:
    """All values as JSON, as `actor` may take them along."""
    seen = filed(actor, keys)
    told = []
    for case in Case.objects.filter(pk__in=keys).select_related("procedure").prefetch_related("values"):
        fields = case.procedure.definition.by_code
        own = {one.field: one.value for one in case.values.all()}  # type: ignore[attr-defined]
        told.append(
            {
                "受付番号": case.receipt_number,
                "状態": LABELS[Status(case.status)],
                "登録番号": case.target_number,
                "値": {
                    item.label: seen[case.pk].shown(item, own[code])
                    for code, item in fields.items()
                    if code in own
                },
            }
        )
    return "cases.json", "application/json", json.dumps(told, ensure_ascii=False, indent=1).encode()
