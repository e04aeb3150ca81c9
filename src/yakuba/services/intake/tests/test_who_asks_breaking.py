"""What somebody tried to break of who asks: each try with what keeps it from doing harm."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from yakuba.kernel.ledger import life
from yakuba.kernel.ledger.models import CaseValue
from yakuba.kernel.ledger.workflow import Status, WrongTransition
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.services.intake.actions import acting, answering, post, rules
from yakuba.services.intake.engine.acting.rules import Asked, Door, Part
from yakuba.services.intake.engine.acting.standing import Given
from yakuba.services.intake.models import ActingStatement, RuleFile
from yakuba.services.intake.operations import acting as operations
from yakuba.services.intake.queries import acting as queries
from yakuba.services.intake.tests.test_fees import once
from yakuba.services.intake.tests.test_who_asks import (  # noqa: F401  # fixtures among them
    ADDRESS,
    agent_sends,
    asked,
    head,
    protect,
    resident,
)


def again(case):
    return acting.given_again(queries.standing(case).last)


def test_a_reason_of_before_the_protection_does_not_go_on_under_it(asked, resident, clerk):  # noqa: F811
    """Who went on without a paper knew nothing of the person whom the protection keeps away."""
    case, _ = agent_sends(resident)
    acting.state(case, again(case), actor=clerk, reason="電話", waived="係長の判断")
    assert not queries.standing(case).waits
    protect(case, clerk)
    assert queries.standing(case).waits
    with pytest.raises(Conflict):
        answering.accept(case, actor=clerk)
    acting.state(case, again(case), actor=clerk, reason="本人に確かめた", waived="係長の判断")
    now = queries.standing(case)
    assert not now.waits
    assert queries.GUARD not in now.lacking
    answering.accept(case, actor=clerk)


def test_no_button_of_the_ledger_goes_round_what_is_waited_for(asked, resident, clerk):  # noqa: F811
    case, _ = agent_sends(resident)
    answering.ask_correction(case, "委任状をお送りください", actor=clerk)
    case.refresh_from_db()
    for target in (Status.READY, Status.EXAMINING):
        with pytest.raises(WrongTransition):
            life.take(case, target, actor=clerk, reason="済んだ")
    acting.state(case, again(case), actor=clerk, reason="電話", waived="係長の判断")
    assert life.take(case, Status.READY, actor=clerk, reason="済んだ").status == Status.READY


def test_what_came_without_who_asks_waits_until_a_clerk_says_it(asked, resident, clerk):  # noqa: F811
    """As an outside of before hands it in; the database keeps the statement, so it is let go as an erased one is."""
    case, _ = agent_sends(resident)
    ActingStatement.objects.filter(case=case).delete()
    with pytest.raises(Conflict, match="だれの申請か"):
        answering.accept(case, actor=clerk)
    assert queries.asks(case)
    RuleFile.objects.update(
        told_at=timezone.now() + timedelta(days=1)
    )  # rules of after it came ask nothing of it
    assert not queries.asks(case)


def test_an_envelope_does_not_leave_while_it_is_open_who_asked(asked, clerk):  # noqa: F811
    row = post.register(asked, post.Envelope(timezone.localdate(), "山田　太郎"), None, once(), actor=clerk)
    with pytest.raises(Conflict, match="だれの申請か"):
        post.send(row, actor=clerk)
    said = {Asked.NAME: "代理　次郎", Asked.ADDRESS: ADDRESS}
    points = {"委任状": frozenset({"自筆", "日付"})}
    whole = Given(
        Part.AGENT,
        Door.POST,
        said,
        frozenset({"運転免許証", "委任状"}),
        points,
        {"委任状": timezone.localdate()},
    )
    acting.state(row.case, whole, actor=clerk)
    protect(row.case, clerk)
    with pytest.raises(Conflict, match="本人の連絡先"):
        post.send(row, actor=clerk)
    acting.state(row.case, whole, actor=clerk, reason="本人に確かめた", waived="本人の求め")
    assert post.send(row, actor=clerk).sent_on


def test_a_clerk_does_not_write_the_person_in_the_agents_place(asked, resident, clerk):  # noqa: F811
    case, _ = agent_sends(resident)
    value = CaseValue.objects.get(case=case, field="name").value
    said = {Asked.NAME: value.replace("　", " ")}
    with pytest.raises(Invalid, match="同じ人"):
        acting.state(case, Given(Part.AGENT, Door.WEB, said), actor=clerk, reason="誤り")


@pytest.mark.parametrize(
    "text", ["免許 123456789011", "旅券 TK1234567", "在留 AB12345678CD", "１２３４５６７８９０１１"]
)
def test_no_number_of_a_document_is_kept_in_a_text(asked, resident, clerk, text):  # noqa: F811
    case, _ = agent_sends(resident)
    for more in ({"reason": text, "waived": "甲"}, {"reason": "直す", "waived": text}):
        with pytest.raises(Invalid, match="番号"):
            acting.state(case, again(case), actor=clerk, **more)
    said = {Asked.NAME: f"代理　次郎 {text}", Asked.ADDRESS: ADDRESS}
    with pytest.raises(Invalid, match="番号"):
        acting.state(case, Given(Part.AGENT, Door.WEB, said), actor=clerk, reason="直す")


def test_a_telephone_in_a_reason_is_no_number_of_a_document(asked, resident, clerk):  # noqa: F811
    case, _ = agent_sends(resident)
    row = acting.state(case, again(case), actor=clerk, reason="09012345678 に電話した", waived="0123-45-6789")
    assert row.serial == 2


def test_of_a_document_nothing_is_kept_that_the_rules_do_not_know(asked, resident, clerk):  # noqa: F811
    case, _ = agent_sends(resident)
    operations.set_acting(
        clerk,
        case_id=case.pk,
        part="任意代理人",
        name="代理　次郎",
        address=ADDRESS,
        documents=["運転免許証", "委任状"],
        points=["運転免許証|12-34-567", "委任状|自筆", "委任状|印影を写した"],
        written_on=timezone.localdate().isoformat(),
        reason="届いた",
    )
    seen = {one["name"]: one for one in queries.standing(case).last.seen}
    assert (seen["運転免許証"]["points"], seen["運転免許証"]["written"]) == ([], "")
    assert seen["委任状"]["points"] == ["自筆"]


def test_nobody_chooses_the_door_of_a_case_afterwards(asked, clerk):  # noqa: F811
    """By web no proof of identity is asked: an envelope said to have come by web would need none."""
    row = post.register(asked, post.Envelope(timezone.localdate()), None, once(), actor=clerk)
    with pytest.raises(Invalid, match="郵送"):
        operations.set_acting(clerk, case_id=row.case_id, part="本人", door="ウェブ")
    found = operations.set_acting(clerk, case_id=row.case_id, part="本人")
    assert found["door"] == "post"
    assert found["lacking"]


def test_who_may_not_see_the_place_does_not_go_on_without_it_by_program(
    asked,  # noqa: F811
    resident,  # noqa: F811
    clerk,
    make_staff,
    in_yakuba_city,
):
    case, _ = agent_sends(resident)
    protect(case, clerk)
    staff = make_staff(in_yakuba_city, "intake.view", "intake.edit", "ledger.view")
    with pytest.raises(Missing):
        operations.set_acting(
            staff, case_id=case.pk, part="任意代理人", reason="直す", waived="よいことにする"
        )
    assert queries.standing(case).waits


def test_rules_that_change_under_an_open_draft_are_asked_when_it_is_sent(asked, resident, clerk):  # noqa: F811
    draft = resident.begin_as("任意代理人", name="代理　次郎", address=ADDRESS)
    resident.fill(draft)
    row = RuleFile.objects.get(kind="acting")
    less = row.told.replace("任意代理人, ところ: [ウェブ, 窓口, 郵送]", "任意代理人, ところ: [窓口, 郵送]")
    RuleFile.objects.filter(pk=row.pk).update(told=less)
    answer = resident.client.post(f"{draft}send/")
    assert answer.status_code == 422
    assert not ActingStatement.objects.exists()
    rules.withdraw(row.pk)
    assert resident.client.post(f"{draft}send/").status_code == 302
