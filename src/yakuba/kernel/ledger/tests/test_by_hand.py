"""A case that no robot enters is marked by a person, with the core system's number, once."""

import pytest

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.ledger import actions, queries
from yakuba.kernel.ledger.by_hand import NotEntered, enter_by_hand
from yakuba.kernel.ledger.models import CaseEvent
from yakuba.kernel.ledger.tests.test_ledger import DOCUMENT
from yakuba.kernel.ledger.workflow import Status


@pytest.fixture
def case(in_yakuba_city):
    case = actions.open_case(actions.load_procedure(DOCUMENT), "0800000129")
    return actions.move(case, Status.READY)


def test_the_number_the_person_and_the_time_stand_in_the_case(case, clerk, client):
    client.force_login(clerk)
    assert "手で入力した" in client.get(f"/cases/{case.pk}/").content.decode()
    answer = client.post(f"/cases/{case.pk}/by-hand/", {"number": " K-17 ", "minutes": "7.5", "note": "急ぎ"})
    assert answer.status_code == 302
    case.refresh_from_db()
    assert (case.status, case.target_number) == (Status.ENTERED, "K-17")
    event = CaseEvent.objects.get(kind="ledger.entered_by_hand")
    assert (event.user, event.seconds, event.details["number"]) == (clerk, 450.0, "K-17")
    assert AuditEvent.objects.get(name="ledger.entered_by_hand").actor == clerk
    assert queries.effort("bus-pass").person == 450.0, "no saving is claimed for what a person typed"
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert "職員が手で入力した" in page
    assert "登録番号 K-17" in page
    assert "入力済みにする" not in page


def test_a_number_is_one_cases_and_a_case_is_entered_once(case, clerk):
    other = actions.move(actions.open_case(case.procedure, "0800000226"), Status.READY)
    enter_by_hand(case, "K-17", actor=clerk, seconds=1)
    with pytest.raises(NotEntered, match="0800000129"):
        enter_by_hand(other, "K-17", actor=clerk, seconds=1)
    with pytest.raises(NotEntered, match="0800000129"):
        enter_by_hand(other, "Ｋ－１７", actor=clerk, seconds=1)
    with pytest.raises(NotEntered, match="入力済み"):
        enter_by_hand(case, "K-18", actor=clerk, seconds=1)
    for number in ("", " ", "x" * 61, "K\n17"):
        with pytest.raises(NotEntered, match="登録番号を"):
            enter_by_hand(other, number, actor=clerk, seconds=1)


def test_what_a_robot_has_is_nobodys_to_mark(case, clerk, client):
    actions.move(case, Status.ENTERING)
    with pytest.raises(NotEntered, match="入力中"):
        enter_by_hand(case, "K-17", actor=clerk, seconds=1)
    client.force_login(clerk)
    answer = client.post(f"/cases/{case.pk}/by-hand/", {"number": "K-17", "minutes": "1"})
    assert answer.status_code == 409


def test_only_who_may_is_offered_it(case, client, make_staff, yakuba_city):
    client.force_login(make_staff(yakuba_city, "ledger.view"))
    assert "手で入力した" not in client.get(f"/cases/{case.pk}/").content.decode()
    assert client.post(f"/cases/{case.pk}/by-hand/", {"number": "1", "minutes": "1"}).status_code == 403


def test_a_second_tab_is_told_that_it_stands_there_already(case, clerk, client):
    client.force_login(clerk)
    address, given = f"/cases/{case.pk}/", {"number": "K-17", "minutes": "7.5"}
    tab = {"headers": {"referer": f"http://testserver{address}"}, "follow": True}
    assert "入力済みにしました" in client.post(f"{address}by-hand/", given, **tab).content.decode()
    for again in (given, {"number": "", "minutes": ""}):
        page = client.post(f"{address}by-hand/", again, **tab).content.decode()
        assert "は「入力済み」なので、手で入力済みにできません" in page
    assert CaseEvent.objects.filter(kind="ledger.entered_by_hand").count() == 1
