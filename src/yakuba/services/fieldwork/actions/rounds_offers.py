"""Reports and traps put into a plan of rounds by one press, as urgent as they are."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.refusals import Conflict, Missing
from yakuba.services.fieldwork.actions import rounds_plans
from yakuba.services.fieldwork.contracts import OPEN, OfferedStop, StopKind
from yakuba.services.fieldwork.models import Report, RoundPlan, RoundStop, Trap
from yakuba.services.fieldwork.queries import rounds_offers as queries
from yakuba.services.fieldwork.queries import wildlife


@transaction.atomic
def offer(plan_id: int, reports: Sequence[int], traps: Sequence[int], *, actor: Actor) -> int:
    """Put these reports and traps in, by their numbers; what the plan has already stays once. Returns how many came in. Raises
    Missing, Conflict where one is over or has no place, and Invalid."""
    plan = rounds_plans.held(plan_id)
    stops = [_of_report(one, plan) for one in dict.fromkeys(reports)]
    stops += [_of_trap(one) for one in dict.fromkeys(traps)]
    if not stops:
        raise Conflict(
            "入れるものが選ばれていません。", remedy="通報かわなを一つ以上選んでから押してください。"
        )
    return rounds_plans.offer(plan.pk, stops, actor=actor)


@transaction.atomic
def offer_report(report_id: int, plan: str = "", *, actor: Actor) -> RoundStop:
    """Put one report into a plan. plan: its name or number, or nothing for the one in preparation that begins first. Raises
    Missing, and Conflict where it is in it already."""
    report = _report(report_id)
    row = chosen(plan)
    if not offer(row.pk, [report_id], [], actor=actor):
        raise Conflict(f"計画「{row.title}」に、もう入っています。")
    found: RoundStop = RoundStop.objects.get(plan=row, kind=StopKind.REPORT, ref=report.number)
    return found


def chosen(text: str) -> RoundPlan:
    """The plan that is meant. Raises Missing and Conflict."""
    name = text.strip()
    if not name:
        soonest: RoundPlan | None = queries.fillable().first()
        if soonest is None:
            raise Conflict(
                "準備中の巡回計画がありません。",
                remedy="「巡回計画」で計画を作ってから、もう一度押してください。班に出した計画には「当日の変更」で足します。",
            )
        return soonest
    named = queries.fillable().filter(title=name).first() or RoundPlan.objects.filter(title=name).first()
    if named is None and name.isascii() and name.isdecimal() and len(name) < 10:
        named = RoundPlan.objects.filter(pk=int(name)).first()
    if named is None:
        raise Missing(f"巡回計画「{name[:80]}」がありません。計画の名前か番号を確かめてください。")
    return named


def _report(report_id: int) -> Report:
    row: Report | None = Report.objects.filter(pk=report_id).first()
    if row is None:
        raise Missing("その通報はありません。番号を確かめてください。")
    return row


def _of_report(report_id: int, plan: RoundPlan) -> OfferedStop:
    row = _report(report_id)
    if row.state not in OPEN:
        raise Conflict(f"通報 {row.number} は「{row.get_state_display()}」なので、巡回に入れません。")
    if row.latitude is None or row.longitude is None:
        raise Conflict(
            f"通報 {row.number} には地図の場所がないので、巡回に入れません。",
            remedy="計画の画面の「訪問先を一つ入れる」で、緯度と経度を調べて入れてください。",
        )
    return queries.of_report(row, plan)


def _of_trap(trap_id: int) -> OfferedStop:
    row = Trap.objects.filter(pk=trap_id).first()
    if row is None:
        raise Missing("そのわなはありません。番号を確かめてください。")
    if row.removed_on is not None:
        raise Conflict(f"わな {row.code} は外されているので、巡回に入れません。")
    return queries.of_trap(wildlife.standings([row])[0])
