"""Reads of the room, always of the active municipality."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from yakuba.kernel.accounts import allowed
from yakuba.kernel.registry import FirstStep, Found
from yakuba.services.simulators.contracts import Calculator
from yakuba.services.simulators.engine import CALCULATORS
from yakuba.services.simulators.models import Indicator, KeptRun, Measurement, Trial

MOST_FOUND = 21  # one more than a page of the search shows
MOST_OFFERED = 50  # runs among which one chooses to compare


def runs(calculator: str = "") -> QuerySet[KeptRun]:
    """Results that were kept, the newest first; of one calculator or of all."""
    rows = KeptRun.objects.select_related("created_by").order_by("-pk")
    return rows.filter(calculator=calculator) if calculator else rows


def calculator_of(run: KeptRun) -> Calculator | None:
    """Which one answered; None where it is no longer there."""
    return CALCULATORS.get(run.calculator)


def trials() -> QuerySet[Trial]:
    """By title, with their indicators and measured values, the oldest first."""
    measured = Prefetch("measurements", Measurement.objects.order_by("measured_on"))
    indicators = Prefetch("indicators", Indicator.objects.order_by("pk").prefetch_related(measured))
    return Trial.objects.order_by("title").prefetch_related(indicators)


def indicators() -> QuerySet[Indicator]:
    """By trial, with measured values, the oldest first."""
    measured = Prefetch("measurements", Measurement.objects.order_by("measured_on"))
    return Indicator.objects.select_related("trial").prefetch_related(measured).order_by("trial__title", "pk")


def latest(indicator: Indicator) -> Measurement | None:
    """Of a row of `indicators` or `trials`."""
    measured = list(indicator.measurements.all())
    return measured[-1] if measured else None


STATES = {
    "reached": "目標に届いた",
    "below": "目標に届いていない",
    "open": "まだ測っていない",
    "free": "目標なし",
}


def state_of(indicator: Indicator) -> str:
    """A key of STATES."""
    newest = latest(indicator)
    if newest is None:
        return "open"
    reached = indicator.reaches(newest.value)
    return "free" if reached is None else "reached" if reached else "below"


def found(user: Any, text: str) -> list[Found]:
    """What the search of the whole house finds here."""
    if not allowed(user, "simulators.view"):
        return []
    rows = [(row.name, "simulators:run", row.pk) for row in runs().filter(name__icontains=text)[:MOST_FOUND]]
    rows += [
        (row.title, "simulators:trial", row.pk)
        for row in Trial.objects.filter(title__icontains=text).order_by("title")[:MOST_FOUND]
    ]
    return [Found(label, reverse(page, args=[number])) for label, page, number in rows]


def first_step(user: Any) -> FirstStep | None:
    """What is done first where nothing was kept yet."""
    if KeptRun.objects.exists() or Trial.objects.exists():
        return None
    text = "通信の遅れ、届く範囲、途切れを計算できます。例が入っているので、開けばすぐ答えが見えます。"
    return FirstStep(text, reverse("simulators:index"), "計算を選ぶ")
