"""Applications and facilities are corrected through the API and the command line as on their pages."""

from __future__ import annotations

import json

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.jobs.models import Job
from yakuba.services.nursery.actions import decisions, handing

SECOND = "0800000226"


def test_an_application_leaves_the_round_with_a_reason_and_comes_back(full, api):
    child = full.child(SECOND)
    assert api(f"applications/{child.pk}").json()["state"] == "active"
    assert api(f"applications/{child.pk}/withdraw", reason=" ").status_code == 409
    gone = api(f"applications/{child.pk}/withdraw", reason="転出").json()
    assert (gone["state"], gone["withdrawn_reason"], gone["receipt_number"]) == ("withdrawn", "転出", SECOND)
    back = api(f"applications/{child.pk}/return", application_id=child.pk)
    assert (back.status_code, back.json()["state"]) == (200, "active")


def test_what_is_given_is_corrected_and_the_rest_stays(full, api):
    child = full.child(SECOND)
    wishes = list(child.wishes)
    done = api(f"applications/{child.pk}/correct", values={"district": "南", "wants_hold": "on"})
    assert sorted(done.json()["changed"]) == ["district", "wants_hold"]
    after = full.child(SECOND)
    assert (after.district, after.wants_hold, after.wishes) == ("南", True, wishes)
    again = api(f"applications/{child.pk}/correct", values={"district": "南"}).json()
    assert (again["changed"], full.child(SECOND).wants_hold) == ([], True)
    assert api(f"applications/{child.pk}/correct", values={"wants_hold": ""}).json()["changed"] == [
        "wants_hold"
    ]
    assert AuditEvent.objects.filter(name="nursery.application_corrected").count() == 2


def test_a_wrong_item_and_a_wrong_value_are_told_and_change_nothing(full, api):
    child = full.child(SECOND)
    unknown = api(f"applications/{child.pk}/correct", values={"wish": "N1"})
    assert (unknown.status_code, "項目「wish」はありません" in unknown.json()["detail"]) == (422, True)
    wrong = api(f"applications/{child.pk}/correct", values={"district": "北", "wish_1": "XX"})
    assert (wrong.status_code, wrong.json()["errors"][0]["place"]) == (422, "wish_1")
    assert full.child(SECOND).district == child.district


def test_free_seats_are_corrected_by_a_command(full, command):
    user = ("--user", full.person.username)
    place = full.facility("N1")
    code, out, said = command("correct-facility", place.pk, "--values", "age_1=7", "--json", *user)
    assert code == 0, said
    assert (code, json.loads(out)["changed"]) == (0, ["vacancies"]), said
    after = full.facility("N1")
    assert after.vacancies == place.vacancies | {"1": 7}
    assert after.shared == place.shared
    code, _, said = command("correct-facility", place.pk, "--values", "age_1=many", *user)
    assert (code, "age_1" in said) == (1, True)


def test_nothing_is_corrected_after_the_freeze(full, api):
    full.adopted()
    child = full.child(SECOND)
    early = api(f"rounds/{full.round.pk}/hand-over", round_id=full.round.pk)
    assert (early.status_code, Job.objects.filter(name=handing.JOB).count()) == (409, 0)
    proposed = decisions.propose_freeze(full.round, "確かめた", actor=full.person)
    decisions.approve(proposed, actor=full.boss, answer="よい")
    assert api(f"applications/{child.pk}/correct", values={"district": "南"}).status_code == 409
    assert api(f"applications/{child.pk}/withdraw", reason="転出").status_code == 409
