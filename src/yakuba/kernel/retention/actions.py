"""Saying how long things are kept, proposing that what is over goes, and erasing it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from yakuba.kernel import jobs
from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files import temporary
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import remove, store
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.registry import manifests, resolve
from yakuba.kernel.registry.erasing import Unit
from yakuba.kernel.retention import proof
from yakuba.kernel.retention.models import Rule, Shredding
from yakuba.kernel.tenancy import current_municipality

JOB = "retention.shred"
AT_ONCE = 50  # things in one transaction
EXPORT_KEPT = timedelta(days=7)
SWEPT = 500  # rows of a table that go in one turn
STRAY = 3600.0  # seconds after which a blob without a row is nobody's
LONGEST = 36_500  # days

Told = Callable[[int, int], None]


def units() -> dict[str, Unit]:
    """Code -> what goes as a whole, of all parts and rooms."""
    found = [unit for one in manifests() if one.erasable for unit in resolve(one.erasable)()]
    return {unit.code: unit for unit in found}


def unit_of(code: str) -> Unit:
    """Raises Conflict for one that is there no more."""
    found = units().get(code)
    if found is None:
        raise Conflict("この対象はもうありません。")
    return found


def due(unit: Unit) -> list[int]:
    """What of it is over for longer than the rule says; nothing where there is no rule."""
    rule = Rule.objects.filter(unit=unit.code).first()
    return unit.due(timezone.now() - timedelta(days=rule.days)) if rule else []


@transaction.atomic
def state(unit: str, days: int | None, *, actor: User) -> None:
    """Say for how many days it is kept; None: for good. Raises Invalid."""
    unit_of(unit)
    if days is not None and not 1 <= days <= LONGEST:
        raise Invalid(f"日数は1から{LONGEST}までです。")
    if days is None:
        Rule.objects.filter(unit=unit).delete()
    else:
        Rule.objects.update_or_create(
            municipality=current_municipality(), unit=unit, defaults={"days": days, "set_by": actor}
        )
    record("retention.rule_set", subject=f"unit:{unit}", actor=actor, days=days)


@transaction.atomic
def propose(code: str, reason: str, *, export: bool, actor: User) -> Shredding:
    """Propose that what is due goes. Raises Conflict where nothing is, or a proposal waits."""
    unit = unit_of(code)
    keys = due(unit)
    if not keys:
        raise Conflict("保存期間の過ぎたものはありません。")
    if Shredding.objects.filter(unit=code, state=Shredding.State.PROPOSED).exists():
        raise Conflict("この対象の消去は、すでに承認を待っています。")
    row: Shredding = Shredding.objects.create(
        unit=code,
        label=unit.label,
        keys=keys,
        wants_export=export,
        reason=approvals.stated(reason),
        proposed_by=actor,
    )
    record("retention.proposed", subject=f"shredding:{row.pk}", actor=actor, things=len(keys), export=export)
    return row


def approve(row: Shredding, *, actor: User, answer: str = "") -> Shredding:
    """Another person approves; a worker erases then."""

    def begin(found: Shredding) -> None:
        record("retention.approved", subject=f"shredding:{found.pk}", actor=actor)
        jobs.enqueue(JOB, key=found.job_key, shredding_id=found.pk)

    return approvals.approve(row, actor=actor, answer=answer, effect=begin)


def shred(shredding_id: int, told: Told) -> None:
    """Erase, piece by piece; may be killed and called again at any moment."""
    row = Shredding.objects.select_related("proposed_by", "export").get(pk=shredding_id)
    if row.state != Shredding.State.APPROVED or row.done_at is not None:
        return
    unit = unit_of(row.unit)
    values = unit.values(row.keys)
    _export(row, unit)
    for start in range(0, len(row.keys), AT_ONCE):
        _erase_part(row, unit, row.keys[start : start + AT_ONCE])
        told(min(start + AT_ONCE, len(row.keys)), len(row.keys))
    row.files += remove_strays()
    proof.scrub()
    sample = proof.sample(values)
    row.proved, row.left, row.done_at = len(sample), proof.left(sample), timezone.now()
    row.save()
    record(
        "retention.shredded",
        subject=f"shredding:{row.pk}",
        actor=row.answered_by,
        things=row.erased,
        files=row.files,
        left=row.left,
    )


def _export(row: Shredding, unit: Unit) -> None:
    if not row.wants_export or row.export is not None or row.erased:
        return
    name, media_type, content = unit.export(row.keys, row.proposed_by)
    row.export = store(StoredFile.Kind.OUTPUT, name, media_type, content, actor=row.proposed_by)
    row.save(update_fields=["export"])


def _erase_part(row: Shredding, unit: Unit, keys: Sequence[int]) -> None:
    with transaction.atomic():
        before = set(unit.due(timezone.now())) & set(keys)  # what was taken up again meanwhile stays
        gone = remove(*unit.erase(sorted(before)))
        row.erased, row.files = row.erased + len(before), row.files + gone
        row.save(update_fields=["erased", "files"])


def remove_strays() -> int:
    """Remove the town's blobs that have no row any more, since somebody was killed between the two; how many."""
    temporary.clean()  # a killed process's folder may hold what was on its way
    folder = Path(settings.YAKUBA.data_dir) / "files" / current_municipality().code
    found = [path for path in folder.glob("*/*") if time.time() - path.stat().st_mtime > STRAY]
    known = {str(key) for key in StoredFile.objects.values_list("pk", flat=True)}
    strays = [path for path in found if path.stem not in known]
    for path in strays:
        path.unlink(missing_ok=True)
    return len(strays)


def take_export(row: Shredding, *, actor: User) -> StoredFile:
    """What was written before, for who proposed it alone. Raises Conflict where it is gone."""
    if row.export is None or row.proposed_by_id != actor.pk:
        raise Conflict("書き出したファイルはありません。受け取れるのは起案した人だけで、7日で消えます。")
    record("retention.export_taken", subject=f"shredding:{row.pk}", actor=actor)
    return row.export


def sweep(now: datetime | None = None) -> int:
    """Remove what manifests declare for so many days from a moment on (`PersonalData.since`), with its files; how many rows."""
    done = 0
    for one in (data for manifest in manifests() for data in manifest.personal_data if data.since):
        limit = (now or timezone.now()) - timedelta(days=one.retention_days or 0)
        model = apps.get_model(one.model)
        keep = [field.name for field in model._meta.concrete_fields if field.related_model is StoredFile]
        manager: Any = model._default_manager
        rows = list(manager.filter(**{f"{one.since}__lt": limit}).select_related(*keep)[:SWEPT])
        if not rows:
            continue
        with transaction.atomic():
            files = [file for row in rows for name in keep if (file := getattr(row, name)) is not None]
            manager.filter(pk__in=[row.pk for row in rows]).delete()
            remove(*files)
        done += len(rows)
    return done


def remove_old_exports(now: datetime | None = None) -> None:
    """What was written before an erasure goes after some days."""
    limit = (now or timezone.now()) - EXPORT_KEPT
    for row in Shredding.objects.filter(done_at__lt=limit, export__isnull=False).select_related("export"):
        file: Any = row.export
        row.export = None
        with transaction.atomic():
            row.save(update_fields=["export"])
            remove(file)
