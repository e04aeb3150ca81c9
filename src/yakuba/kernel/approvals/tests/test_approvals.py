"""Who proposes never approves, not even through a deputy; what waits stands where it is answered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.accounts.permissions import limit
from yakuba.kernel.approvals import actions, queries
from yakuba.kernel.approvals.actions import ApprovalRefused
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.digest.collecting import collect_work
from yakuba.kernel.registry import ApprovalKind, rooms
from yakuba.kernel.retention.models import Shredding
from yakuba.kernel.townsettings.actions import set_values
from yakuba.kernel.ui.today import todays_work

done: list[str] = []


def take_effect(approval, actor):
    """What follows; refuses what says so."""
    if approval.subject == "thing:refused":
        raise ApprovalRefused("できません。")
    done.append(approval.subject)


KIND = ApprovalKind("things.publish", "公開", "audit.view", f"{__name__}:take_effect", days=5)


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    done.clear()
    manifests = rooms.manifests()
    declared = (*manifests, type(manifests[0])("things", "もの", "", approvals=(KIND,)))
    monkeypatch.setattr(rooms, "manifests", lambda: declared)


@pytest.fixture
def people(in_yakuba_city, make_staff, yakuba_city):
    return [make_staff(yakuba_city, "audit.view") for _ in range(3)]


def proposed(actor, subject="thing:1") -> Approval:
    return actions.propose(KIND.name, subject, actor=actor, summary="公開する内容", reason="準備ができた")


def test_another_person_approves_and_the_effect_follows_once(people):
    first, second, third = people
    row = proposed(first)
    assert row.deadline == timezone.localdate() + timedelta(days=5)
    with pytest.raises(ApprovalRefused, match="本人"):
        actions.approve(row, actor=first)
    approved = actions.approve(row, actor=second, answer="よい")
    assert (approved.state, approved.answered_by, done) == ("approved", second, ["thing:1"])
    with pytest.raises(ApprovalRefused, match="すでに"):
        actions.approve(row, actor=third)
    assert done == ["thing:1"]
    names = list(AuditEvent.objects.filter(name__startswith="approvals.").values_list("name", flat=True))
    assert names == ["approvals.proposed", "approvals.approved"]


def test_an_effect_that_refuses_leaves_the_proposal_open(people):
    row = proposed(people[0], "thing:refused")
    with pytest.raises(ApprovalRefused, match="できません"):
        actions.approve(row, actor=people[1])
    row.refresh_from_db()
    assert row.is_open
    assert row.answered_by is None


def test_who_has_no_right_may_not_and_one_waits_at_a_time(people, make_staff, yakuba_city):
    row = proposed(people[0])
    with pytest.raises(PermissionDenied):
        actions.approve(row, actor=make_staff(yakuba_city))
    with pytest.raises(PermissionDenied):
        actions.send_back(row, "だめ", actor=make_staff(yakuba_city))
    with pytest.raises(ApprovalRefused, match="承認を待って"):
        proposed(people[2])
    with pytest.raises(ApprovalRefused, match="理由"):
        actions.propose(KIND.name, "thing:2", actor=people[0], summary="", reason=" ")


def test_it_is_sent_back_with_a_word_and_the_proposer_takes_it_back(people):
    row = proposed(people[0])
    with pytest.raises(ApprovalRefused, match="差し戻す理由"):
        actions.send_back(row, "", actor=people[1])
    assert actions.send_back(row, "直して", actor=people[1]).answer == "直して"
    again = proposed(people[0])
    assert actions.send_back(again, "取り下げ", actor=people[0]).state == "refused"
    assert done == []


def test_a_deputy_answers_for_who_is_away_but_never_for_the_proposer(people, make_staff, yakuba_city):
    first, second, _ = people
    helper, today = make_staff(yakuba_city), timezone.localdate()
    row = proposed(first)
    actions.appoint(first, helper, today, today)
    with pytest.raises(PermissionDenied):
        actions.approve(row, actor=helper)
    assert queries.waiting(helper) == []
    actions.appoint(second, helper, today + timedelta(days=1), today + timedelta(days=9))
    with pytest.raises(PermissionDenied):
        actions.approve(row, actor=helper)
    actions.appoint(second, helper, today - timedelta(days=1), today)
    assert queries.waiting(helper) == [row]
    approved = actions.approve(row, actor=helper)
    assert (approved.answered_by, approved.acted_for) == (helper, second)
    for wrong in ((second, second, today, today), (second, first, today, today - timedelta(days=1))):
        with pytest.raises(ApprovalRefused):
            actions.appoint(*wrong)


def test_a_deputys_program_answers_only_what_its_token_is_for(people, make_staff, yakuba_city):
    first, second, _ = people
    helper, today = make_staff(yakuba_city, "ledger.view"), timezone.localdate()
    row = proposed(first)
    actions.appoint(second, helper, today, today)
    limit(helper, ["ledger.view"])
    for answer in (actions.approve, lambda row, actor: actions.send_back(row, "違う", actor=actor)):
        with pytest.raises(PermissionDenied):
            answer(row, actor=helper)
    assert queries.waiting(helper) == []


def test_what_waits_stands_on_the_home_page_and_is_answered_on_its_own(
    people, client, make_staff, yakuba_city
):
    first, second, _ = people
    row = proposed(first)
    Approval.objects.filter(pk=row.pk).update(deadline=timezone.localdate() - timedelta(days=1))
    queue = {one["label"]: one["count"] for one in todays_work(second)["queues"]}
    assert queue["承認を待つもの"] == 1
    assert {one["label"]: one["count"] for one in todays_work(first)["queues"]}["承認を待つもの"] == 0
    client.force_login(second)
    page = client.get(reverse("approvals:waiting")).content.decode()
    assert "期限切れ" in page
    assert row.url in page
    assert "公開する内容" in client.get(row.url).content.decode()
    client.post(reverse("approvals:answer", args=[row.pk]), {"approve": "1", "answer": ""})
    assert done == ["thing:1"]
    stranger = make_staff(yakuba_city)
    assert "承認を待つもの" not in [one["label"] for one in todays_work(stranger)["queues"]]
    client.force_login(stranger)
    assert client.get(reverse("approvals:waiting")).status_code == 403
    assert client.get(row.url).status_code == 403


def test_the_towns_deadline_holds_for_tables_of_their_own_too(people):
    set_values({"approvals.days": 3}, actor=people[0])
    day = timezone.localdate() + timedelta(days=3)
    assert proposed(people[0]).deadline == day
    row = Shredding.objects.create(reason="期間を過ぎた", proposed_by=people[0])
    assert row.deadline == day
    row.deadline = None
    row.save()
    assert row.deadline is None, "only from the first time on"


def test_what_waits_after_its_deadline_is_told_to_who_proposed_it_and_who_may_answer(
    people, make_staff, yakuba_city
):
    first, second, third = people
    row = proposed(first)
    assert queries.failures(second) == []
    Approval.objects.filter(pk=row.pk).update(deadline=timezone.localdate() - timedelta(days=1))
    for user in people:
        (told,) = todays_work(user)["failures"]
        assert ("期限を過ぎた承認：公開" in told["title"], told["url"]) == (True, row.url)
    assert queries.failures(make_staff(yakuba_city)) == []
    assert collect_work() == 1
    actions.approve(row, actor=third)
    assert queries.failures(first) == []


def test_a_deputy_is_appointed_and_dismissed_on_the_page(people, client):
    first, second, _ = people
    client.force_login(first)
    today = timezone.localdate().isoformat()
    words = {"deputy": second.pk, "first_day": today, "last_day": today}
    assert client.post(reverse("approvals:waiting"), words).status_code == 302
    assert queries.absent(second) == [first]
    row = client.get(reverse("approvals:waiting")).context["deputies"][0]
    client.post(reverse("approvals:dismiss", args=[row.pk]))
    assert queries.absent(second) == []
