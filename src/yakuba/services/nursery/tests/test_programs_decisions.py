"""Decisions through the API and the command line: the second person is needed there, too."""

from __future__ import annotations

import json

import pytest

from yakuba.services.nursery.models import Decision, Round

SECOND, THIRD = "0800000226", "0800000323"


@pytest.fixture
def adopted(full):
    full.adopted()
    return full


def state(decision_id: int) -> str:
    return str(Decision.objects.get(pk=decision_id).state)


def test_who_proposes_by_a_program_does_not_approve(adopted, program):
    clerk, boss = program(adopted.person), program(adopted.boss)
    child = adopted.child(SECOND)
    listed = clerk(f"runs/{adopted.round.adopted_id}/results").json()
    assert child.pk in {row["application"] for row in listed}
    made = clerk(f"applications/{child.pk}/decisions", slot="", reason="転出")
    assert made.status_code == 201
    assert (made.json()["state"], made.json()["slot_before"], made.json()["receipt_number"]) == (
        "proposed", "N2-1", SECOND,
    )  # fmt: skip
    number = made.json()["id"]
    own = clerk(f"decisions/{number}/approve", answer="よい")
    assert (own.status_code, "本人は承認できません" in own.json()["detail"], state(number)) == (
        409, True, "proposed",
    )  # fmt: skip
    done = boss(f"decisions/{number}/approve", answer="よい").json()
    assert (done["state"], done["answered_by"], done["answer"]) == ("approved", str(adopted.boss), "よい")
    assert boss(f"decisions/{number}").json() == done
    assert clerk(f"decisions/{number}/approve", answer="二度").status_code == 409
    full_slot = clerk(f"applications/{adopted.child(THIRD).pk}/decisions", slot="N1-1", reason="入れたい")
    assert (full_slot.status_code, "1人まで" in full_slot.json()["detail"]) == (409, True)
    assert clerk(f"applications/{child.pk}/decisions", slot="N2-1", reason=" ").status_code == 409
    assert [row["id"] for row in boss(f"rounds/{adopted.round.pk}/decisions").json()] == [number]


def test_the_freeze_needs_two_people_and_only_then_a_seat_is_declined(adopted, program):
    clerk, boss = program(adopted.person), program(adopted.boss)
    child = adopted.child(SECOND)
    assert clerk(f"applications/{child.pk}/decline", reason="転居").status_code == 409
    number = clerk(f"rounds/{adopted.round.pk}/freeze", reason="確かめた").json()["id"]
    assert clerk(f"decisions/{number}/approve", answer="よい").status_code == 409
    assert boss(f"decisions/{number}/refuse", answer=" ").status_code == 409
    assert boss(f"decisions/{number}/approve", answer="よい").json()["kind"] == "freeze"
    assert Round.objects.get(pk=adopted.round.pk).is_frozen
    gone = clerk(f"applications/{child.pk}/decline", reason="転居")
    assert (gone.status_code, gone.json()["kind"], gone.json()["slot_before"]) == (201, "withdrawal", "N2-1")
    assert clerk(f"applications/{child.pk}/decisions", slot="", reason="後から").status_code == 409


def test_sending_back_needs_the_right_of_proposing_for_ones_own_and_of_approving_for_others(
    adopted, program, make_staff, yakuba_city
):
    child = adopted.child(SECOND)

    def proposed() -> int:
        call = program(adopted.person)
        return int(call(f"applications/{child.pk}/decisions", slot="", reason="転出").json()["id"])

    number = proposed()
    viewer = make_staff(yakuba_city, "nursery.view", "nursery.propose")
    weak_token = program(adopted.boss, ["nursery.view", "nursery.propose"])
    for call in (program(viewer), weak_token):
        assert call(f"decisions/{number}/refuse", answer="差し戻す").status_code == 403
    assert state(number) == "proposed"
    own = program(adopted.person, ["nursery.view", "nursery.propose"])
    assert own(f"decisions/{number}/refuse", answer="取り下げる").json()["state"] == "refused"
    number = proposed()
    other = program(adopted.boss, ["nursery.view", "nursery.approve"])
    assert other(f"decisions/{number}/refuse", answer="差し戻す").json()["state"] == "refused"


def test_decisions_on_the_command_line_need_two_people(adopted, command, make_staff, yakuba_city):
    clerk, boss = ("--user", adopted.person.username), ("--user", adopted.boss.username)
    words = ("propose", adopted.round.pk, SECOND, "--slot", "", "--reason", "転出", "--json")
    code, shown, _ = command(*words, *clerk)
    assert (code, json.loads(shown)["state"]) == (0, "proposed")
    number = json.loads(shown)["id"]
    code, shown, _ = command("decisions", adopted.round.pk)
    assert (code, "承認" in shown) == (0, True)  # a number of many digits leaves the word two lines
    code, _, said = command("approve", number, *clerk)
    assert (code, "本人は承認できません" in said, state(number)) == (1, True, "proposed")
    viewer = make_staff(yakuba_city, "nursery.view")
    for verb in (("approve", number), ("refuse", number, "--answer", "いや")):
        assert command(*verb, "--user", viewer.username)[0] == 3
    assert command("refuse", number, "--answer", "見直す", *boss)[0] == 0
    assert state(number) == "refused"
    number = json.loads(command(*words, *clerk)[1])["id"]
    assert command("approve", number, *boss)[0] == 0
    code, shown, _ = command("decisions", adopted.round.pk, "--json")
    newest = json.loads(shown)[0]
    assert (code, newest["id"], newest["state"]) == (0, number, "approved")
    words = ("freeze", adopted.round.pk, "--reason", "確かめた", "--json")
    number = json.loads(command(*words, *clerk)[1])["id"]
    assert command("approve", number, *clerk)[0] == 1
    assert not Round.objects.get(pk=adopted.round.pk).is_frozen
    assert command("approve", number, *boss)[0] == 0
    assert Round.objects.get(pk=adopted.round.pk).is_frozen
    assert command("decline", adopted.round.pk, "0800000129", "--reason", "転居", *clerk)[0] == 0
    for wrong in (
        ("approve", 999, *boss),
        ("decline", adopted.round.pk, "0899999951", "--reason", "転居", *clerk),
        ("freeze", 999, "--reason", "確かめた", *clerk),
    ):
        assert command(*wrong)[0] == 2


def test_another_towns_decisions_are_not_there(adopted, program, command, make_staff, neighbour_town):
    made = program(adopted.person)(
        f"applications/{adopted.child(SECOND).pk}/decisions", slot="", reason="転出"
    )
    number = made.json()["id"]
    rights = ("nursery.view", "nursery.propose", "nursery.approve")
    neighbour = make_staff(neighbour_town, *rights)
    call = program(neighbour)
    for verb in ("approve", "refuse"):
        assert call(f"decisions/{number}/{verb}", answer="乗っ取り").status_code == 404
        assert command(verb, number, "--answer", "乗っ取り", "--user", neighbour.username)[0] == 2
    assert call(f"decisions/{number}").status_code == 404
    assert call(f"rounds/{adopted.round.pk}/freeze", reason="乗っ取り").status_code == 404
    assert call(f"applications/{adopted.child(THIRD).pk}/decisions", slot="", reason="x").status_code == 404
    assert state(number) == "proposed"
