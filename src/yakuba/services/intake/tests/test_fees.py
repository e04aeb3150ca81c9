"""Fees of a case, envelopes, closed days, files of payments: once, exact, and never changed afterwards."""

from __future__ import annotations

import io
from datetime import date, timedelta
from itertools import count

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.ledger.actions import load_procedure, open_case
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.intake.actions import closing, fees, payments, post
from yakuba.services.intake.engine.fees.cash import Way
from yakuba.services.intake.models import (
    DayClosing,
    FeeEntry,
    MoneyOrder,
    PaymentLine,
    PostalRequest,
    RuleFile,
)
from yakuba.services.intake.operations import fee_days
from yakuba.services.intake.queries import fees as queries
from yakuba.services.intake.queries import waiting
from yakuba.services.intake.tests.conftest import BUS
from yakuba.services.intake.tests.test_engine_fees import TABLE
from yakuba.services.intake.tests.test_who_asks import head, in_force  # noqa: F401  # a fixture

NUMBERS = count(1)


def once():
    return f"once-of-the-test-{next(NUMBERS):06d}"


@pytest.fixture
def procedure(in_yakuba_city, clerk, head):  # noqa: F811
    found = load_procedure({**BUS, "procedure": "record", "title": "写しの請求"})
    text = (
        TABLE.replace("2026-04-01", "2020-04-01")
        .replace("2027-03-31", "2099-03-31")
        .replace("2027-04-01", "2099-04-01")
    )
    in_force(text, clerk, head, RuleFile.Kind.FEES)
    return found


@pytest.fixture
def case(procedure):
    return open_case(procedure, "0800123416", Status.RECEIVED)


@pytest.fixture
def owing(case, clerk):
    """A case that owes 600 yen."""
    fees.charge(case, "写し", 2, "", once(), actor=clerk)
    return case


def pay(case, clerk, yen=600, way="cash", slip=""):
    return fees.receive(case, way, yen, slip, once(), actor=clerk)


def test_what_is_due_and_paid_is_exact_and_numbered_without_a_gap(owing, clerk):
    pay(owing, clerk, 500)
    account = queries.account(owing)
    assert (account.due, account.received, account.open) == (600, 500, 100)
    with pytest.raises(Conflict, match="100円です"):
        pay(owing, clerk, 101)
    pay(owing, clerk, 100, "cashless", "0042")
    assert [one.number for one in queries.account(owing).entries] == [1, 2, 3]
    assert all(isinstance(one.yen, int) for one in queries.account(owing).entries)


def test_a_button_pressed_twice_writes_once(owing, clerk):
    mark = once()
    first = fees.receive(owing, "cash", 600, "", mark, actor=clerk)
    assert fees.receive(owing, "cash", 600, "", mark, actor=clerk).pk == first.pk
    assert queries.account(owing).received == 600
    with pytest.raises(Conflict, match="別のこと"):
        fees.refund(owing, "cash", 600, "誤り", mark, actor=clerk)
    with pytest.raises(Invalid):
        fees.receive(owing, "cash", 1, "", "", actor=clerk)


def test_an_exemption_takes_nothing_and_says_why(case, clerk):
    row = fees.charge(case, "写し", 3, "生活保護", once(), actor=clerk)
    assert (row.yen, row.unit, row.copies, row.exemption) == (0, 300, 3, "生活保護")
    with pytest.raises(Conflict):
        pay(case, clerk, 1)


def test_no_cards_number_and_no_payment_without_a_slip(owing, clerk):
    with pytest.raises(Invalid, match="カード"):
        pay(owing, clerk, 600, "cashless", "4111 1111 1111 1111")
    with pytest.raises(Invalid, match="控え"):
        pay(owing, clerk, 600, "cashless", "")
    with pytest.raises(Invalid):
        pay(owing, clerk, 300, "order")


def test_a_mistake_is_taken_back_by_a_line_of_its_own_once(owing, clerk):
    row = pay(owing, clerk, 600)
    back = fees.reverse(row, "現金でなく証紙だった", once(), actor=clerk)
    assert (back.yen, back.way, back.reverses) == (-600, "cash", row)
    for wrong in (row, back):
        with pytest.raises(Conflict):
            fees.reverse(wrong, "もう一度", once(), actor=clerk)
    with pytest.raises(Invalid, match="理由"):
        fees.reverse(pay(owing, clerk, 600, "stamp"), " ", once(), actor=clerk)
    with pytest.raises(DatabaseError), transaction.atomic():
        FeeEntry.objects.filter(pk=row.pk).update(yen=1)


def test_money_goes_back_with_a_reason_and_not_more_than_came(owing, clerk):
    pay(owing, clerk, 600)
    assert fees.refund(owing, "cash", 300, "1通は要らなかった", once(), actor=clerk).yen == -300
    with pytest.raises(Conflict, match="300円まで"):
        fees.refund(owing, "cash", 301, "もっと", once(), actor=clerk)


def envelope(procedure, clerk, *orders, mark=None):
    today = timezone.localdate()
    given = [(yen, today - timedelta(days=days), written) for yen, days, written in orders]
    what = post.Envelope(today, "見本　四郎", 110, True, "", given)
    return post.register(procedure, what, None, mark or once(), actor=clerk)


def fates(row):
    return [one.fate for one in MoneyOrder.objects.filter(request=row).order_by("pk")]


def test_an_envelope_is_one_case_and_nothing_above_the_fee_is_kept(procedure, clerk):
    mark = once()
    row = envelope(
        procedure, clerk, (300, 1, False), (500, 1, False), (300, 1, True), (300, 200, False), mark=mark
    )
    assert envelope(procedure, clerk, mark=mark).pk == row.pk
    assert PostalRequest.objects.count() == 1
    assert row.case.name == "見本四郎"
    with pytest.raises(Conflict, match="先に"):
        post.settle(row, once(), actor=clerk)
    fees.charge(row.case, "写し", 1, "", once(), actor=clerk)
    press = once()
    entry = post.settle(row, press, actor=clerk)
    assert post.settle(row, press, actor=clerk).pk == entry.pk
    assert entry.yen == 300
    assert entry.way == Way.ORDER
    assert fates(row) == ["kept", "back", "back", "back"]
    assert [one.yen for one in queries.returned(post.request_of(row.pk))] == [500, 300, 300]
    sent = post.send(row, actor=clerk)
    assert sent.sent_on == timezone.localdate() == post.send(row, actor=clerk).sent_on


def test_too_little_is_kept_open_until_more_comes(procedure, clerk):
    row = envelope(procedure, clerk, (200, 1, False))
    fees.charge(row.case, "写し", 1, "", once(), actor=clerk)
    post.settle(row, once(), actor=clerk)
    assert queries.account(row.case).open == 100
    post.add_orders(row, [(100, timezone.localdate(), False)], actor=clerk)
    post.settle(row, once(), actor=clerk)
    assert queries.account(row.case).open == 0
    assert fates(row) == ["kept", "kept"]


def test_one_order_above_the_fee_is_all_to_be_given_back(procedure, clerk):
    row = envelope(procedure, clerk, (450, 1, False))
    fees.charge(row.case, "写し", 1, "", once(), actor=clerk)
    assert post.settle(row, once(), actor=clerk) is None
    assert fates(row) == ["back"]
    assert queries.account(row.case).open == 300


def test_orders_lie_here_again_when_their_line_is_taken_back(procedure, clerk):
    row = envelope(procedure, clerk, (300, 1, False))
    fees.charge(row.case, "写し", 1, "", once(), actor=clerk)
    entry = post.settle(row, once(), actor=clerk)
    fees.reverse(entry, "別の人の封筒だった", once(), actor=clerk)
    assert fates(row) == ["held"]
    assert not queries.day_of(entry.day).orders
    with pytest.raises(Conflict, match="分けていない"):
        post.send(row, actor=clerk)


def test_what_ends_soon_and_what_waits_stands_on_the_home_page(procedure, clerk):
    envelope(procedure, clerk, (300, 170, False), (300, 1, False))
    assert waiting.money_orders(clerk).count == 1
    assert waiting.money_orders(clerk).urgent
    assert waiting.envelopes(clerk).count == 1
    assert not waiting.envelopes(clerk).urgent
    assert waiting.open_days(clerk).count == 0


def test_an_order_of_no_value_and_a_day_of_tomorrow_are_refused(procedure, clerk):
    with pytest.raises(Invalid, match="310円の定額小為替はありません"):
        envelope(procedure, clerk, (310, 1, False))
    what = post.Envelope(timezone.localdate() + timedelta(days=1))
    with pytest.raises(Invalid):
        post.register(procedure, what, None, once(), actor=clerk)
    assert not PostalRequest.objects.exists()


def count_day(clerk, cash=600, reasons=None, **counted):
    pieces = {100: (cash + 1_000) // 100}
    return closing.propose(timezone.localdate(), pieces, 1_000, counted, reasons or {}, actor=clerk)


def test_a_day_is_closed_by_two_people_and_never_changed(owing, clerk, head):  # noqa: F811
    pay(owing, clerk, 600)
    approval = count_day(clerk)
    with pytest.raises(Conflict):
        approvals.approve(approval, actor=clerk)
    approvals.approve(approval, actor=head)
    row = DayClosing.objects.get()
    assert (row.recorded, row.difference, row.counted_by, row.closed_by) == (600, 0, clerk, head)
    with pytest.raises(DatabaseError), transaction.atomic():
        DayClosing.objects.update(recorded=0)
    with pytest.raises(Conflict, match="締めてあります"):
        count_day(clerk)
    late = fees.charge(owing, "写し", 1, "", once(), actor=clerk)
    assert late.day == row.day + timedelta(days=1)
    assert len(queries.day_of(row.day).entries) == 2


def test_a_difference_needs_a_reason_and_is_kept(owing, clerk, head):  # noqa: F811
    pay(owing, clerk, 600)
    with pytest.raises(Invalid, match=r"-100円"):
        count_day(clerk, 500)
    approvals.approve(count_day(clerk, 500, {"cash": "釣りの渡し過ぎ"}), actor=head)
    row = DayClosing.objects.get()
    assert row.difference == -100
    assert next(one for one in row.content["lines"] if one["way"] == "cash")["reason"] == "釣りの渡し過ぎ"


def test_what_is_written_after_the_count_sends_it_back(owing, clerk, head):  # noqa: F811
    pay(owing, clerk, 500)
    approval = count_day(clerk, 500)
    pay(owing, clerk, 100)
    with pytest.raises(approvals.ApprovalRefused, match="数え直して"):
        approvals.approve(approval, actor=head)
    assert not DayClosing.objects.exists()


def test_an_earlier_day_is_closed_first(owing, clerk):
    with pytest.raises(Conflict, match="先の日"):
        closing.propose(timezone.localdate() + timedelta(days=1), {}, 0, {}, {}, actor=clerk)
    before = FeeEntry.objects.get()
    FeeEntry.objects.create(
        number=99, once=once(), case=owing, kind="due", yen=0, day=before.day - timedelta(days=1)
    )
    with pytest.raises(Conflict, match="先に"):
        closing.propose(before.day, {}, 0, {}, {}, actor=clerk)
    assert waiting.open_days(clerk).count == 1


@pytest.mark.slow
def test_a_closed_day_is_printed_and_taken_along(owing, clerk, head):  # noqa: F811
    pay(owing, clerk, 600)
    approvals.approve(count_day(clerk), actor=head)
    number = DayClosing.objects.get().pk
    pdf = fee_days.closing_pdf(None, day_closing_id=number)
    assert begins(pdf, b"%PDF")
    for form, mark in (("xlsx", b"PK"), ("utf-8", b"\xef\xbb\xbf"), ("cp932", "番号".encode("cp932"))):
        assert begins(fee_days.closing_table(None, day_closing_id=number, form=form), mark)


def begins(file, mark):
    content = file.content if isinstance(file.content, bytes) else file.content.read()
    return content.startswith(mark)


FILE = "日付,額,控え番号,摘要\n{day},600,0042,\n{day},600,0043,\n"


def load(text, clerk, source="cashless"):
    return payments.load(io.BytesIO(text.encode()), source, actor=clerk)


def test_a_file_finds_its_records_and_twice_adds_nothing(owing, clerk):
    entry = pay(owing, clerk, 600, "cashless", "0042")
    text = FILE.format(day=entry.day.isoformat())
    assert (load(text, clerk).lines, load(text, clerk).known) == (2, 2)
    assert PaymentLine.objects.get(entry=entry).slip == "0042"
    assert [one.slip for one in queries.unmatched_lines()] == ["0043"]
    assert queries.unmatched_records() == []


def test_what_is_recorded_and_told_by_no_file_is_told(owing, clerk):
    entry = pay(owing, clerk, 600, "account")
    load(f"日付,額\n{entry.day.isoformat()},500\n", clerk, "account")
    assert [one.pk for one in queries.unmatched_records()] == [entry.pk]
    line = PaymentLine.objects.get()
    with pytest.raises(Conflict, match="額が違います"):
        payments.match_by_hand(line, entry, actor=clerk)


def test_a_file_with_a_cards_number_or_a_wrong_line_is_not_taken_at_all(owing, clerk):
    with pytest.raises(DefinitionRefused, match="カード"):
        load("日付,額,控え番号\n2026-12-01,600,4111111111111111\n2026-12-01,600,1\n", clerk)
    with pytest.raises(DefinitionRefused, match="額"):
        load("日付,額\n2026-12-01,600.5\n", clerk)
    assert not PaymentLine.objects.exists()


def test_the_pages_take_what_a_clerk_types(owing, clerk, make_staff, in_yakuba_city):
    client = Client()
    client.force_login(clerk)
    where = f"/intake/cases/{owing.pk}/fees/"
    assert "600" in client.get(where).content.decode()
    mark = once()
    for _ in range(2):
        answer = client.post(f"{where}received/", {"once": mark, "way": "cash", "yen": "６００円"})
        assert answer.status_code == 302, answer.content.decode()
    assert queries.account(owing).received == 600
    answer = client.post(f"{where}received/", {"once": once(), "way": "cash", "yen": "1"})
    assert answer.status_code in (409, 422)
    assert "多すぎます" in answer.content.decode()
    today = timezone.localdate().isoformat()
    assert "数えて締める" in client.get(f"/intake/fees/day/?day={today}").content.decode()
    answer = client.post(f"/intake/fees/day/?day={today}", {"fund": "0", "pieces_500": "1"})
    assert "合いません" in answer.content.decode()
    answer = client.post(
        f"/intake/fees/day/?day={today}", {"fund": "0", "pieces_500": "1", "pieces_100": "1"}
    )
    assert answer.status_code == 302, answer.content.decode()
    assert client.get("/intake/fees/").status_code == 200
    assert client.get("/intake/fees/payments/").status_code == 200
    file = SimpleUploadedFile("a.csv", f"日付,額\n{today},1\n".encode())
    answer = client.post("/intake/fees/payments/account/", {"file": file}, follow=True)
    assert "取り込" in answer.content.decode()
    other = Client()
    other.force_login(make_staff(in_yakuba_city, "intake.view"))
    assert other.get(where).status_code == 403


def test_the_page_of_an_envelope_says_the_next_thing(procedure, clerk):
    client = Client()
    client.force_login(clerk)
    assert client.get("/intake/post/", follow=True).status_code == 200
    given = {
        "once": once(),
        "apply_code": "record",
        "arrived_on": timezone.localdate().isoformat(),
        "name": "見本　四郎",
        "orders": "450 R8.11.1\n",
    }
    bad = client.post("/intake/post/open/", given | {"orders": "310 R8.11.1"})
    assert bad.status_code == 422
    assert "1行目" in bad.content.decode()
    answer = client.post("/intake/post/open/", given)
    assert answer.status_code == 302, answer.content.decode()
    page = client.get(answer["Location"]).content.decode()
    assert "次は、手数料です" in page
    row = PostalRequest.objects.get()
    fees.charge(row.case, "写し", 1, "", once(), actor=clerk)
    page = client.get(answer["Location"]).content.decode()
    assert "あと300円足りません" in page
    assert "返す見込み" in page
    assert MoneyOrder.objects.get().issued_on == date(2026, 11, 1)
