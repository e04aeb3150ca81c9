"""Rows at a station that are handed over otherwise than before, wanted no longer, or awaited again after a restore."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.ledger.queries import values_of
from yakuba.kernel.refusals import Conflict
from yakuba.services.robots.actions import decisions, runs
from yakuba.services.robots.actions.decisions import Decision
from yakuba.services.robots.actions.scenarios import load_scenario
from yakuba.services.robots.actions.stations import files, handing, reporting
from yakuba.services.robots.contracts import Intent, RowState
from yakuba.services.robots.engine import stationfile
from yakuba.services.robots.engine.errors import LeaseLost
from yakuba.services.robots.models import HandedRow, Row, Run, RunState, Station
from yakuba.services.robots.queries import station_keys
from yakuba.services.robots.tests import town
from yakuba.services.robots.tests.office import PROCEDURE, Shift
from yakuba.services.robots.tests.test_station_files import folders, turn
from yakuba.services.robots.tests.two_places import TwoPlaces
from yakuba.services.robots.tests.two_places import places as places

S = RowState


def taken_back_and_changed(places: TwoPlaces, run: Run) -> str:
    """A person has taken the only row back, seen that it is not in, and put one value right. Which field."""
    with places.sender.here() as office:
        handing.take_back(run, actor=office.person)
        row = Row.objects.get(run=run)
        decisions.decide(row, Decision.ASIDE, actor=office.person)
        value = CaseValue.objects.filter(case=row.case).exclude(value="").get(field="name")
        value.value = "直した名前"
        value.save()
        return str(value.field)


@pytest.mark.parametrize("days_over", [False, True])
def test_a_sender_that_came_back_from_a_backup_is_told_again_what_it_had_read(
    places: TwoPlaces, monkeypatch: pytest.MonkeyPatch, days_over: bool
) -> None:
    run = places.hand_over(2)
    before = places.sender.rows()
    places.there()
    numbers = [row.target_number for row in places.sender.rows()]
    places.to_station()  # acknowledged, and over
    if days_over:
        monkeypatch.setattr(reporting, "value", lambda name: -1)
        with places.station.here():
            assert reporting.erase_what_is_over() == 2
    with places.sender.here():
        Run.objects.filter(pk=run.pk).update(state=RunState.AWAY, ending="", ended_at=None)
        for row in before:
            Row.objects.filter(pk=row.pk).update(state=S.WAITING.value, holds_case=True, target_number="")
            Case.objects.filter(pk=row.case_id).update(status="entering", target_number="")
        Station.objects.update(seen=0)
    assert places.to_station().new == 0
    assert places.to_sender().new == 2
    rows = places.sender.rows()
    if days_over:  # that it is in is known, its number is not any more
        assert [row.state for row in rows] == ["undecided"] * 2
        assert all("もう登録しました" in row.stated_problem.message for row in rows)
    else:
        assert [(row.state, row.target_number) for row in rows] == [("entered", number) for number in numbers]
    assert len(places.station.rows()) == 2


def test_a_case_that_was_put_right_is_entered_by_its_new_values_only(places: TwoPlaces) -> None:
    run = places.hand_over(1)
    places.to_station()
    field = taken_back_and_changed(places, run)
    places.hand_over(0)
    turned = places.to_station()  # hears of both at once: what stands open there has the values of before
    assert (turned.new, len(turned.sentences)) == (0, 1)
    assert places.station.states() == ["skipped"]
    assert places.to_station().new == 1
    with places.station.here():
        (row,) = Row.objects.select_related("case")
        assert values_of(row.case)[field] == "直した名前"
    places.work()
    places.to_sender()
    assert places.sender.states() == ["skipped", "entered"]


def test_a_case_that_is_in_by_its_values_of_before_goes_to_a_person_with_its_number(
    places: TwoPlaces,
) -> None:
    run = places.hand_over(1)
    places.to_station()
    places.work()
    taken_back_and_changed(places, run)
    again = places.hand_over(0)
    places.to_station()
    places.to_sender()
    (row,) = places.sender.rows(again)
    (there,) = places.station.rows()
    assert (row.state, row.case.status, row.target_number) == ("undecided", "undecided", "")
    assert "値かシナリオ" in row.stated_problem.message
    assert row.look_up["numbers"] == [there.target_number]
    with places.sender.here() as office:
        decisions.decide(row, Decision.ENTERED, target_number=there.target_number, actor=office.person)
    places.to_station()
    with places.station.here():
        assert not HandedRow.objects.filter(over_at=None).exists()


def test_a_case_that_is_handed_over_for_another_scenario_is_entered_by_that_one(places: TwoPlaces) -> None:
    text = town.scenario_text(PROCEDURE).replace("の登録\n", "の登録2\n", 1)
    places.hand_over(1)
    places.to_station()
    with places.station.here() as office:
        runs.stop(places.run_at_station())
        load_scenario(text, actor=office.person)
    places.to_sender()
    with places.sender.here() as office:
        other = load_scenario(text, actor=office.person).scenario
        handing.hand_over(other, Station.objects.get(), actor=office.person)
    assert places.to_station().new == 1
    assert [row.run.scenario.name[-1] for row in places.station.rows()] == ["録", "2"]
    assert [row.holds_case for row in places.station.rows()] == [False, True]
    places.work()
    places.to_sender()
    assert places.sender.states() == ["skipped", "entered"]


def unwanted(places: TwoPlaces, number: int) -> None:
    """A person of the sender has the case of this row entered otherwise; the others are wanted still."""
    with places.sender.here():
        row = Row.objects.get(number=number)
        Row.objects.filter(pk=row.pk).update(state=S.SKIPPED.value, holds_case=False)


@pytest.mark.parametrize("state", [S.WAITING, S.LOOKING_UP, S.ENTERING])
def test_a_row_that_is_wanted_no_longer_is_pressed_by_no_worker_that_has_begun_with_it(
    places: TwoPlaces, state: RowState
) -> None:
    places.hand_over(2)
    places.to_station()
    with places.station.here():
        shift = Shift(places.run_at_station())
        begun = replace(shift.rows.load(1), state=state)
        shift.rows.save(begun)
    unwanted(places, 1)
    places.to_station()
    assert places.station.states() == ["skipped", "waiting"]
    with places.station.here():
        with pytest.raises(LeaseLost):
            shift.rows.save(replace(begun, state=S.INTENT, intent=Intent(shift.clock.now())))
        runs.give_back(shift.run.pk, shift.holder, None)
        run = places.run_at_station()
        assert (run.state, run.wanted) == (RunState.ACTIVE, "go")
    places.work()
    assert places.station.states() == ["skipped", "entered"]


@pytest.mark.parametrize("state", [S.INTENT, S.SUBMITTING])
def test_a_row_that_is_wanted_no_longer_is_not_pressed_again_by_the_worker_that_has_pressed_it(
    places: TwoPlaces, state: RowState
) -> None:
    places.hand_over(2)
    places.to_station()
    with places.station.here():
        shift = Shift(places.run_at_station())
        pressed = replace(shift.rows.load(1), state=S.INTENT, intent=Intent(shift.clock.now()))
        for before in (S.LOOKING_UP, S.ENTERING):
            shift.rows.save(replace(shift.rows.load(1), state=before))
        shift.rows.save(pressed)
        if state is S.SUBMITTING:
            shift.rows.save(replace(pressed, state=state))
    unwanted(places, 1)
    places.to_station()
    assert places.station.states() == ["undecided", "waiting"]
    with places.station.here():
        for after in (S.LOOKING_UP, S.RETRY, S.ENTERED):
            with pytest.raises(LeaseLost):
                shift.rows.save(replace(pressed, state=after, target_number="1"))
        runs.give_back(shift.run.pk, shift.holder, None)
    places.work()
    assert places.station.states() == ["undecided", "entered"]


def test_a_run_that_the_station_has_paused_stays_so_and_an_open_press_goes_to_a_person(
    places: TwoPlaces,
) -> None:
    places.hand_over(3)
    places.to_station()
    with places.station.here():
        run = places.run_at_station()
        runs.pause(run)
        row = Row.objects.get(number=1)
        row.note_intent(Intent(run.started_at, again=True))
        row.state = S.INTENT.value
        row.save()
        Row.objects.filter(number=2).update(state=S.ENTERING.value)
    unwanted(places, 1)
    unwanted(places, 2)
    places.to_station()
    assert places.station.states() == ["undecided", "skipped", "waiting"]
    assert places.run_at_station().state == RunState.PAUSED


def test_an_answer_that_is_longer_than_a_file_may_hold_keeps_no_result_back(
    places: TwoPlaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    from yakuba.services.robots.actions.rows import keep_picture

    places.hand_over(3)
    places.to_station()
    found = {"at": "2026-12-01T00:00:00+00:00", "numbers": ["9" * 90] * 40, "problem": "長" * 9_000}
    monkeypatch.setattr(reporting, "MOST_PICTURE_BYTES", 9)
    with places.station.here():
        for row in Row.objects.select_related("case"):
            keep_picture(row, "trouble", b"12345", "image/png", row.run.started_at)
        Row.objects.update(state=S.UNDECIDED.value, look_up=found)
    places.to_sender()
    assert places.sender.states() == ["undecided"] * 3
    assert [len(row.look_up["numbers"]) for row in places.sender.rows()] == [stationfile.MOST_NUMBERS] * 3
    with places.sender.here():
        assert Row.objects.exclude(pictures=None).count() == 1


def test_no_more_parcels_are_open_than_one_file_may_hold(
    places: TwoPlaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing, "MOST_PARCELS", 1)
    places.hand_over(1)
    with pytest.raises(Conflict, match="終わっていません"):
        places.hand_over(1)


def test_what_the_station_could_not_read_is_not_handed_over(
    places: TwoPlaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    places.hand_over(1)
    with places.sender.here() as office:
        (case,) = office.ready_cases(1)
        value = CaseValue.objects.get(case=case, field="name")
        CaseValue.objects.filter(pk=value.pk).update(value="長" * (stationfile.LONGEST_VALUE + 1))
    with pytest.raises(Conflict, match="長すぎる"):
        places.hand_over(0)
    with places.sender.here():
        CaseValue.objects.filter(pk=value.pk).update(value=value.value)
    monkeypatch.setattr(handing, "MOST_BYTES", 1_000)
    with pytest.raises(Conflict, match="大きさを超えます"):
        places.hand_over(0)
    assert places.sender.states() == ["waiting"]
    assert places.to_station().new == 1


@pytest.mark.sqlite  # the only one that keeps more than the column's length
def test_a_number_that_is_too_long_to_be_told_goes_to_a_person_and_keeps_no_other_back(
    places: TwoPlaces,
) -> None:
    places.hand_over(2)
    places.to_station()
    places.work()
    with places.station.here():
        Row.objects.filter(number=1).update(target_number="9" * 61)
    places.to_sender()
    assert places.sender.states() == ["undecided", "entered"]
    assert places.sender.rows()[0].look_up["numbers"] == ["9" * 60]


@pytest.mark.parametrize(
    "lines",
    [
        b'{"to": [], "serial": 1}\n{}\n',
        b'{"to": {}, "serial": 99999999999999}\n{"a": 5}\n',
        b"[" * 9_000,
        b'{"parts": []}\n{"a": 5}\n',
    ],
)
def test_whatever_lies_in_the_folder_does_not_keep_the_good_file_back(
    places: TwoPlaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: bytes
) -> None:
    folder = folders(places, tmp_path, monkeypatch)
    places.hand_over(1)
    with places.station.here():
        to = station_keys.own_fingerprint().encode()
    (folder / "good.yakuba-rows").write_bytes(places.sender.file())
    (folder / "a.yakuba-rows").write_bytes(files.MAGIC + lines)
    (folder / "b.yakuba-rows").write_bytes(files.MAGIC + lines.replace(b"[]", b'"%s"' % to, 1))
    (folder / "c.yakuba-rows").write_bytes(
        files.MAGIC + b'{"to": "%s", "serial": 99999999999999}\n{"a": 5}\n' % to
    )
    assert [one.new for one in turn(places.station)] == [1]


def test_a_large_file_in_the_folder_is_read_no_further_than_it_has_to_be(
    places: TwoPlaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folders(places, tmp_path, monkeypatch)
    places.hand_over(1)
    content = places.sender.file()
    (folder / "whole.yakuba-rows").write_bytes(content)
    head = files.MAGIC + content.split(b"\n")[1].replace(b'"serial": 1', b'"serial": 9') + b"\n"
    with (folder / "large.yakuba-rows").open("wb") as file:
        file.write(head)
        file.truncate(files.LARGEST + 1)
    with (folder / "none.yakuba-rows").open("wb") as file:
        file.truncate(files.LARGEST)
    (folder / "link.yakuba-rows").symlink_to("/etc/passwd")
    read: list[int] = []
    take_in = turns_take_in(monkeypatch, read)
    assert [one.new for one in turn(places.station)] == [1]
    assert take_in == [len(content)]


def turns_take_in(monkeypatch: pytest.MonkeyPatch, read: list[int]) -> list[int]:
    """Note how large what is taken in is."""
    from yakuba.services.robots.actions.stations import turns

    real = turns.take_in

    def noting(content: bytes, **options: Any) -> Any:
        read.append(len(content))
        return real(content, **options)

    monkeypatch.setattr(turns, "take_in", noting)
    return read
