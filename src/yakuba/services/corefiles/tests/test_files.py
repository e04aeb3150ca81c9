"""Files for the core system: no case twice, none lost, whatever becomes of the file."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import UNASKED, Case
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.refusals import Conflict, Forbidden, Invalid, Missing, NothingToDo
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.corefiles import queries
from yakuba.services.corefiles.actions import erasing, files, layouts
from yakuba.services.corefiles.engine.results import Result
from yakuba.services.corefiles.models import CoreFile, CoreFileContent, FiledCase
from yakuba.services.corefiles.tests.examples import LAYOUT, PROCEDURE, RECEIPTS, a_case


def status_of(case) -> str:
    return Case.objects.get(pk=case.pk).status


def lines_of(made, clerk) -> list[str]:
    return files.take(made, actor=clerk).content.decode("cp932").split("\r\n")[1:-1]


def test_a_file_holds_what_waits_and_nobody_else_enters_it(cases, layout, clerk):
    made = files.make(layout, actor=clerk)
    assert [line.split(",")[0] for line in lines_of(made, clerk)] == list(RECEIPTS[:3])
    assert {status_of(case) for case in cases} == {Status.ENTERING}
    with pytest.raises(NothingToDo):
        files.make(layout, actor=clerk)
    assert AuditEvent.objects.filter(name="corefiles.made").count() == 1
    assert AuditEvent.objects.filter(name="corefiles.taken").count() == 1


def test_a_case_is_in_one_file_under_way_whoever_makes_it(cases, layout, clerk):
    made = files.make(layout, actor=clerk)
    other = CoreFile.objects.create(layout=layout, version=1, cases=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        FiledCase.objects.create(core_file=other, case=cases[0], line=1)
    files.undo(made, "まちがい", actor=clerk)
    FiledCase.objects.create(core_file=other, case=cases[0], line=1)


def test_what_was_taken_in_is_entered_under_its_number_or_the_files(cases, layout, clerk):
    made = files.make(layout, actor=clerk)
    assert files.settle(made, [Result(RECEIPTS[0], number="A-100")], actor=clerk) == []
    assert CoreFile.objects.get().state == CoreFile.State.OPEN, "two are still open"
    files.settle(made, None, actor=clerk)
    rows = {case.receipt_number: case for case in Case.objects.all()}
    assert rows[RECEIPTS[0]].target_number == "A-100"
    assert rows[RECEIPTS[2]].target_number == f"連携{made.pk}-3"
    assert {case.status for case in rows.values()} == {Status.ENTERED}
    assert CoreFile.objects.get().state == CoreFile.State.SETTLED
    with pytest.raises(Conflict):
        files.settle(made, None, actor=clerk)


def test_what_was_refused_waits_until_somebody_has_put_it_right(cases, layout, clerk):
    made = files.make(layout, actor=clerk)
    files.settle(made, [Result(RECEIPTS[0], refused="住所エラー")], actor=clerk)
    assert status_of(cases[0]) == Status.READY
    with pytest.raises(NothingToDo):
        files.make(layout, actor=clerk)
    row = queries.refused().get()
    assert row.reason == "住所エラー"
    files.again(row, actor=clerk)
    with pytest.raises(Conflict):
        files.again(row, actor=clerk)
    assert files.make(layout, actor=clerk).cases == 1


def test_results_that_cannot_be_used_are_told_and_the_others_count(cases, layout, clerk):
    made = files.make(layout, actor=clerk)
    files.settle(made, [Result(RECEIPTS[0], number="A-1")], actor=clerk)
    told = files.settle(
        made,
        [
            Result("0899999999"),
            Result(RECEIPTS[0]),
            Result(RECEIPTS[1], number="Ａ-1"),
            Result(RECEIPTS[2], number="A-3"),
        ],
        actor=clerk,
    )
    assert len(told) == 3
    assert "登録番号 Ａ-1 は受付" in told[2], "another case has that number, in whatever width"
    assert status_of(cases[1]) == Status.ENTERING
    assert status_of(cases[2]) == Status.ENTERED


def test_a_file_that_was_not_taken_in_is_undone_with_a_reason(cases, layout, clerk):
    made = files.make(layout, actor=clerk)
    stored = StoredFile.objects.get(pk=made.kept.file_id)
    with pytest.raises(Invalid):
        files.undo(made, " ", actor=clerk)
    files.undo(made, "様式が変わった", actor=clerk)
    assert {status_of(case) for case in cases} == {Status.READY}
    assert not StoredFile.objects.filter(pk=stored.pk).exists()
    with pytest.raises(Conflict):
        files.take(CoreFile.objects.get(), actor=clerk)
    assert files.make(layout, actor=clerk).cases == 3


def test_a_file_of_which_something_was_taken_in_is_not_undone(cases, layout, clerk):
    made = files.make(layout, actor=clerk)
    files.settle(made, [Result(RECEIPTS[0])], actor=clerk)
    with pytest.raises(Conflict, match="一部の結果"):
        files.undo(made, "やめる", actor=clerk)
    assert status_of(cases[0]) == Status.ENTERED


def test_what_cannot_be_written_stays_out_with_its_reason_and_the_others_go(cases, layout, clerk):
    ledger.record_value(cases[0], "name", "𠮷田花子", trusted=True, source={})
    case = a_case(RECEIPTS[3])
    ledger.record_value(case, "birth", "1990-04-03", trusted=False, source={UNASKED: True})
    told = {one.receipt_number: one.faults for one in queries.prepared(layout, clerk).left_out}
    assert "U+20BB7" in told[RECEIPTS[0]][0]
    assert "まだだれも確かめていない" in told[RECEIPTS[3]][0]
    assert files.make(layout, actor=clerk).cases == 2
    assert status_of(cases[0]) == Status.READY


def test_a_number_of_a_person_is_written_and_taken_by_who_may_see_it_alone(in_yakuba_city, make_staff, clerk):
    fields = [*PROCEDURE["fields"], {"code": "mine", "label": "個人番号", "type": "my_number"}]
    ledger.load_procedure(PROCEDURE | {"fields": fields, "version": 2}, actor=clerk)
    layout = layouts.load_layout(LAYOUT + "  - 見出し: 個人番号\n    項目: mine\n", actor=clerk)
    a_case(RECEIPTS[0], mine="123456789018")
    without = make_staff(in_yakuba_city, "corefiles.make")
    (left_out,) = queries.prepared(layout, without).left_out
    assert "個人番号です" in left_out.faults[0]
    assert "123456789018" not in str(left_out)
    made = files.make(layout, actor=make_staff(in_yakuba_city, "corefiles.make", "ledger.reveal"))
    assert lines_of(made, clerk)[0].endswith("123456789018")
    with pytest.raises(Forbidden):
        files.take(made, actor=without)


def test_a_layout_that_no_longer_fits_says_so_and_makes_nothing(cases, layout, clerk):
    fields = [one for one in PROCEDURE["fields"] if one["code"] != "kind"]
    ledger.load_procedure(PROCEDURE | {"fields": fields, "version": 2}, actor=clerk)
    layout.refresh_from_db()
    assert not queries.self_check()[1].ok
    with pytest.raises(Exception, match="kind"):
        files.make(layout, actor=clerk)
    assert {status_of(case) for case in cases} == {Status.READY}


def test_a_layout_out_of_use_makes_nothing(cases, layout, clerk):
    layouts.retire(layout, actor=clerk)
    with pytest.raises(Conflict):
        files.make(layout, actor=clerk)
    assert layouts.load_layout(LAYOUT, actor=clerk).version == 1, "the same again is in use again"
    assert files.make(layout, actor=clerk).cases == 3


def test_another_version_leaves_what_was_made_as_it_was(cases, layout, clerk):
    made = files.make(layout, actor=clerk)
    newer = layouts.load_layout(LAYOUT.replace("生年月日\n", "誕生日\n"), actor=clerk)
    assert (newer.version, CoreFile.objects.get().version) == (2, 1)
    assert "生年月日" in files.take(made, actor=clerk).content.decode("cp932")


def test_erasing_a_case_takes_the_file_along_but_not_while_it_is_under_way(cases, layout, clerk):
    made = files.make(layout, actor=clerk)
    assert queries.kept_cases([cases[0].pk, 10**6]) == [cases[0].pk]
    files.settle(made, None, actor=clerk)
    assert queries.kept_cases([cases[0].pk]) == []
    assert len(erasing.erase([cases[0].pk])) == 1
    assert not CoreFileContent.objects.exists()
    with pytest.raises(Missing):
        files.take(CoreFile.objects.get(), actor=clerk)


def test_a_forgotten_file_is_told(cases, layout, clerk):
    files.make(layout, actor=clerk)
    assert queries.self_check()[0].ok
    CoreFile.objects.update(made_at=timezone.now() - timedelta(days=4))
    assert "1件" in queries.self_check()[0].advice


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_two_clerks_at_once_make_no_case_twice(transactional_db, clerk):
    """Two files at the same moment: together they hold each case once."""
    town = clerk.municipality
    with active_municipality(town):
        ledger.load_procedure(PROCEDURE, actor=clerk)
        layout = layouts.load_layout(LAYOUT, actor=clerk)
        for number in RECEIPTS:
            a_case(number)
    begin = threading.Barrier(2)

    def press() -> None:
        with active_municipality(town):
            begin.wait()
            try:
                files.make(layout, actor=clerk)
            except NothingToDo:
                pass
            finally:
                connection.close()

    both = [threading.Thread(target=press) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    with active_municipality(town):
        assert sorted(FiledCase.objects.values_list("case__receipt_number", flat=True)) == sorted(RECEIPTS)
        assert CoreFile.objects.count() == 1
