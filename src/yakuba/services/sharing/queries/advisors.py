"""Advisors, requests and cases as pages and programs ask for them."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.registry import QueueState, queued
from yakuba.services.reform import facade as reform
from yakuba.services.sharing.engine import advisors as engine
from yakuba.services.sharing.engine import cells
from yakuba.services.sharing.engine.advisors import Candidate, Match, Used, Wanted
from yakuba.services.sharing.models import Advisor, Case, Request, Visit

BANDS = ((0, 10_000), (10_000, 30_000), (30_000, 100_000), (100_000, 300_000), (300_000, 100_000_000))


def this_year() -> int:
    """The fiscal year of today."""
    return cells.fiscal_year(f"{timezone.localdate():%Y-%m}")


def advisors() -> QuerySet[Advisor]:
    """With the occasions of this fiscal year."""
    found: QuerySet[Advisor] = Advisor.objects.annotate(load=Count("visits", filter=Q(visits__visit__year=this_year()))).order_by("name", "pk")  # fmt: skip
    return found


def requests() -> QuerySet[Request]:
    """The newest first."""
    found: QuerySet[Request] = Request.objects.order_by("-pk")
    return found


def used(body: str, year: int) -> Used:
    """What a body had in a fiscal year."""
    rows = Visit.objects.filter(body=body, year=year)
    minutes = rows.filter(online=True).aggregate(sum=Sum("minutes"))["sum"] or 0
    return Used(rows.filter(online=False).count(), int(minutes))


def matched(request: Request) -> list[Match]:
    """Who fits, the best first."""
    rows = advisors().filter(active=True)
    if request.kind == Request.Kind.LECTURE:
        rows = rows.filter(lecturer=True)
    found = [Candidate(one.pk, one.name, one.fields, one.roles, one.code, one.online, one.load, one.most) for one in rows]  # type: ignore[attr-defined]  # annotated  # fmt: skip
    wanted = Wanted(request.fields, request.body_code, request.online, request.role)
    return engine.matches(wanted, found)


def population(code: str) -> int | None:
    """Of a body, as the town's register has it."""
    found = reform.registered_bodies().get(code)
    return found.population if found else None


def cases(drafts: bool) -> QuerySet[Case]:
    """Published ones, or all."""
    rows: QuerySet[Case] = Case.objects.order_by("-published_at", "-pk")
    return rows if drafts else rows.exclude(published_at=None)


def case_bands() -> list[tuple[str, str]]:
    """For the filter by population."""
    return [(f"{low}-{high}", f"{low:,}人～{high:,}人" if high < 100_000_000 else f"{low:,}人以上") for low, high in BANDS]  # fmt: skip


def in_band(rows: QuerySet[Case], band: str) -> QuerySet[Case]:
    """Cases of bodies of that population."""
    low, _, high = band.partition("-")
    return rows.filter(population__gte=int(low), population__lt=int(high))


def waiting(user: User) -> QueueState:
    """A tile of the home page: requests for which nobody was found yet."""
    rows = Request.objects.filter(state=Request.State.OPEN)
    return queued(rows, "asked_at", reverse("sharing:requests"), "相手を探す")
