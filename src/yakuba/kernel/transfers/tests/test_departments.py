"""A whole department becomes another one on the day of the transfers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from yakuba.kernel.accounts import actions as accounts
from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tenancy.models import Department
from yakuba.kernel.transfers import actions, queries
from yakuba.kernel.transfers.models import Transfers
from yakuba.kernel.transfers.reading import Move, moves


@pytest.fixture
def boss(in_yakuba_city, make_staff, yakuba_city):
    accounts.save_staff("0001", name="甲野一郎", department="保育課")
    accounts.save_staff("0002", name="乙川花子", department="保育課")
    accounts.save_staff("0003", name="丙山次郎", department="福祉課")
    return make_staff(yakuba_city, "accounts.manage")


def table(*lines: str) -> bytes:
    return "\r\n".join(["職員ID,今の課,課,退職", *lines]).encode()


def carried_out(boss, *lines: str) -> Transfers:
    row = actions.draft(table(*lines), timezone.localdate(), actor=boss)
    actions.plan(row, actor=boss)
    actions.carry_out(row.pk)
    return Transfers.objects.get(pk=row.pk)


def placed() -> dict[str, str]:
    rows = User.objects.filter(username__startswith="000").select_related("department")
    return {row.username: str(row.department) for row in rows}


def test_a_new_name_holds_for_everybody_but_who_goes_elsewhere(boss):
    kept = Department.objects.get(name="保育課").pk
    row = carried_out(boss, "0002,,総務課,", ",保育課,こども課,")
    assert placed() == {"0001": "こども課", "0002": "総務課", "0003": "福祉課"}
    assert Department.objects.get(name="こども課").pk == kept
    assert (row.state, row.troubled) == ("done", False)
    event = AuditEvent.objects.get(name="transfers.department_moved")
    assert (event.details["before"], event.details["after"], event.details["people"]) == (
        "保育課",
        "こども課",
        2,
    )


def test_two_departments_become_one_with_those_who_left_too(boss):
    accounts.set_active(User.objects.get(username="0002"), False)
    carried_out(boss, ",保育課,福祉課,")
    assert set(placed().values()) == {"福祉課"}
    assert not Department.objects.filter(name="保育課").exists()


def test_a_department_that_is_gone_by_then_is_told_and_hinders_nobody(boss):
    row = actions.draft(table(",福祉課,こども課,", "0001,,総務課,"), timezone.localdate(), actor=boss)
    actions.plan(row, actor=boss)
    accounts.save_department(
        "地域福祉課", department=Department.objects.get(name="福祉課"), actor=boss
    )  # meanwhile
    actions.carry_out(row.pk)
    row.refresh_from_db()
    assert row.troubled
    assert "福祉課：この課は、もうありません" in row.report[0]
    assert placed()["0001"] == "総務課"


def test_it_is_looked_at_before(boss, client):
    client.force_login(boss)
    day = timezone.localdate() + timedelta(days=1)
    file = SimpleUploadedFile("a.csv", table(",保育課,こども課,", ",福祉課,市民課,", "0001,,市民課,"))
    accounts.save_department("市民課", actor=boss)
    url = client.post("/transfers/", {"day": day.isoformat(), "file": file}).url
    page = client.get(url).content.decode()
    assert "保育課（2人） → こども課に名が変わります" in page
    assert "福祉課（1人） → 市民課に合わせます" in page
    assert "1人と2課" in page
    assert "だれもいなくなる課" not in page
    assert placed()["0001"] == "保育課", "looking changes nothing"
    stored = [Move.of(one) for one in Transfers.objects.get().moves]
    assert queries.departments(stored) == (["こども課"], [])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",ない課,こども課,", "課「ない課」がありません"),
        (",保育課,,", "新しい課の名"),
        (",保育課,保育課,", "新しい課の名"),
        (",保育課,こども課,○", "まるごと移す行に書けるのは"),
        (",福祉課,こども課,", "2行目にもあります"),
        ("0001,,福祉課,", "この表の2行目で別の課になります"),
        (",保育課,福祉課,", "この表の2行目で別の課になります"),
        ("0001,保育課,総務課,", "職員IDが空欄の行"),
    ],
)
def test_a_wrong_line_is_told(boss, line, reason):
    with pytest.raises(Invalid) as refusal:
        moves(table(",福祉課,市民課,", line))
    (problem,) = refusal.value.problems
    assert (problem.line, reason in problem.reason) == (3, True), problem
