"""Scenarios, systems, runs and decisions on the database, with the real runner and a simulated target."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from yakuba.kernel.audit.chain import verify
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Case, CaseEvent
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.privacy.encryption import WrongKey, decrypt
from yakuba.kernel.refusals import Conflict, Missing, Refused
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.robots import facade
from yakuba.services.robots.actions import decisions, runs, scenarios, systems
from yakuba.services.robots.actions.decisions import Decision
from yakuba.services.robots.contracts import Ending, RowState
from yakuba.services.robots.engine.errors import LeaseLost
from yakuba.services.robots.models import Row, RowEvent, Run, RunState, ScenarioVersion, System
from yakuba.services.robots.queries import register
from yakuba.services.robots.queries import runs as queries
from yakuba.services.robots.tests import town
from yakuba.services.robots.tests.office import PROCEDURE, SYSTEM, Shift


def statuses() -> list[str]:
    return list(Case.objects.order_by("pk").values_list("status", flat=True))


# Scenarios and systems


def test_people_hand_their_robots_over_at_once_and_only_to_who_could_stop_them(office, make_staff):
    able = make_staff(office.person.municipality, "robots.run", "robots.stop")
    clerk = make_staff(office.person.municipality, "ledger.view")
    scenario = office.scenario
    scenarios.set_register(
        scenario,
        owner=office.person,
        successor=able,
        review_on=scenario.review_on,
        in_use=True,
        actor=office.person,
    )
    swapped = scenarios.hand_over({office.person: able, able: office.person}, office.person)
    scenario.refresh_from_db()
    assert [one.refused for one in swapped] == ["", ""]
    assert (scenario.owner, scenario.successor) == (able, office.person)
    (refused,) = scenarios.hand_over({able: clerk}, office.person)
    assert refused.refused
    scenario.refresh_from_db()
    assert scenario.owner == able
    assert len(scenarios.hand_over({able: None, office.person: None}, office.person)) == 2


def test_a_new_version_is_kept_beside_the_old_one(office):
    text = town.scenario_text(PROCEDURE)
    assert scenarios.load_scenario(text, actor=office.person).version == 1
    assert ScenarioVersion.objects.count() == 1, "the same text again changes nothing"
    changed = text.replace("説明: ", "説明: 改めた。")
    with pytest.raises(Conflict, match="「版」を2以上"):
        scenarios.load_scenario(changed, actor=office.person)
    scenarios.load_scenario(changed.replace("版: 1", "版: 2", 1), actor=office.person)
    versions = ScenarioVersion.objects.order_by("version")
    assert [one.version for one in versions] == [1, 2]
    assert versions[0].text == text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("ボタン: 検索", "ボタソ: 検索"), "行目.*ボタソ.*ボタン"),
        (("{券の種類}", "{券の種別}"), "券の種別.*券の種類"),
        (("手続: bus-pass", "手続: bus-path"), "bus-path.*登録されていません"),
        (("名前: コミュニティ", "\t名前: コミュニティ"), "1?行目|行目"),
    ],
)
def test_a_wrong_scenario_is_refused_with_its_line(office, change, sentence):
    with pytest.raises(DefinitionRefused, match=sentence) as refused:
        scenarios.load_scenario(town.scenario_text(PROCEDURE).replace(*change), actor=office.person)
    assert all(mistake.line > 0 for mistake in refused.value.problems)
    assert ScenarioVersion.objects.count() == 1


def test_a_system_outside_the_allowed_hosts_is_refused(office):
    for address in (
        "http://example.com",
        "http://127.0.0.1.example.com",
        "ftp://127.0.0.1",
        "http://127.0.0.1/x",
    ):
        with pytest.raises(Refused):
            systems.set_system("別のシステム", address, 5.0, {}, actor=office.person)
    text = town.scenario_text(PROCEDURE).replace("http://127.0.0.1:8100", "http://core.example.com")
    text = text.replace("名前: 総合住民情報システム", "名前: 新しいシステム").replace("版: 1", "版: 2", 1)
    with pytest.raises(Conflict, match="許可されていません"):
        scenarios.load_scenario(text, actor=office.person)


def test_secrets_are_encrypted_and_leave_no_trace(office, neighbour_town):
    system = System.objects.get(name=SYSTEM)
    stored = bytes(system.credentials)
    assert systems.secrets_of(system) == town.SECRETS
    for secret in town.SECRETS.values():
        assert secret.encode() not in stored
        assert not AuditEvent.objects.filter(details__icontains=secret).exists()
    with active_municipality(neighbour_town), pytest.raises(WrongKey):
        decrypt(f"robots.system:{system.pk}", stored)


def test_secrets_do_not_follow_to_another_address(office):
    systems.set_system(SYSTEM, "http://localhost:8199", 5.0, {}, actor=office.person)
    system = System.objects.get(name=SYSTEM)
    assert systems.secrets_of(system) == {}
    assert "パスワード" in register.obstacles(office.scenario)[0]


# Starting


def test_a_run_takes_the_waiting_cases_once(office):
    office.ready_cases(3)
    run = runs.start(office.scenario, actor=office.person, limit=2)
    assert statuses() == [Status.ENTERING, Status.ENTERING, Status.READY]
    assert Job.objects.get(name="robots.run").lane == f"robots:{office.scenario.system_id}"
    with pytest.raises(IntegrityError), transaction.atomic():
        Row.objects.create(run=run, number=9, case=Row.objects.first().case)
    runs.start(office.scenario, actor=office.person)
    with pytest.raises(Conflict, match="申請はありません"):
        runs.start(office.scenario, actor=office.person)
    assert verify()[1] == []


def test_without_a_responsible_person_nothing_runs(office, make_staff, yakuba_city):
    office.ready_cases(1)
    successor = make_staff(yakuba_city, "robots.view", "robots.run")
    scenarios.set_register(
        office.scenario,
        owner=office.person,
        successor=successor,
        review_on=timezone.localdate(),
        in_use=True,
        actor=office.person,
    )
    office.person.is_active = False
    office.person.save()
    office.scenario.refresh_from_db()
    with pytest.raises(Conflict, match=r"在職していない.*後任の 見本職員"):
        runs.start(office.scenario, actor=successor)
    assert statuses() == [Status.READY]


def test_who_could_not_stop_a_robot_cannot_answer_for_it(office, make_staff, yakuba_city, neighbour):
    for person in (make_staff(yakuba_city, "robots.view"), neighbour):
        with pytest.raises(Conflict, match="責任者には"):
            scenarios.set_register(
                office.scenario,
                owner=person,
                successor=None,
                review_on=timezone.localdate(),
                in_use=True,
                actor=office.person,
            )


# The row table


def test_rows_and_cases_end_together(office):
    run = office.start(3)
    Shift(run).work()
    assert statuses() == [Status.ENTERED] * 3
    for case in Case.objects.all():
        assert case.target_number.startswith(f"new-{case.receipt_number}")
        entered = CaseEvent.objects.get(case=case, kind="robots.entered")
        assert (entered.actor, entered.seconds > 0) == ("machine", True)
        assert CaseEvent.objects.get(case=case, kind="ledger.entered").seconds == 0, "counted once"
    run.refresh_from_db()
    assert (run.state, run.ending) == (RunState.DONE, Ending.FINISHED)
    states = (
        RowEvent.objects.filter(row__run=run, row__number=1).order_by("pk").values_list("state", flat=True)
    )
    assert list(states) == ["looking_up", "entering", "intent", "submitting", "entered"]


def test_what_was_there_before_is_not_entered_again(office):
    run = office.start(1)
    shift = Shift(run, before={Case.objects.get().receipt_number: 1})
    shift.work()
    assert shift.target.commits == 0
    assert office.row(run, 1).row_state is RowState.FOUND_ALREADY
    assert statuses() == [Status.ENTERED]


def test_a_dry_run_leaves_no_mark_on_the_cases(office):
    run = office.start(2, dry_run=True)
    shift = Shift(run)
    shift.work()
    assert shift.target.commits == 0
    assert statuses() == [Status.READY] * 2
    assert {row.row_state for row in Row.objects.filter(run=run)} == {RowState.REHEARSED}
    assert not CaseEvent.objects.filter(kind="robots.entered").exists()
    assert office.start().rows.count() == 2


def test_two_entries_in_the_target_go_to_a_person(office):
    run = office.start(1)
    Shift(run, before={Case.objects.get().receipt_number: 2}).work()
    assert statuses() == [Status.UNDECIDED]
    waiting = facade.undecided(run.pk)
    assert [(one.problem_kind, one.case_id) for one in waiting] == [("several_found", Case.objects.get().pk)]
    assert "2件あります" in waiting[0].message


def test_a_row_that_fails_goes_back_to_the_pile_and_can_be_tried_again(office):
    run = office.start(1)
    # Trouble at every look-up: attempts=1 gives up at once, before anything was submitted.
    Shift(run, faults=[1]).work(attempts=1)
    row = office.row(run, 1)
    assert (row.row_state, row.holds_case) == (RowState.FAILED, False)
    assert row.stated_problem.message
    assert statuses() == [Status.READY]
    assert len(runs.retry_failed(run, actor=office.person)) == 1
    assert statuses() == [Status.ENTERING]
    Shift(run).work()
    assert statuses() == [Status.ENTERED]


def test_a_case_taken_out_in_the_meantime_is_not_tried_again(office):
    run = office.start(1)
    Shift(run, faults=[1]).work(attempts=1)
    ledger.move(Case.objects.get(), Status.CONFIRMING)
    with pytest.raises(Conflict, match="もう一度流せる行がありません"):
        runs.retry_failed(run, actor=office.person)


def test_a_worker_that_lost_the_run_can_write_nothing(office):
    run = office.start(1)
    old, new = Shift(run), Shift(run)
    row = old.rows.load(1)
    with pytest.raises(LeaseLost):
        old.rows.next_number(1)
    with pytest.raises(LeaseLost):
        old.rows.save(row)
    assert runs.give_back(run.pk, old.holder, None) is None
    assert new.work().ending is Ending.FINISHED


# Pause, resume, stop


def test_pause_and_resume_at_a_row(office):
    run = office.start(4)
    shift = Shift(run)
    runs.pause(run)
    assert shift.work().ending is Ending.PAUSED
    run.refresh_from_db()
    assert run.state == RunState.PAUSED
    runs.resume(run, first_row=3)
    Shift(run).work()
    run.refresh_from_db()
    assert statuses() == [Status.ENTERING] * 2 + [Status.ENTERED] * 2
    assert run.state == RunState.PAUSED
    assert "前に2行" in run.stated_problem.message
    runs.resume(run)
    Shift(run).work()
    run.refresh_from_db()
    assert (run.state, statuses()) == (RunState.DONE, [Status.ENTERED] * 4)


def test_a_run_nobody_works_on_is_paused_at_once(office):
    run = office.start(1)
    assert runs.pause(run).state == RunState.PAUSED
    assert runs.take(run.pk, "late worker") is None
    with pytest.raises(Conflict):
        runs.pause(run)
    with pytest.raises(Conflict, match="1から1まで"):
        runs.resume(run, first_row=2)


def test_resuming_while_the_robot_still_pauses_goes_on(office):
    run = office.start(2)
    shift = Shift(run)
    runs.pause(run)
    runs.resume(run)
    assert shift.work().ending is Ending.FINISHED
    assert statuses() == [Status.ENTERED] * 2


def test_stop_puts_back_what_was_not_begun(office):
    run = office.start(3)
    runs.stop(run)
    run.refresh_from_db()
    assert (run.state, statuses()) == (RunState.STOPPED, [Status.READY] * 3)
    with pytest.raises(Conflict):
        runs.resume(run)


@pytest.mark.parametrize("state", ["intent", "submitting", "retry", "looking_up", "waiting"])
def test_stop_sends_a_row_whose_button_may_have_been_pressed_to_a_person(office, state):
    run = office.start(2)
    Row.objects.filter(run=run, number=1).update(state=state, intent_at=timezone.now())
    runs.stop(run)
    assert [office.row(run, number).row_state for number in (1, 2)] == [RowState.UNDECIDED, RowState.SKIPPED]
    assert statuses() == [Status.UNDECIDED, Status.READY]


def test_stop_while_a_worker_is_at_it_is_obeyed_by_the_worker(office):
    run = office.start(2)
    shift = Shift(run)
    runs.stop(run)
    assert statuses() == [Status.ENTERING] * 2
    assert shift.work().ending is Ending.STOPPED
    run.refresh_from_db()
    assert (run.state, statuses()) == (RunState.STOPPED, [Status.READY] * 2)


def test_a_changed_screen_holds_the_run_up_and_the_next_version_goes_on(office):
    run = office.start(1)
    Shift(run, faults=[4]).work()
    run.refresh_from_db()
    assert (run.state, run.ending) == (RunState.HALTED, Ending.SCREEN_CHANGED)
    text = town.scenario_text(PROCEDURE).replace("版: 1", "版: 2", 1)
    scenarios.load_scenario(text, actor=office.person)
    runs.resume(run)
    run.refresh_from_db()
    assert run.version.version == 2
    Shift(run).work()
    assert statuses() == [Status.ENTERED]


# Decisions


@pytest.fixture
def undecided(office):
    """A run of one row that a person must decide."""
    run = office.start(1)
    Shift(run, before={Case.objects.get().receipt_number: 2}).work()
    return office.row(run, 1)


def test_the_person_found_it_in(office, undecided):
    with pytest.raises(Conflict, match="登録番号"):
        decisions.decide(undecided, Decision.ENTERED, target_number="  ", actor=office.person)
    decisions.decide(
        undecided, Decision.ENTERED, target_number=" K-000123 ", actor=office.person, seconds=12.5
    )
    case = Case.objects.get()
    assert (case.status, case.target_number) == (Status.ENTERED, "K-000123")
    decided = CaseEvent.objects.get(kind="ledger.entered")
    assert (decided.actor, decided.seconds, decided.user) == ("person", 12.5, office.person)
    with pytest.raises(Conflict, match="ほかの職員"):
        decisions.decide(undecided, Decision.WITHDRAW, reason="二重の申請", actor=office.person)


def test_a_number_that_is_another_case_s_is_refused(office, undecided):
    other = office.ready_cases(1)[0]
    Case.objects.filter(pk=other.pk).update(target_number="K-000123")
    with pytest.raises(Conflict, match=other.receipt_number):
        decisions.decide(undecided, Decision.ENTERED, target_number="K-000123", actor=office.person)
    assert Case.objects.get(pk=undecided.case_id).status == Status.UNDECIDED


def test_the_person_found_it_not_in(office, undecided):
    decisions.decide(undecided, Decision.AGAIN, actor=office.person)
    run = Run.objects.get()
    assert (run.state, statuses()) == (RunState.ACTIVE, [Status.ENTERING])
    shift = Shift(run)
    shift.work()
    assert (shift.target.commits, statuses()) == (1, [Status.ENTERED])


def test_a_value_must_be_corrected_first(office, undecided):
    decisions.decide(undecided, Decision.ASIDE, actor=office.person)
    assert statuses() == [Status.READY]
    assert queries.undecided().count() == 0
    ledger.move(Case.objects.get(), Status.CONFIRMING)


def test_withdrawing_needs_a_reason(office, undecided):
    with pytest.raises(Conflict, match="理由"):
        decisions.decide(undecided, Decision.WITHDRAW, reason=" ", actor=office.person)
    decisions.decide(undecided, Decision.WITHDRAW, reason="二重の申請", actor=office.person)
    assert statuses() == [Status.WITHDRAWN]


def test_a_row_of_another_town_cannot_be_decided(office, undecided, neighbour, neighbour_town):
    with active_municipality(neighbour_town):
        with pytest.raises(Missing):
            facade.decide(undecided.pk, "again", actor=neighbour)
        assert facade.undecided() == []
        with pytest.raises(Run.DoesNotExist):
            facade.run_progress(undecided.run_id)
