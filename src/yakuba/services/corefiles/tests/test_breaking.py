"""What a stranger broke: files whose layout changes later, tables of odd systems, cases that stand in front of others."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger import by_hand
from yakuba.kernel.ledger.models import Case, CaseEvent
from yakuba.kernel.ledger.workflow import Status, WrongTransition
from yakuba.kernel.protection import policy
from yakuba.kernel.refusals import Forbidden, Invalid
from yakuba.kernel.search.models import Waiting
from yakuba.kernel.tables.tests.looking import form_of
from yakuba.kernel.values.receipt_numbers import check_digits
from yakuba.services.corefiles import operations, queries
from yakuba.services.corefiles.actions import files, layouts
from yakuba.services.corefiles.engine.results import Result
from yakuba.services.corefiles.models import CoreFile, FiledCase, FileLayout
from yakuba.services.corefiles.tests.examples import LAYOUT, PROCEDURE, RECEIPTS, a_case

MINE = {"code": "mine", "label": "個人番号", "type": "my_number"}


@pytest.fixture
def with_number(in_yakuba_city, clerk):
    """A layout with My Number in it, and a case."""
    document = PROCEDURE | {"fields": [*PROCEDURE["fields"], MINE], "version": 2}
    ledger.load_procedure(document, actor=clerk)
    layout = layouts.load_layout(LAYOUT + "  - 見出し: 個人番号\n    項目: mine\n", actor=clerk)
    a_case(RECEIPTS[0], mine="123456789018")
    return layout


def test_a_number_in_a_file_stays_closed_when_the_layout_loses_it(with_number, make_staff, clerk):
    revealing = make_staff(clerk.municipality, "corefiles.make", "ledger.reveal")
    made = files.make(with_number, actor=revealing)
    layouts.load_layout(LAYOUT, actor=clerk)
    made = CoreFile.objects.get(pk=made.pk)
    with pytest.raises(Forbidden):
        files.take(made, actor=make_staff(clerk.municipality, "corefiles.make"))
    made.held = None
    with pytest.raises(Forbidden):
        files.take(made, actor=make_staff(clerk.municipality, "corefiles.make"))


def test_a_place_in_a_file_stays_closed_when_the_layout_loses_it(layout, clerk, monkeypatch):
    case = a_case(RECEIPTS[0], address="やくば市中央1-1")
    row = layouts.load_layout(LAYOUT + "  - 見出し: 住所\n    項目: address\n", actor=clerk)
    made = files.make(row, actor=clerk)
    layouts.load_layout(LAYOUT, actor=clerk)
    monkeypatch.setattr(policy, "withheld", lambda *_: frozenset({str(case.pk)}))
    with pytest.raises(Forbidden, match="支援措置"):
        files.take(CoreFile.objects.get(pk=made.pk), actor=clerk)


def test_no_number_of_a_person_stands_on_the_page_of_a_layout(with_number, make_staff, clerk):
    client = Client()
    client.force_login(
        make_staff(clerk.municipality, "corefiles.view", "corefiles.make", "ledger.view", "ledger.reveal")
    )
    prepared = queries.prepared(with_number, make_staff(clerk.municipality, "ledger.reveal"))
    ((_, written),) = prepared.written
    assert "123456789018" in written.cells
    assert queries.MASKED in queries.shown_cells(prepared, written.cells)
    assert (
        "123456789018"
        not in client.get(reverse("corefiles:layout", args=[with_number.code])).content.decode()
    )


def test_cases_that_cannot_be_written_keep_none_behind_them_out(layout, clerk, monkeypatch):
    monkeypatch.setattr(queries, "MOST_CASES", 2)
    for number in RECEIPTS[:2]:
        ledger.record_value(a_case(number), "name", "𠮷田花子", trusted=True, source={})
    for number in RECEIPTS[2:]:
        a_case(number)
    made = files.make(layout, actor=clerk)
    assert [row.case.receipt_number for row in made.rows.order_by("line")] == list(RECEIPTS[2:])
    assert [row.line for row in made.rows.order_by("line")] == [1, 2]


def test_a_refused_case_that_came_in_otherwise_waits_for_nobody(cases, layout, clerk):
    made = files.make(layout, actor=clerk)
    files.settle(made, [Result(RECEIPTS[0], refused="住所"), Result(RECEIPTS[1], refused="x")], actor=clerk)
    by_hand.enter_by_hand(Case.objects.get(pk=cases[0].pk), "H-1", actor=clerk, seconds=1)
    ledger.move(Case.objects.get(pk=cases[1].pk), Status.WITHDRAWN, user=clerk, reason="取り下げ")
    assert not queries.refused().exists()


def test_a_number_that_the_house_gives_is_given_once(cases, layout, clerk):
    """As in a town that was taken over: its files have other numbers here."""
    made = files.make(layout, actor=clerk)
    other = a_case(RECEIPTS[3])
    by_hand.enter_by_hand(other, f"連携{made.pk}-1", actor=clerk, seconds=1)
    assert files.settle(made, None, actor=clerk) == []
    numbers = list(Case.objects.values_list("target_number", flat=True))
    assert len(set(numbers)) == len(numbers) == 4


def test_two_thousand_are_moved_by_as_many_queries_as_two(cases, layout, clerk):
    """Making, undoing and settling a file ask the database for all cases at once."""

    def asked(action) -> int:
        with CaptureQueriesContext(connection) as found:
            action()
        return len(found)

    def all_of_them() -> list[int]:
        rows = []
        rows.append(asked(lambda: files.make(layout, actor=clerk)))
        rows.append(asked(lambda: files.undo(CoreFile.objects.latest("pk"), "様式", actor=clerk)))
        made = files.make(layout, actor=clerk)
        rows.append(asked(lambda: files.settle(made, None, actor=clerk)))
        return rows

    few = all_of_them()
    numbers = [f"09{one:06d}" for one in range(20)]
    for number in numbers:
        a_case(number + check_digits(number))
    many = all_of_them()
    # Twenty more cases: what belongs to each would cost twenty more. One or two are the house's own, now in this file, now in that.
    assert all(later <= before + 3 for before, later in zip(few, many, strict=True)), (few, many)


def test_what_is_moved_together_is_as_if_it_were_moved_alone(cases, layout, clerk):
    made = files.make(layout, actor=clerk)
    files.settle(made, [Result(RECEIPTS[0], "A-1"), Result(RECEIPTS[1])], actor=clerk)
    events = CaseEvent.objects.filter(case=cases[0], kind__in=("ledger.entering", "ledger.entered"))
    assert [(one.user, one.details["reason"]) for one in events.order_by("pk")] == [
        (clerk, f"{made}に入れた"),
        (clerk, f"{made}が取り込まれた"),
    ]
    assert Waiting.objects.filter(source="ledger.cases", key=str(cases[0].pk)).exists()
    with pytest.raises(WrongTransition):
        ledger.move_together([Case.objects.get(pk=case.pk) for case in cases], Status.READY, user=clerk)
    assert Case.objects.get(pk=cases[2].pk).status == Status.ENTERING, "all of them, or none"


def test_two_lines_with_one_number_are_not_both_believed(cases, layout, clerk):
    made = files.make(layout, actor=clerk)
    told = files.settle(made, [Result(RECEIPTS[0], "A-1"), Result(RECEIPTS[1], "Ａ－１")], actor=clerk)
    assert len(told) == 1
    assert Case.objects.get(pk=cases[1].pk).status == Status.ENTERING


def test_a_receipt_number_that_lost_its_zero_is_found(cases, layout, clerk):
    made = files.make(layout, actor=clerk)
    table = f"受付番号,登録番号,理由\n{RECEIPTS[0].lstrip('0')},A-1,\n"
    assert operations.settle_from(made, BytesIO(table.encode()), actor=clerk) == []
    assert Case.objects.get(pk=cases[0].pk).target_number == "A-1"


def test_a_program_finds_the_reasons_under_their_other_name(cases, layout, clerk):
    """They were passed over, and what the core system had refused counted as entered."""
    made = files.make(layout, actor=clerk)
    table = f"受付番号,整理番号,エラー内容\n{RECEIPTS[0]},,住所がない\n{RECEIPTS[1]},A-1,\n"
    assert operations.settle_from(made, BytesIO(table.encode("cp932")), actor=clerk) == []
    assert FiledCase.objects.get(case=cases[0]).state == FiledCase.State.REFUSED
    assert Case.objects.get(pk=cases[1].pk).target_number == "A-1"


@pytest.mark.parametrize(
    "table", ["受付番号,処理\n{0},異常\n", "受付番号,登録番号,理由\n,A,\n", "受付番号,登録番号,理由\n"]
)
def test_a_table_that_says_nothing_changes_nothing(cases, layout, clerk, table):
    made = files.make(layout, actor=clerk)
    with pytest.raises(Invalid):
        operations.settle_from(made, BytesIO(table.format(RECEIPTS[0]).encode()), actor=clerk)
    assert {case.status for case in Case.objects.all()} == {Status.ENTERING}
    client = Client()
    client.force_login(clerk)
    address = reverse("corefiles:results", args=[made.pk])
    sent = SimpleUploadedFile("r.csv", table.format(RECEIPTS[0]).encode())
    looked = client.post(address, {"file": sent}, follow=True)
    assert looked.status_code in (200, 422)
    if "column-0" in looked.content.decode():
        assert client.post(address, form_of(looked) | {"take": "1"}).status_code == 422
    assert {case.status for case in Case.objects.all()} == {Status.ENTERING}


def test_a_layout_that_no_file_can_hold_is_not_put_into_use(layout, clerk):
    with pytest.raises(DefinitionRefused, match="U\\+20BB7"):
        layouts.load_layout(LAYOUT.replace("生年月日", "𠮷日"), actor=clerk)
    assert FileLayout.objects.get().version == 1


def test_a_new_layout_writes_over_none_that_is_there(layout, clerk):
    client = Client()
    client.force_login(clerk)
    address = reverse("corefiles:new_layout") + "?procedure=seal-card"
    sent = {"code": layout.code, "title": "別の", "form": "CSV", "encoding": "UTF-8", "at-1": "1"}
    answer = client.post(address, sent)
    assert answer.status_code == 422
    assert "印鑑システム取込" in answer.content.decode()
    assert FileLayout.objects.get().text == LAYOUT
