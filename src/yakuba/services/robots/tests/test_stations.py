"""Rows entered at another PC: handed over, taken once, told, settled; and everything that may come twice, late, cut or forged."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.utils import timezone

from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import CaseEvent, CaseValue
from yakuba.kernel.ledger.queries import values_of
from yakuba.kernel.refusals import Conflict, NothingToDo, Refused
from yakuba.services.robots.actions import decisions, lookups, runs
from yakuba.services.robots.actions.decisions import Decision
from yakuba.services.robots.actions.scenarios import load_scenario
from yakuba.services.robots.actions.stations import files, handing, registering, settling
from yakuba.services.robots.contracts import Problem, ProblemKind, RowState
from yakuba.services.robots.engine import stationfile
from yakuba.services.robots.engine.states import TRANSITIONS, way
from yakuba.services.robots.models import (
    HandedRow,
    Row,
    Run,
    RunState,
    Station,
)
from yakuba.services.robots.queries import today
from yakuba.services.robots.tests import town
from yakuba.services.robots.tests.office import PROCEDURE, SYSTEM, Shift
from yakuba.services.robots.tests.two_places import TwoPlaces
from yakuba.services.robots.tests.two_places import places as places

S = RowState
FAR = date(2100, 3, 31)


def undecided_at_station(places: TwoPlaces, number: int) -> None:
    """The station cannot tell whether a row is in."""
    with places.station.here():
        row = Row.objects.get(run=places.run_at_station(), number=number)
        shift = Shift(row.run)
        shift.rows.save(
            replace(
                shift.rows.load(number),
                state=S.UNDECIDED,
                problem=Problem(ProblemKind.UNCLEAR, "分かりません。"),
            )
        )
        runs.give_back(row.run_id, shift.holder, None)


def test_rows_go_are_entered_once_and_come_back_with_their_numbers(places: TwoPlaces) -> None:
    run = places.hand_over(3)
    assert (run.state, places.sender.states()) == (RunState.AWAY, ["waiting"] * 3)
    content = places.sender.file()
    assert places.station.take(content).new == 3
    assert places.station.take(content).new == 0
    places.work()
    assert places.to_sender().new == 3
    assert set(places.sender.states()) == {"entered"}
    for here, there in zip(places.sender.rows(), places.station.rows(), strict=True):
        assert here.target_number == there.target_number == here.case.target_number
        assert (here.case.status, here.seconds) == ("entered", there.seconds)
        with places.sender.here():
            (event,) = CaseEvent.objects.filter(case=here.case, kind="robots.entered")
            assert event.seconds == pytest.approx(here.total_seconds)
    with places.sender.here():
        run.refresh_from_db()
        assert (run.state, run.ending) == (RunState.DONE, "finished")


def test_values_are_carried_as_they_stand_and_an_unconfirmed_one_stays_so(places: TwoPlaces) -> None:
    with places.sender.here() as office:
        (case,) = office.ready_cases(1)
        value = CaseValue.objects.filter(case=case).exclude(field="receipt_number").exclude(value="").first()
        assert value is not None
        CaseValue.objects.filter(pk=value.pk).update(trusted=False)
        before = values_of(case)
    places.hand_over(0)
    places.to_station()
    with places.station.here():
        row = Row.objects.select_related("case").get()
        assert values_of(row.case) == before
        loaded = Shift(row.run).rows.load(1)
        assert type(loaded.values[value.field]).__name__ == "Unconfirmed"
        assert not CaseEvent.objects.filter(kind="ledger.value_confirmed").exists()


def test_a_value_that_the_station_does_not_take_comes_back_as_a_sentence_and_the_others_are_entered(
    places: TwoPlaces,
) -> None:
    places.hand_over(2)
    with places.sender.here():
        parcels = handing.parcels_of(Station.objects.get())
        first = parcels[0].rows[0]
        bad = [
            replace(one, value="never a date") if one.field.endswith("date") or "birth" in one.field else one
            for one in first.values
        ]
        rows = (replace(first, values=tuple(bad)), parcels[0].rows[1])
        station = Station.objects.get()
        station.sent += 1
        station.save()
        content = files.written(station, stationfile.parcels_as_bytes([replace(parcels[0], rows=rows)]))
    assert places.station.take(content).new == 2
    places.work()
    places.to_sender()
    assert sorted(places.sender.states()) == ["entered", "failed"]
    failed = next(row for row in places.sender.rows() if row.state == "failed")
    assert "項目" in failed.stated_problem.message
    assert failed.case.status == "ready"


def test_no_worker_and_no_button_of_the_sender_touches_what_is_away(places: TwoPlaces) -> None:
    run = places.hand_over(2)
    with places.sender.here() as office:
        assert runs.take(run.pk, "a worker") is None
        for press in (
            lambda: runs.pause(run),
            lambda: runs.resume(run),
            lambda: runs.stop(run),
            lambda: runs.retry_failed(run, actor=office.person),
        ):
            with pytest.raises(Conflict, match="別の端末"):
                press()
        with pytest.raises(NothingToDo):
            runs.start(office.scenario, actor=office.person)
        with pytest.raises(NothingToDo):
            handing.hand_over(office.scenario, Station.objects.get(), actor=office.person)
    assert places.sender.states() == ["waiting", "waiting"]


def test_another_text_of_the_scenario_is_refused_with_a_sentence_that_reaches_the_sender(
    places: TwoPlaces,
) -> None:
    with places.station.here() as office:
        text = town.scenario_text(PROCEDURE).replace("版: 1\n", "版: 2\n", 1)
        load_scenario(text, actor=office.person)
    places.hand_over(1)
    assert "本文が、渡した設備のもの" in places.to_station().sentences[0]
    assert places.station.states() == []
    places.to_sender()
    with places.sender.here() as office:
        (told,) = Station.objects.get().told.values()
        assert "本文が、渡した設備のもの" in told["refused"]
        load_scenario(
            text, actor=office.person
        )  # of what is away, the version stays the one that was handed over
    assert places.to_station().new == 0
    run = places.sender.rows()[0].run
    with places.sender.here() as office:
        handing.take_back(run, actor=office.person)
        decisions.decide(Row.objects.get(), Decision.ASIDE, actor=office.person)
    places.hand_over(0)
    assert places.to_station().new == 1


def test_a_row_that_is_not_in_the_parcel_and_a_number_of_another_case_harm_nothing(places: TwoPlaces) -> None:
    run = places.hand_over(2)
    other = places.sender.rows()[0]
    with places.sender.here():
        (taken,) = places.sender.office.ready_cases(1)
        ledger.move(taken, "entered", target_number="A-1")
    with places.station.here():
        station = Station.objects.get()
        rows = (
            stationfile.Told(run.parcel, 9, 1, S.ENTERED, "A-9"),
            stationfile.Told("0" * 32, 1, 1, S.ENTERED, "A-8"),
            stationfile.Told(run.parcel, 1, 1, S.ENTERED, "Ａ-1"),
            stationfile.Told(run.parcel, 2, 1, S.REHEARSED),
        )
        content = files.written(station, stationfile.results_as_bytes(stationfile.Results(rows)))
    done = places.sender.take(content)
    assert len(done.sentences) == 3
    assert places.sender.states() == ["undecided", "waiting"]
    other = places.sender.rows()[0]
    assert taken.receipt_number in other.stated_problem.message
    assert (other.target_number, other.case.status) == ("", "undecided")


def test_what_the_station_cannot_tell_is_decided_at_the_sender_and_tried_again_on_the_same_row(
    places: TwoPlaces,
) -> None:
    run = places.hand_over(2)
    places.to_station()
    undecided_at_station(places, 1)
    with places.station.here() as office:
        row = Row.objects.get(number=1)
        with pytest.raises(Conflict, match="渡した設備の画面"):
            decisions.decide(row, Decision.AGAIN, actor=office.person)
        with pytest.raises(Conflict, match="渡した設備の画面"):
            runs.retry_failed(row.run, actor=office.person)
    places.work()
    places.to_sender()
    assert places.sender.states() == ["undecided", "entered"]
    first = places.sender.rows()[0]
    with places.sender.here() as office:
        with pytest.raises(Conflict, match="別の端末"):
            lookups.ask(first)
        decisions.decide(first, Decision.AGAIN, actor=office.person, seconds=30)
        run.refresh_from_db()
        assert run.state == RunState.AWAY
    assert places.to_station().new == 1
    assert len(places.station.rows()) == 2  # the row that it has
    assert [row.turn for row in places.sender.rows()] == [2, 1]
    places.work()
    places.to_sender()
    assert places.sender.states() == ["entered", "entered"]


def test_what_is_acknowledged_is_not_told_again_and_goes_after_the_days(
    places: TwoPlaces, monkeypatch
) -> None:
    from yakuba.services.robots.actions.stations import reporting

    monkeypatch.setattr(reporting, "value", lambda name: -1)
    places.hand_over(2)
    places.to_station()
    places.work()
    with places.station.here():
        assert reporting.erase_what_is_over() == 0  # nobody has read it
    places.to_sender()
    assert places.to_station().new == 0
    with places.station.here():
        assert HandedRow.objects.filter(over_at=None).count() == 0
        assert reporting.results_of(Station.objects.get())[0].rows == ()
        assert reporting.erase_what_is_over() == 2
        assert CaseValue.objects.count() == 0
    numbers = {row.case.receipt_number for row in places.sender.rows()}
    assert all(places.sender.case(number).target_number for number in numbers)


def test_what_failed_at_the_station_waits_there_for_nobody_but_the_sender(places: TwoPlaces) -> None:
    places.hand_over(1)
    places.to_station()
    with places.station.here() as office:
        runs.stop(places.run_at_station())
        row = Row.objects.select_related("case").get()
        assert (row.state, row.case.status, row.holds_case) == ("skipped", "entering", True)
        with pytest.raises(NothingToDo):
            runs.start(office.scenario, actor=office.person)
    places.to_sender()
    assert [(row.state, row.case.status) for row in places.sender.rows()] == [("skipped", "ready")]
    places.hand_over(0)
    assert places.to_station().new == 1
    assert len(places.station.rows()) == 1  # another parcel, the same row with what it remembers
    places.work()
    places.to_sender()
    assert places.sender.states() == ["skipped", "entered"]


def test_a_rehearsal_enters_nothing_and_leaves_the_cases_ready(places: TwoPlaces) -> None:
    places.hand_over(2, dry_run=True)
    places.there()
    assert places.sender.states() == ["rehearsed", "rehearsed"]
    assert {row.case.status for row in places.sender.rows()} == {"ready"}
    places.hand_over(0)
    places.there()
    assert places.sender.states()[2:] == ["entered", "entered"]


def test_taken_back_rows_wait_for_a_person_and_the_station_stops(places: TwoPlaces) -> None:
    run = places.hand_over(2)
    places.to_station()
    with places.sender.here() as office:
        handing.take_back(run, actor=office.person)
        with pytest.raises(Conflict, match="取り戻すものはありません"):
            handing.take_back(run, actor=office.person)
    assert places.sender.states() == ["undecided", "undecided"]
    places.to_station()
    assert places.station.states() == ["skipped", "skipped"]
    places.to_sender()
    row = places.sender.rows()[0]
    assert row.state == "undecided"  # a person's, who now reads what the station says
    assert "登録していません" in row.look_up["problem"]


def test_what_comes_too_late_is_held_against_the_decision_and_told(places: TwoPlaces) -> None:
    run = places.hand_over(3)
    places.to_station()
    with places.sender.here() as office:
        handing.take_back(run, actor=office.person)
        first, second, _ = Row.objects.order_by("number")
        decisions.decide(first, Decision.ASIDE, actor=office.person)
        decisions.decide(second, Decision.ENTERED, target_number="別の番号", actor=office.person)
    places.work()  # the station has not heard
    done = places.to_sender()
    assert (done.new, done.contradictions) == (0, 2)
    rows = places.sender.rows()
    assert [row.state for row in rows] == ["skipped", "entered", "undecided"]
    assert "二重に登録されていないか" in rows[0].contradiction
    assert rows[1].case.target_number == "別の番号"  # nothing is overwritten
    assert rows[2].look_up["numbers"]
    assert not rows[2].contradiction
    assert places.to_sender().contradictions == 0  # told once
    with places.sender.here() as office:
        settling.looked_into(rows[0], actor=office.person)
        with pytest.raises(Conflict):
            settling.looked_into(rows[0], actor=office.person)
    assert places.to_sender().contradictions == 0


def test_the_last_picture_and_the_reason_of_what_waits_for_a_person_come_along(places: TwoPlaces) -> None:
    from yakuba.services.robots.actions.rows import keep_picture

    places.hand_over(1)
    places.to_station()
    with places.station.here():
        row = Row.objects.select_related("case").get()
        keep_picture(row, "confirmation", b"first", "image/png", timezone.now())
        keep_picture(row, "trouble", b"last", "image/png", timezone.now())
    undecided_at_station(places, 1)
    places.to_sender()
    with places.sender.here():
        from yakuba.kernel.files.storage import content_of

        (picture,) = Row.objects.get().pictures.select_related("file")
        assert content_of(picture.file) == b"last"
    assert "分かりません" in places.sender.rows()[0].stated_problem.message


def test_a_look_up_at_the_station_reaches_the_sender_although_the_row_was_told_before(
    places: TwoPlaces,
) -> None:
    places.hand_over(1)
    places.to_station()
    undecided_at_station(places, 1)
    places.to_sender()
    places.to_station()  # acknowledged
    with places.station.here():
        lookups.note(Row.objects.select_related("run", "case").get(), ["N-77"], "", None, "")
    places.to_sender()
    assert places.sender.rows()[0].look_up["numbers"] == ["N-77"]


def test_the_way_over_the_table_is_the_shortest_and_keeps_to_it() -> None:
    assert way(S.WAITING, S.ENTERED) == [S.LOOKING_UP, S.ENTERED]
    assert way(S.WAITING, S.WAITING) == []
    assert way(S.ENTERED, S.WAITING) is None
    for old in RowState:
        for new in RowState:
            steps = way(old, new)
            for before, after in zip([old, *(steps or [])], steps or [], strict=False):
                assert after in TRANSITIONS[before]


def test_a_station_is_not_put_to_rest_while_rows_are_there(places: TwoPlaces) -> None:
    run = places.hand_over(1)
    with places.sender.here() as office:
        station = Station.objects.get()
        with pytest.raises(Conflict, match="渡したまま"):
            registering.change(station, folder="", in_use=False, actor=office.person)
        handing.take_back(run, actor=office.person)
        registering.change(station, folder="", in_use=False, actor=office.person)
        office.ready_cases(1)
        with pytest.raises(Conflict, match="使用中ではありません"):
            handing.hand_over(office.scenario, station, actor=office.person)
        assert Run.objects.count() == 1


def test_a_system_that_only_the_station_reaches_may_be_registered_and_is_entered_from_nowhere_else(
    places: TwoPlaces,
) -> None:
    text = town.scenario_text(PROCEDURE).replace("版: 1\n", "版: 2\n", 1)
    text = (
        text.replace("の登録\n", "の登録2\n", 1)
        .replace(SYSTEM, "遠いシステム")
        .replace("127.0.0.1", "core.invalid")
    )
    with places.station.here() as office, pytest.raises(Refused, match="許可されていません"):
        load_scenario(text, actor=office.person)
    with places.sender.here() as office:
        scenario = load_scenario(text, actor=office.person).scenario
        office.ready_cases(1)
        with pytest.raises(Conflict, match="許可されていません"):
            runs.start(scenario, actor=office.person)
        assert all(one.ok for one in today.self_check() if "遠い" in one.label or "登録2" in one.label)
        run = handing.hand_over(scenario, Station.objects.get(), actor=office.person)
        assert run.state == RunState.AWAY
