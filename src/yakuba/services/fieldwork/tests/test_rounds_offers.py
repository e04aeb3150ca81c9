"""Reports and traps in plans of rounds, and the way back to who answers the reporter."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.ledger.models import Case, CaseEvent
from yakuba.kernel.refusals import Conflict, Missing
from yakuba.services.fieldwork import facade
from yakuba.services.fieldwork.actions import rounds_offers, rounds_plans
from yakuba.services.fieldwork.contracts import PlanState, ReportState, StopKind, VisitKind
from yakuba.services.fieldwork.engine.rounds.urgency import priority_of
from yakuba.services.fieldwork.models import Report, RoundStop
from yakuba.services.fieldwork.queries import rounds as queries
from yakuba.services.fieldwork.queries import rounds_offers as offers
from yakuba.services.fieldwork.tests import rounds_town
from yakuba.services.fieldwork.tests.rounds_town import calculated, crew, quickly, say

PLACE = {"latitude": 35.6005, "longitude": 138.5005}
AT = {"latitude": 35.6, "longitude": 138.5}


def reported(number=0, **given):
    """A report of a hole, some metres from the one before."""
    place = PLACE | {"latitude": PLACE["latitude"] + number * 0.01}
    new = facade.NewReport("road", "橋のたもとの穴", **(place | given))
    return Report.objects.get(pk=facade.report(new, f"{number:020d}")[0])


def prepared(clerk, title="補修", crews=None):
    """A plan of today and tomorrow, which takes stops."""
    quickly(clerk)
    listed = crews or [crew(clerk, f"{title}の班", hours=rounds_town.ALL_DAY, breaks="", **AT)]
    return rounds_plans.new_plan(title, timezone.localdate(), 2, [one.pk for one in listed], actor=clerk)


@pytest.mark.parametrize(
    ("urgent", "due", "priority"),
    [
        (True, date(2027, 5, 1), 1),
        (False, date(2026, 11, 30), 1),
        (False, date(2026, 12, 1), 1),
        (False, date(2026, 12, 8), 2),
        (False, date(2026, 12, 9), 3),
    ],
)
def test_priority_follows_urgency_and_the_last_day(urgent, due, priority):
    assert priority_of(urgent, due, date(2026, 12, 1)) == priority


def test_one_press_in_the_list_puts_what_is_selected_into_the_plan(staff, clerk):
    plan = prepared(clerk)
    rows = [reported(number) for number in range(3)]
    Report.objects.filter(pk=rows[0].pk).update(urgent=True)
    listed = staff.get(reverse("fieldwork:index"), follow=True).content.decode()
    number = re.search(r'name="bulk" value="(\d+)">巡回計画に入れる', listed)[1]
    given = {"bulk": number, "row": [rows[0].pk, rows[1].pk], "plan": ""}
    told = staff.post(reverse("fieldwork:index"), given, follow=True).content.decode()
    assert "「巡回計画に入れる」を2件に行いました" in told
    stops = queries.stops_of(plan)
    assert {one.ref for one in stops} == {rows[0].number, rows[1].number}
    assert next(one for one in stops if one.ref == rows[0].number).priority == 1
    assert "橋のたもと" not in "".join(one.title for one in stops), "nobody's words stand on paper"
    told = staff.post(reverse("fieldwork:index"), given, follow=True).content.decode()
    assert "もう入っています" in told


def test_a_reports_page_puts_it_in_and_shows_what_the_crew_said(staff, clerk):
    plan, row = prepared(clerk), reported()
    at = reverse("fieldwork:report", args=[row.pk])
    assert "巡回計画に入れる" in staff.get(at).content.decode()
    staff.post(reverse("fieldwork:report_to_rounds", args=[row.pk]), {"plan": plan.pk})
    shown = staff.get(at).content.decode()
    assert reverse("fieldwork:round_plan", args=[plan.pk]) in shown
    rounds_plans.publish(calculated(clerk, plan).pk, actor=clerk)
    stop, by = queries.stops_of(plan)[0], queries.crews_of(plan)[0]
    say(clerk, stop, by, VisitKind.ARRIVED)
    row.refresh_from_db()
    assert row.state == ReportState.WORKING, "who goes there has begun"
    assert not offers.is_worked_at(row)
    say(clerk, stop, by, VisitKind.DONE, minutes=12, note="合材を2袋")
    shown = staff.get(at).content.decode()
    assert "班が済ませました" in shown
    assert "合材を2袋" in shown
    assert CaseEvent.objects.filter(case=row.case, kind="fieldwork.visited", seconds=720).exists()
    assert "班が済ませて、答えを待つ通報" in staff.get("/").content.decode()
    listed = staff.get(reverse("fieldwork:index") + "?state=visited", follow=True).content.decode()
    assert row.number in listed
    phone = staff.get(reverse("fieldwork:go_stop", args=[plan.pk, by.pk, stop.pk])).content.decode()
    assert at in phone
    facade.finish(row.pk, "ふさぎました", actor=clerk)
    assert offers.waiting(clerk).count == 0
    facade_reopened(row, clerk)
    assert not offers.is_worked_at(row), "what was done before does not answer what came after"


def facade_reopened(row, clerk):
    from yakuba.services.fieldwork.actions import handling

    handling.reopen(row.pk, "また空いた", actor=clerk)
    row.refresh_from_db()


def test_a_plans_page_offers_reports_and_traps_with_what_is_urgent_chosen(staff, clerk):
    plan, row = prepared(clerk), reported()
    later = reported(1)
    Report.objects.filter(pk=row.pk).update(urgent=True)
    Report.objects.filter(pk=later.pk).update(due_at=timezone.now() + timezone.timedelta(days=90))
    nowhere = reported(2, latitude=None, longitude=None, place="橋の北")
    trap = facade.set_trap("W-3", "box", 35.61, 138.51, timezone.localdate())
    at = reverse("fieldwork:round_offers", args=[plan.pk])
    shown = staff.get(at).content.decode()
    assert re.search(rf'name="report" value="{row.pk}"[^>]* checked', shown)
    assert not re.search(rf'name="report" value="{later.pk}"[^>]* checked', shown)
    assert f'name="report" value="{nowhere.pk}"' not in shown
    staff.post(at, {"report": [row.pk], "trap": [trap.pk]})
    kinds = {one.kind: one.ref for one in queries.stops_of(plan)}
    assert kinds == {StopKind.REPORT: row.number, StopKind.TRAP: "W-3"}
    other = prepared(clerk, "別の計画")
    assert "補修" in {name for one in offers.reports_for(other) for name in one.elsewhere}
    assert "選んだものが読めません" in staff.post(at, {"report": ["x"]}).content.decode()


def test_what_cannot_be_visited_is_told(open_town, clerk):
    with pytest.raises(Conflict, match="準備中の巡回計画がありません"):
        rounds_offers.offer_report(reported().pk, actor=clerk)
    plan = prepared(clerk)
    nowhere = reported(1, latitude=None, longitude=None, place="橋の北")
    with pytest.raises(Conflict, match="地図の場所がない"):
        rounds_offers.offer_report(nowhere.pk, plan.title, actor=clerk)
    with pytest.raises(Missing, match="巡回計画「無い」がありません"):
        rounds_offers.offer_report(nowhere.pk, "無い", actor=clerk)
    over = reported(2)
    facade.close(over.pk, "町の道ではありません", actor=clerk)
    with pytest.raises(Conflict, match="巡回に入れません"):
        rounds_offers.offer_report(over.pk, str(plan.pk), actor=clerk)
    assert not RoundStop.objects.exists()


def test_what_is_in_it_already_leaves_a_calculated_plan_as_it_is(open_town, clerk):
    plan, row = prepared(clerk), reported()
    rounds_offers.offer(plan.pk, [row.pk], [], actor=clerk)
    calculated(clerk, plan)
    assert rounds_offers.offer(plan.pk, [row.pk], [], actor=clerk) == 0
    plan.refresh_from_db()
    assert plan.state == PlanState.READY
    assert queries.current(plan) is not None


def test_a_number_of_another_case_gets_nothing_from_a_crew(open_town, clerk):
    row = reported()
    case = Case.objects.get(pk=row.case_id)
    Report.objects.all().delete()
    plan = prepared(clerk)
    made = rounds_town.stop("よその受付", kind=StopKind.REPORT, ref=case.receipt_number, **AT)
    rounds_plans.add_stop(plan.pk, made, actor=clerk)
    rounds_plans.publish(calculated(clerk, plan).pk, actor=clerk)
    say(clerk, queries.stops_of(plan)[0], queries.crews_of(plan)[0], VisitKind.DONE)
    assert not CaseEvent.objects.filter(case=case, kind="fieldwork.visited").exists()
