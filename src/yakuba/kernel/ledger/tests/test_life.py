"""A person takes a case through its life on its page; what is entered is never sent to be entered again."""

import pytest

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.ledger import actions, life, queries
from yakuba.kernel.ledger.by_hand import enter_by_hand
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.tests.test_ledger import DOCUMENT
from yakuba.kernel.ledger.workflow import BY_HAND, RESIDENT, TRANSITIONS, Status, WrongTransition


@pytest.fixture
def case(in_yakuba_city):
    return actions.open_case(actions.load_procedure(DOCUMENT), "0800000129")


def walk(case, *targets, actor):
    for target in targets:
        case = life.take(case, target, actor=actor, reason="申請者と電話で話した")
    return case


def test_every_step_that_is_offered_stands_in_the_table():
    assert {(origin, target) for origin, steps in BY_HAND.items() for target in steps} <= TRANSITIONS


def test_from_entered_to_done_with_a_decision_taken_up_again(case, clerk):
    enter_by_hand(actions.move(case, Status.READY), "K-17", actor=clerk, seconds=60)
    entered = Case.objects.get(pk=case.pk)
    walk(
        entered,
        Status.EXAMINING,
        Status.REFUSED,
        Status.EXAMINING,
        Status.DECIDED,
        Status.DONE,
        actor=clerk,
    )
    kinds = list(case.events.order_by("pk").values_list("kind", flat=True))[-5:]
    assert kinds == [
        "ledger.examining",
        "ledger.refused",
        "ledger.examining",
        "ledger.decided",
        "ledger.done",
    ]
    assert AuditEvent.objects.filter(name="ledger.moved", actor=clerk).count() == 5
    assert queries.entered("bus-pass").count() == 1, "a decision takes no entry away"
    assert queries.effort("bus-pass").person == 60.0
    assert life.offered(Case.objects.get(pk=case.pk)) == {}


def test_what_is_entered_is_never_sent_to_be_entered_again(case, clerk):
    enter_by_hand(actions.move(case, Status.READY), "K-17", actor=clerk, seconds=60)
    examined = walk(Case.objects.get(pk=case.pk), Status.EXAMINING, actor=clerk)
    assert Status.READY not in life.offered(examined)
    with pytest.raises(WrongTransition, match="K-17"):
        actions.move(examined, Status.READY)
    walk(examined, Status.RETURNED, actor=clerk)
    with pytest.raises(WrongTransition, match="K-17"):
        actions.move(examined, Status.READY)


def test_what_waits_for_a_look_goes_back_to_it_and_not_to_the_robots(case, clerk):
    actions.record_value(case, "name", "山目太郎", trusted=False, source={})
    actions.move(case, Status.CONFIRMING)
    returned = walk(case, Status.RETURNED, actor=clerk)
    assert set(life.offered(returned)) == {Status.CONFIRMING, Status.REFUSED, Status.WITHDRAWN}
    for target in (Status.READY, Status.EXAMINING):
        with pytest.raises(WrongTransition, match="補正待ち"):
            life.take(returned, target, actor=clerk)
    actions.confirm_value(case, "name", "山田太郎", actor=clerk, seconds=2)
    assert Status.CONFIRMING not in life.offered(returned)
    assert life.take(returned, Status.READY, actor=clerk).status == Status.READY


def test_a_step_that_another_took_first_is_told(case, clerk):
    ready = actions.move(case, Status.READY)
    walk(ready, Status.EXAMINING, actor=clerk)
    with pytest.raises(WrongTransition, match="ほかの職員"):
        life.take(ready, Status.EXAMINING, actor=clerk)


def test_on_the_page_with_its_reason_and_the_residents_word(case, clerk, client):
    actions.move(case, Status.READY)
    client.force_login(clerk)
    address = f"/cases/{case.pk}/"
    page = client.get(address).content.decode()
    assert f"申請者には「{RESIDENT[Status.READY]}」と伝えます" in page
    assert "補正を求める" in page
    answer = client.post(f"{address}step/", {"target": "returned", "reason": " "})
    assert answer.status_code == 422
    assert "理由を書いてください" in answer.content.decode()
    assert client.post(f"{address}step/", {"target": "entered", "reason": "勝手に"}).status_code == 409, (
        "what a room does is no button"
    )
    assert client.post(f"{address}step/", {"target": "returned", "reason": "住所がない"}).status_code == 302
    page = client.get(address).content.decode()
    assert "申請者には「訂正待ち」と伝えます" in page
    assert "住所がない" in page


def test_a_second_tab_is_told_what_the_first_did(case, clerk, client):
    actions.move(case, Status.READY)
    client.force_login(clerk)
    address = f"/cases/{case.pk}/"
    for target, label in (("examining", "審査中"), ("decided", "決定"), ("done", "完了")):
        step = {"target": target, "reason": ""}
        tab = {"headers": {"referer": f"http://testserver{address}"}, "follow": True}
        assert f"「{label}」にしました" in client.post(f"{address}step/", step, **tab).content.decode()
        before = case.events.count()
        page = client.post(f"{address}step/", step, **tab).content.decode()
        assert f"は「{label}」なので、「{label}」にはできません" in page
        assert case.events.count() == before


def test_only_who_may_is_offered_it(case, client, make_staff, yakuba_city):
    actions.move(case, Status.READY)
    client.force_login(make_staff(yakuba_city, "ledger.view"))
    assert "補正を求める" not in client.get(f"/cases/{case.pk}/").content.decode()
    assert client.post(f"/cases/{case.pk}/step/", {"target": "returned", "reason": "x"}).status_code == 403
    case.refresh_from_db()
    assert case.status == Status.READY
