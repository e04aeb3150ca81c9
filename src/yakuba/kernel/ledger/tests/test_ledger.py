"""Cases move only along the table; what a person confirmed is never overwritten by a machine."""

import itertools

import pytest
from django.db import DatabaseError, transaction

from yakuba.kernel.definitions.procedures import DefinitionError, parse_procedure
from yakuba.kernel.ledger import actions, queries, workflow
from yakuba.kernel.ledger.display import event_label
from yakuba.kernel.ledger.models import Case, CaseEvent
from yakuba.kernel.ledger.workflow import TRANSITIONS, Status, WrongTransition
from yakuba.kernel.tenancy import active_municipality

DOCUMENT = {
    "procedure": "bus-pass",
    "title": "乗車券申請",
    "version": 1,
    "baseline": {"minutes_per_case": 4, "kind": "estimated", "source": "見本"},
    "fields": [
        {"code": "receipt_number", "label": "受付番号", "type": "receipt_number", "required": True},
        {"code": "name", "label": "氏名", "type": "name"},
        {"code": "kind", "label": "区分", "type": "choice", "options": {"adult": "大人", "child": "小人"}},
    ],
}


@pytest.fixture
def case(in_yakuba_city):
    return actions.open_case(actions.load_procedure(DOCUMENT), "0800000129")


def test_only_the_steps_of_the_table_are_possible():
    for origin, target in itertools.product(Status, Status):
        if (origin, target) in TRANSITIONS:
            workflow.check(origin, target, "転出した")
        else:
            with pytest.raises(WrongTransition):
                workflow.check(origin, target, "転出した")


def test_every_status_can_be_reached_and_only_two_are_final():
    reached = {Status.RECEIVED} | {target for _, target in TRANSITIONS}
    assert reached == set(Status)
    assert set(Status) - {origin for origin, _ in TRANSITIONS} == {Status.DONE, Status.WITHDRAWN}


def test_the_same_receipt_number_is_the_same_case(case):
    assert actions.open_case(case.procedure, "0800000129") == case
    assert [event.kind for event in case.events.all()] == ["ledger.opened"]


def test_options_keep_the_order_of_the_paper_on_every_database(in_yakuba_city):
    options = {"north": "北", "east": "東", "loop": "循環", "a": "ア"}
    field = {"code": "routes", "label": "路線", "type": "choices", "options": options}
    actions.load_procedure(DOCUMENT | {"fields": [field]})
    stored = queries.procedure("bus-pass").definition.field("routes").options
    assert list(stored) == list(options)
    again = dict(reversed(options.items()))
    actions.load_procedure(DOCUMENT | {"fields": [field | {"options": again}]})
    assert list(queries.procedure("bus-pass").definition.field("routes").options) == list(again)


def test_a_machine_never_overwrites_a_person(case, clerk):
    actions.record_value(case, "name", "山目太郎", trusted=False, source={"confidence": 0.4})
    actions.confirm_value(case, "name", "山田太郎", actor=clerk, seconds=3.5)
    actions.record_value(case, "name", "山目太郎", trusted=True, source={})
    assert queries.values_of(case) == {"name": "山田太郎"}
    event = case.events.get(kind="ledger.value_confirmed")
    assert (event.actor, event.user, event.seconds, event.details["changed"]) == ("person", clerk, 3.5, True)


def test_effort_counts_finished_cases_and_keeps_person_machine_and_assumed_apart(case, clerk):
    actions.add_event(case, "reading.read", seconds=1.5)
    actions.confirm_value(case, "name", "", actor=clerk, seconds=4.0)
    actions.confirm_value(case, "kind", "adult", actor=clerk, seconds=6.0, assumed=True)
    assert queries.effort("bus-pass") == queries.Effort(0, 0.0, 0.0, 0.0)
    for status in (Status.READY, Status.ENTERING, Status.ENTERED):
        actions.move(case, status)
    assert queries.effort("bus-pass") == queries.Effort(1, 10.0, 6.0, 1.5)


def test_a_move_is_checked_against_the_row_and_not_the_copy(case):
    stale = Case.objects.get(pk=case.pk)
    actions.move(case, Status.READY)
    with pytest.raises(WrongTransition):
        actions.move(stale, Status.CONFIRMING) and actions.move(stale, Status.READING)
    assert Case.objects.get(pk=case.pk).status == Status.CONFIRMING


def test_events_are_never_changed(case):
    event = case.events.get()
    with pytest.raises(RuntimeError):
        event.save()
    for change in (
        {"seconds": event.seconds + 1},
        {"kind": "ledger.moved"},
        {"details": {"reason": "別の話"}},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            CaseEvent.objects.filter(pk=event.pk).update(**change)


def test_pages_show_the_own_cases_and_remember_who_looked(case, clerk, client, yakuba_city):
    client.force_login(clerk)
    assert "0800000129" in client.get("/cases/", follow=True).content.decode()
    assert "該当する受付はありません" in client.get("/cases/?status=entered").content.decode()
    assert "該当する受付はありません" in client.get("/cases/", follow=True).content.decode(), (
        "the filter is remembered"
    )
    assert client.get(f"/cases/{case.pk}/").status_code == 200
    with active_municipality(yakuba_city):
        from yakuba.kernel.audit.models import AuditEvent

        assert AuditEvent.objects.filter(name="ledger.case_viewed", subject=f"case:{case.pk}").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"fields": [{"code": "a", "label": "A", "type": "nmae"}]}, "型 nmae"),
        ({"fields": [{"code": "a", "label": "A", "type": "name", "requird": True}]}, "requird"),
        ({"fields": [{"code": "a", "label": "A", "type": "choice"}]}, "選択肢"),
        ({"fields": [{"code": "a", "label": "A", "type": "kana", "reading_of": "b"}]}, "項目 b がありません"),
        ({"fields": [{"code": "a", "label": "A", "type": "text", "lexicon": "x"}]}, "語の一覧 x"),
        ({"fields": DOCUMENT["fields"] * 2}, "二度"),
        ({"version": "いち"}, "version は1以上の整数"),
    ],
)
def test_a_wrong_definition_says_what_and_where(change, words):
    with pytest.raises(DefinitionError, match=words):
        parse_procedure(DOCUMENT | change, "bus-pass.yaml")
    with pytest.raises(DefinitionError, match="baseline"):
        parse_procedure({key: value for key, value in DOCUMENT.items() if key != "baseline"}, "bus-pass.yaml")


def test_what_happened_is_told_in_japanese_with_the_field(case, clerk):
    actions.confirm_value(case, "name", "山田太郎", actor=clerk, seconds=1)
    actions.add_event(case, "robots.entered", seconds=2)
    definition = case.procedure.definition
    told = [event_label(event, definition) for event in case.events.order_by("pk")]
    assert told == ["受付簿に載った", "職員が値を確認した（氏名）", "ロボットが入力した"]


def test_an_event_that_nobody_declared_is_refused(case):
    with pytest.raises(ValueError, match="ledger_events"):
        actions.add_event(case, "robots.danced")
    assert case.events.count() == 1
