"""The installation's figures in Prometheus' text format. A municipality is named by its code, a kind of work by its
technical name; nothing of a person, a case or a file stands here."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Count, Min, Q, Sum
from django.db.models.functions import Now
from django.utils import timezone

from yakuba.kernel.audit.models import ChainHead
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.jobs.models import FINISHED, Job, State
from yakuba.kernel.jobs.work import workers_heard
from yakuba.kernel.meter.models import Usage
from yakuba.kernel.modelfolders.packages import version_of
from yakuba.kernel.monitoring import health
from yakuba.kernel.schedules.models import Schedule
from yakuba.kernel.tenancy import every_municipality
from yakuba.kernel.tenancy.models import Municipality

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass
class Metric:
    """One gauge: its name, what it says, and a value for each set of labels."""

    name: str
    help: str
    samples: list[tuple[dict[str, str], float]] = field(default_factory=list)

    def add(self, value: float | None, **labels: str) -> None:
        """Note a value; None is 0."""
        self.samples.append((labels, value or 0))


def text() -> str:
    """All figures as they are now."""
    return "".join(line for metric in _all() for line in _lines(metric))


def _lines(metric: Metric) -> Iterable[str]:
    yield f"# HELP {metric.name} {metric.help}\n# TYPE {metric.name} gauge\n"
    for labels, value in metric.samples:
        inside = ",".join(f'{name}="{_escaped(said)}"' for name, said in labels.items())
        told = f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"
        yield f"{metric.name}{f'{{{inside}}}' if inside else ''} {told}\n"


def _escaped(said: str) -> str:
    return said.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _all() -> list[Metric]:
    codes = dict(Municipality.objects.values_list("pk", "code"))
    return [*_house(), *_jobs(codes), *_stores(codes)]


def _house() -> list[Metric]:
    release = Metric("yakuba_build_info", "The release that runs.")
    release.add(1, version=version_of("yakuba"))
    held = Metric("yakuba_health", "Whether a check of /health/ready holds (1) or not (0).")
    for name, holds in health.checks().items():
        held.add(holds, check=name)
    usage = shutil.disk_usage(settings.YAKUBA.data_dir)
    free = Metric("yakuba_disk_free_bytes", "Free on the disk of the data folder.")
    free.add(usage.free)
    total = Metric("yakuba_disk_total_bytes", "Size of the disk of the data folder.")
    total.add(usage.total)
    workers = Metric("yakuba_workers", "Workers that gave a sign within two minutes.")
    workers.add(workers_heard().count())
    return [release, held, free, total, workers]


@every_municipality("figures of the installation, by town")
def _jobs(codes: dict[int, str]) -> list[Metric]:
    everywhere = Job.all_municipalities
    jobs = Metric("yakuba_jobs", "Jobs that wait, run, are paused or have failed.")
    open_or_failed = everywhere.exclude(state__in=[state for state in FINISHED if state != State.FAILED])
    for town, state, count in (
        open_or_failed.order_by()
        .values_list("municipality", "state")
        .annotate(count=Count("pk"))
        .order_by("municipality", "state")
    ):
        jobs.add(count, municipality=codes[town], state=state)
    waited = Metric("yakuba_job_longest_wait_seconds", "Since when the oldest job that is due has waited.")
    due = Q(due_at=None) | Q(due_at__lte=Now())
    oldest = everywhere.filter(due, state=State.WAITING).order_by().values_list("municipality")
    for town, since in oldest.annotate(since=Min("created_at")).order_by("municipality"):
        waited.add((timezone.now() - since).total_seconds(), municipality=codes[town])
    failed = Metric("yakuba_schedules_failed", "Schedules whose last start failed or was missed.")
    outcomes = [Schedule.Outcome.FAILED, Schedule.Outcome.MISSED]
    rows = Schedule.all_municipalities.filter(outcome__in=outcomes).order_by().values_list("municipality")
    for town, count in rows.annotate(count=Count("pk")).order_by("municipality"):
        failed.add(count, municipality=codes[town])
    return [jobs, waited, failed]


@every_municipality("figures of the installation, by town")
def _stores(codes: dict[int, str]) -> list[Metric]:
    stored = Metric("yakuba_stored_bytes", "Bytes of the files of a municipality, before encryption.")
    number = Metric("yakuba_stored_files", "Files of a municipality.")
    rows = StoredFile.all_municipalities.order_by().values_list("municipality")
    for town, count, size in rows.annotate(count=Count("pk"), size=Sum("size")).order_by("municipality"):
        number.add(count, municipality=codes[town])
        stored.add(size, municipality=codes[town])
    used = Metric("yakuba_usage_this_month", "What a municipality used this month, by kind.")
    month = Usage.all_municipalities.filter(month=f"{timezone.localdate():%Y-%m}").order_by()
    sums = month.values_list("municipality", "kind").annotate(sum=Sum("amount"))
    for town, kind, amount in sums.order_by("municipality", "kind"):
        used.add(float(amount), municipality=codes[town], kind=kind)
    events = Metric("yakuba_audit_events", "Events in a municipality's audit record.")
    for town, sequence in ChainHead.objects.order_by("municipality").values_list("municipality", "sequence"):
        events.add(sequence, municipality=codes[town])
    return [stored, number, used, events]
