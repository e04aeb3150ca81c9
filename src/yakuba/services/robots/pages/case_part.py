"""What the robots add to the page of a case: the way to the robot that has it, or that could take it."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from yakuba.kernel.accounts import allowed
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.registry import CaseLink, CaseNote, CasePart
from yakuba.services.robots.models import Row
from yakuba.services.robots.queries.register import scenarios_for


def case_part(request: HttpRequest, case: Case) -> CasePart:
    """The part, for who may see the robots."""
    if not allowed(request.user, "robots.view"):
        return CasePart()
    row = Row.objects.filter(case=case, run__dry_run=False).order_by("-pk").first()
    links = () if row is None else (CaseLink("ロボットの行を見る", reverse("robots:row", args=[row.pk])),)
    return CasePart(steps=_steps(request, case, row), links=links, notes=_notes(request, case))


def _notes(request: HttpRequest, case: Case) -> tuple[CaseNote, ...]:
    """Who may not run the robots is told that others do."""
    if case.status != Status.READY or allowed(request.user, "robots.run"):
        return ()
    if not scenarios_for(case.procedure.code):
        return ()
    return (
        CaseNote("info", "ロボットの入力を待っています", "ロボット担当が動かすと、基幹システムに入ります。"),
    )


def _steps(request: HttpRequest, case: Case, row: Row | None) -> tuple[CaseLink, ...]:
    if row is not None and case.status == Status.UNDECIDED and allowed(request.user, "robots.decide"):
        return (CaseLink("ロボットが決められない申請を判断する", reverse("robots:decide", args=[row.pk])),)
    if case.status == Status.READY and allowed(request.user, "robots.run"):
        return tuple(
            CaseLink(f"ロボットで入力する：{scenario}", reverse("robots:start", args=[scenario.pk]))
            for scenario in scenarios_for(case.procedure.code)[:1]
        )
    return ()
