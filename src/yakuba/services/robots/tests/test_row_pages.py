"""The pages of a run's rows: read, decided upon, tried again, shown on the home page."""

from __future__ import annotations

import re

from django.urls import reverse

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.ledger.models import Case, CaseEvent
from yakuba.kernel.ledger.workflow import Status
from yakuba.services.reading import facade as reading
from yakuba.services.robots.actions import lookups, runs
from yakuba.services.robots.contracts import RowState
from yakuba.services.robots.models import Row, Run, RunState, Scenario
from yakuba.services.robots.tests.office import Shift
from yakuba.services.robots.tests.test_pages import PNG, finished, page, text_of

__all__ = ["finished", "page"]  # fixtures


def test_the_rows_can_be_narrowed_by_state(page, finished):
    text = text_of(page("run", finished.pk, query="?state=undecided"))
    assert Case.objects.last().receipt_number in text
    assert Case.objects.first().receipt_number not in text
    assert page("run", finished.pk, query="?state=nonsense&page=99").status_code == 200


def test_opening_a_row_and_a_picture_is_recorded(page, finished):
    row = Row.objects.filter(run=finished).first()
    text = text_of(page("row", row.pk))
    for words in ("登録済み", "照会中", "登録直前", row.target_number, "氏名"):
        assert words in text
    assert AuditEvent.objects.filter(name="robots.row_viewed", subject=f"case:{row.case_id}").count() == 1
    picture = page("picture", row.pictures.latest("pk").pk)
    assert (picture.content, picture["Content-Type"]) == (PNG, "image/png")
    assert "private" in picture["Cache-Control"]
    assert AuditEvent.objects.filter(name="files.viewed").count() == 1


def test_a_failed_row_says_what_to_press(page, office):
    run = office.start(1)
    Shift(run, faults=[1]).work(attempts=1)
    row = office.row(run, 1)
    assert "この行をもう一度流す" in text_of(page("row", row.pk))
    page("row_retry", row.pk, sent="1")
    row.refresh_from_db()
    assert row.row_state is RowState.WAITING
    page("row_retry", row.pk, sent="1")  # a second press does nothing
    assert Row.objects.get(pk=row.pk).row_state is RowState.WAITING


def decided(page, row, **answer):
    opened = re.search(r'name="opened" value="([^"]+)"', text_of(page("decide", row.pk)))[1]
    return page("decide", row.pk, opened=opened, **answer)


def test_decide_that_it_is_in(page, finished):
    row = Row.objects.filter(run=finished).last()
    assert decided(page, row, decision="entered", target_number="").status_code == 422
    assert decided(page, row, decision="entered", target_number="K-000777").url == reverse("robots:undecided")
    case = Case.objects.get(pk=row.case_id)
    assert (case.status, case.target_number) == (Status.ENTERED, "K-000777")
    seconds = CaseEvent.objects.get(case=case, kind="ledger.entered").seconds
    assert 0 < seconds < 60
    assert "判断を待っていません" in text_of(page("decide", row.pk))


def test_decide_that_it_is_not_in(page, finished):
    row = Row.objects.filter(run=finished).last()
    decided(page, row, decision="again")
    finished.refresh_from_db()
    assert finished.state == RunState.ACTIVE
    assert Case.objects.get(pk=row.case_id).status == Status.ENTERING


def test_decide_to_withdraw(page, finished):
    row = Row.objects.filter(run=finished).last()
    assert decided(page, row, decision="withdraw", reason="").status_code == 422
    decided(page, row, decision="withdraw", reason="二重の申請")
    assert Case.objects.get(pk=row.case_id).status == Status.WITHDRAWN


def test_a_forged_time_counts_nothing(page, finished):
    row = Row.objects.filter(run=finished).last()
    page("decide", row.pk, opened="forged", decision="entered", target_number="K-1")
    assert CaseEvent.objects.get(case=row.case_id, kind="ledger.entered").seconds == 0


def test_the_target_s_answer_stands_on_the_page(page, finished):
    row = Row.objects.filter(run=finished).last()
    page("look_up", row.pk, sent="1")
    assert Job.objects.filter(name="robots.look_up", key=f"row-{row.pk}").count() == 1
    assert "ワーカーが動いていません" in text_of(page("decide", row.pk))
    Job.objects.filter(name="robots.look_up").delete()
    lookups.note(row, ["K-000321"], "", PNG, "image/png")
    text = text_of(page("decide", row.pk))
    assert "登録されています" in text
    assert 'value="K-000321"' in text
    lookups.note(row, [], "", None, "")
    assert "登録されていません" in text_of(page("decide", row.pk))


def test_the_scanned_form_stands_beside(page, finished, monkeypatch):
    row = Row.objects.filter(run=finished).last()
    assert "申請書の画像はありません" in text_of(page("decide", row.pk))
    assert page("scan", row.pk, 1).status_code == 404
    # What the reading room's door gives for a case that was read; reading one belongs to the whole chain.
    pages = {(row.case_id, 2): PNG}
    monkeypatch.setattr(reading, "case_pages", lambda case_id: [n for case, n in pages if case == case_id])
    monkeypatch.setattr(reading, "page_picture", lambda case_id, number, user: pages.get((case_id, number)))
    assert reverse("robots:scan", args=[row.pk, 2]) in text_of(page("decide", row.pk))
    assert page("scan", row.pk, 2).content == PNG
    assert page("scan", row.pk, 1).status_code == 404
    other = Row.objects.filter(run=finished).first()
    assert page("scan", other.pk, 2).status_code == 404


def test_home_says_what_waits_and_what_failed(page, office, client):
    office.ready_cases(2)
    home = text_of(client.get("/"))
    assert "入力を待つ申請" in home
    assert "ロボットを動かす" in home
    run = runs.start(office.scenario, actor=office.person)
    assert str(run) in text_of(client.get("/"))
    Shift(run, faults=[4]).work()
    home = text_of(client.get("/"))
    assert "開いて再開する" in home


def test_pages_without_any_data(client, clerk, in_yakuba_city):
    client.force_login(clerk)
    assert Scenario.objects.count() == 0
    for name, words in (
        ("index", "シナリオがまだありません"),
        ("systems", "接続先がまだありません"),
        ("runs", "実行はまだありません"),
        ("undecided", "判断を待つ申請はありません"),
    ):
        assert words in text_of(client.get(reverse(f"robots:{name}"), follow=True))


def test_the_rows_of_a_run_are_narrowed_and_tried_again_together(page, finished):
    rows = list(Row.objects.filter(run=finished).order_by("number"))
    narrowed = text_of(page("run", finished.pk, query="?state=undecided"))
    assert "状態：" in narrowed
    assert (f'id="row-{rows[0].pk}"' in narrowed, rows[1].case.receipt_number in narrowed) == (False, True)
    Row.objects.filter(pk=rows[1].pk).update(state=RowState.FAILED.value)
    Case.objects.filter(pk=rows[1].case_id).update(status=Status.READY)
    Run.objects.filter(pk=finished.pk).update(state="done")
    assert "もう一度流す" in text_of(page("run", finished.pk))
    answer = page("run", finished.pk, query="?sort=number", bulk="0", row=[row.pk for row in rows])
    assert answer.url.endswith("/?sort=number")
    page_after = text_of(page("run", finished.pk))
    assert "「もう一度流す」を1件に行いました。" in page_after
    assert f"{rows[0].number}：" in page_after, "an entered row is refused, and by itself"
    assert Row.objects.get(pk=rows[1].pk).row_state is not RowState.FAILED


def test_nothing_can_be_done_with_rows_while_the_run_is_under_way(page, office):
    run = office.start(2)
    text = text_of(page("run", run.pk))
    assert 'type="checkbox"' not in text
    assert page("run", run.pk, bulk="0", row=[1]).status_code == 404
