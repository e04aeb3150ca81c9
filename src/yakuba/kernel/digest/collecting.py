"""Looking for what has failed, in every part and room, and keeping each thing once."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.administration import checks
from yakuba.kernel.digest.models import Entry
from yakuba.kernel.jobs.models import Job, State
from yakuba.kernel.registry import manifests, permission_names, resolve
from yakuba.kernel.registry.models import UnusedRoom
from yakuba.kernel.tenancy import current_municipality


class Everybody:
    """Whom parts are asked for: it may see all of the active municipality, and nobody ever logs in as it."""

    is_authenticated = is_active = True
    pk = None

    def __init__(self) -> None:
        self.municipality_id = current_municipality().pk
        self._granted, self._second_factor = permission_names(), False
        self._unused_rooms = frozenset(_unused())


@dataclass(frozen=True)
class Found:
    """One failure as it is now; see `Entry`."""

    part: str
    title: str
    reason: str
    url: str
    action_label: str
    when: datetime
    marks: tuple[str, ...]  # what tells it from others
    needs: str = ""

    @property
    def key(self) -> str:
        """The same for the same failure, however often it is looked for."""
        return hashlib.sha256("\0".join([self.part, *self.marks]).encode(errors="replace")).hexdigest()


def collect_work() -> int:
    """Note what failed in rooms and jobs of the active municipality since the last look. Gives how many are new."""
    told = _of_parts()
    return _keep(Entry.Source.WORK, [*told, *_of_jobs(told)])


def collect_checks() -> int:
    """The same for what the self-checks find."""
    return _keep(Entry.Source.CHECK, _of_checks())


def _keep(source: str, found: Iterable[Found]) -> int:
    now = {one.key: one for one in found}
    known = Entry.objects.filter(source=source, ended_at=None)
    known.exclude(key__in=list(now)).update(ended_at=timezone.now())
    told = set(Entry.objects.filter(source=source, ended_at=None).values_list("key", flat=True))
    new = [_entry(source, one) for key, one in now.items() if key not in told]
    Entry.objects.bulk_create(new, ignore_conflicts=True)  # another worker may look at the same time
    return len(new)


def _entry(source: str, one: Found) -> Entry:
    return Entry(
        part=one.part,
        source=source,
        key=one.key,
        title=one.title[:300],
        reason=one.reason,
        url=one.url[:300],
        action_label=one.action_label[:100],
        needs=one.needs,
        failed_at=one.when,
    )


def _unused() -> set[str]:
    return set(UnusedRoom.objects.values_list("room", flat=True))


def _of_parts() -> list[Found]:
    """What every part and room tells on the home page, without the bound that a page has."""
    everybody: Any = Everybody()
    unused: frozenset[str] = everybody._unused_rooms
    found = []
    for manifest in manifests():
        if not manifest.failures or manifest.name in unused:
            continue
        for one in resolve(manifest.failures)(everybody, most=None):
            marks = (one.title, one.url, one.when.isoformat())
            found.append(
                Found(manifest.name, one.title, one.reason, one.url, one.action_label, one.when, marks)
            )
    return found


def _of_jobs(told: Iterable[Found]) -> list[Found]:
    """Jobs that gave up and that no room tells of: a room's row ends with its job and takes over the reason."""
    theirs = Counter((one.part, one.reason) for one in told)
    url, found = reverse("administration:jobs"), []
    for job in Job.objects.filter(state=State.FAILED).order_by("pk"):
        part = job.name.partition(".")[0]
        if theirs[part, job.error] > 0:
            theirs[part, job.error] -= 1
            continue
        when = job.finished_at or job.created_at
        marks = ("job", str(job.pk), when.isoformat())
        where = f"{url}?state=failed&name={job.name}"
        found.append(
            Found(part, str(job), job.error, where, "開いてもう一度動かす", when, marks, job.permission)
        )
    return found


def _of_checks() -> list[Found]:
    url, now = reverse("administration:checks"), timezone.now()
    return [
        Found(
            "administration",
            f"{label}：{one.label}",
            one.advice,
            url,
            "点検を開く",
            now,
            ("check", label, one.label),
        )
        for label, results in checks.run(_unused())
        for one in results
        if not one.ok and not one.counts
    ]
