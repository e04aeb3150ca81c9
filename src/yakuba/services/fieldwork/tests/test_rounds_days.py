"""The day of a round: what crews say from the road, and what changes a plan."""

from __future__ import annotations

import threading
from io import BytesIO

import pytest
from django.db import connection
from django.utils import timezone
from PIL import Image

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.files.storage import content_of
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.fieldwork.actions import rounds_changes, rounds_plans
from yakuba.services.fieldwork.contracts import ChangeKind, ChangeState, NotDone, VisitKind
from yakuba.services.fieldwork.engine.rounds.problem import DAY
from yakuba.services.fieldwork.models import LeftStop, RoundStop, RoundVersion, StopEvent, VisitPhoto
from yakuba.services.fieldwork.queries import rounds as queries
from yakuba.services.fieldwork.queries import rounds_figures, rounds_showing, rounds_telling
from yakuba.services.fieldwork.tests.rounds_town import BASE, answered, picture, say, stop, under_way

STOPS = [stop(f"場所{number}", number) for number in range(1, 7)]


@pytest.fixture
def day(in_yakuba_city, clerk):
    """A plan that is under way, and whoever presses."""
    return under_way(clerk, STOPS)


def crews(plan):
    return queries.crews_of(plan)


def visited(version):
    """Who does what, by title."""
    return {one.stop.title: row.crew.name for row in queries.rounds_of(version) for one in row.listed}


def first_round(plan):
    return queries.rounds_of(queries.current(plan))[0]


def test_a_crew_arrives_and_is_done_by_the_servers_clock(day, clerk):
    row = first_round(day)
    before = timezone.now()
    first = row.listed[0].stop
    say(clerk, first, row.crew, VisitKind.ARRIVED, own_time="9:05")
    event = say(clerk, first, row.crew, VisitKind.DONE, minutes=12, photos=[BytesIO(picture())], metres=900)
    assert before <= event.at <= timezone.now()
    kept = content_of(VisitPhoto.objects.get().file)
    assert Image.open(BytesIO(kept)).getexif() == {}
    assert "秘密".encode() not in kept
    shown = rounds_showing.day_of(day, row.crew, row.day)
    assert shown.next.stop == row.listed[1].stop
    assert queries.standings([first.pk])[first.pk].is_done
    assert StopEvent.objects.get(kind="arrived").own_time == "9:05"
    assert rounds_figures.disagreements(first, list(StopEvent.objects.filter(stop=first))) == []


def test_what_was_said_is_never_changed_and_a_forgery_is_seen(day, clerk):
    row = first_round(day)
    event = say(clerk, row.listed[0].stop, row.crew, VisitKind.DONE)
    with pytest.raises(RuntimeError):
        event.save()
    with pytest.raises(RuntimeError):
        event.delete()
    later = event.at + timezone.timedelta(hours=1)
    StopEvent.objects.filter(pk=event.pk).update(at=later)
    stop_ = row.listed[0].stop
    faults = rounds_figures.disagreements(stop_, list(StopEvent.objects.filter(stop=stop_)))
    assert faults == ["「済んだ」の内容か日時が、監査記録と違います。"]
    assert AuditEvent.objects.filter(name="fieldwork.visit_done").count() == 1


def test_one_press_sent_twice_is_one_event_and_a_second_person_is_told(day, clerk):
    row = first_round(day)
    target = row.listed[0].stop
    once = say(clerk, target, row.crew, VisitKind.DONE, key="x" * 16)
    assert say(clerk, target, row.crew, VisitKind.DONE, key="x" * 16) == once
    other = next(one for one in crews(day) if one != row.crew)
    for kind in VisitKind:
        with pytest.raises(Conflict, match="「済んだ」と記録しています"):
            say(clerk, target, other, kind, **({"reason": NotDone.OTHER} if kind == VisitKind.FAILED else {}))
    assert StopEvent.objects.count() == 1
    with pytest.raises(Conflict, match="開き直して"):
        say(clerk, row.listed[1].stop, row.crew, VisitKind.DONE, key="x" * 16)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="of the tests' SQLite all threads share one memory")
@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_at_once_one_is_told(in_yakuba_city, clerk):
    plan = under_way(clerk, STOPS[:2])
    target = queries.stops_of(plan)[0]
    told, gate = [], threading.Barrier(2)

    def press(crew):
        try:
            with active_municipality(in_yakuba_city):
                gate.wait()
                say(clerk, target, crew, VisitKind.DONE)
                told.append("kept")
        except Conflict:
            told.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(crew,)) for crew in crews(plan)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["kept", "told"]
    assert StopEvent.objects.count() == 1


def test_another_crew_may_do_a_stop_and_its_own_crew_goes_on(day, clerk):
    row = first_round(day)
    other = next(one for one in crews(day) if one != row.crew)
    say(clerk, row.listed[0].stop, other, VisitKind.DONE)
    shown = rounds_showing.day_of(day, row.crew, row.day)
    assert shown.round.visits[0].state == ("success", f"{other}が済ませた")
    assert shown.next is None or shown.next.stop != row.listed[0].stop


def test_what_could_not_be_done_has_its_reason_and_may_be_done_later(day, clerk):
    row = first_round(day)
    target = row.listed[0].stop
    with pytest.raises(Invalid, match="わけを選んで"):
        say(clerk, target, row.crew, VisitKind.FAILED)
    say(clerk, target, row.crew, VisitKind.FAILED, reason=NotDone.ABSENT)
    assert not queries.standings([target.pk])[target.pk].is_done
    say(clerk, target, row.crew, VisitKind.DONE)
    assert queries.standings([target.pk])[target.pk].is_done


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"minutes": 601}, "かかった分"),
        ({"metres": 600_000}, "走った距離"),
        ({"own_time": "25:00"}, "時刻"),
        ({"note": "x" * 401}, "400字"),
        ({"note": "番号は 1234 5678 9018 です"}, "個人番号"),
        ({"photos": [BytesIO(b"no picture")]}, "写真として開けません"),
        ({"photos": [BytesIO(b"")] * 5}, "4枚まで"),
    ],
)
def test_what_cannot_be_kept_is_told_and_nothing_is_kept(day, clerk, said, told):
    row = first_round(day)
    with pytest.raises(Invalid, match=told):
        say(clerk, row.listed[0].stop, row.crew, VisitKind.DONE, **said)
    assert not StopEvent.objects.exists()


def test_who_is_not_in_the_plan_says_nothing(day, clerk):
    from yakuba.services.fieldwork.tests.rounds_town import crew, plan

    stranger = crew(clerk, "三班")
    row = first_round(day)
    with pytest.raises(Missing, match="この計画にありません"):
        say(clerk, row.listed[0].stop, stranger, VisitKind.DONE)
    draft = plan(clerk, [stranger], [stop("まだ")])
    with pytest.raises(Conflict, match="まだ班に出していません"):
        say(clerk, queries.stops_of(draft)[0], stranger, VisitKind.DONE)


def test_one_more_stop_is_answered_in_two_ways_and_one_press_takes_one(day, clerk):
    row = first_round(day)
    say(clerk, row.listed[0].stop, row.crew, VisitKind.DONE)
    old = queries.current(day)
    before = visited(old)
    now = min(DAY - 1, queries.moment(day))
    change = answered(
        rounds_changes.ask(
            day.pk, ChangeKind.ADD, stop=stop("増えた", 3, priority=1), moment=now, actor=clerk
        )
    )
    assert change.state == ChangeState.READY
    kept, anew = (
        RoundVersion.objects.select_related("plan").get(change=change, kept=one) for one in (True, False)
    )
    for version in (kept, anew):
        assert set(visited(version)) == {*before, "増えた"}
        assert not LeftStop.objects.filter(version=version).exists()
    of_kept = {name: crew for name, crew in visited(kept).items() if name != "増えた"}
    assert of_kept == before, "the order is kept"
    assert [one.listed[0].stop.title for one in queries.rounds_of(kept) if one.listed[0].past] == [
        row.listed[0].stop.title
    ], "what was done stands first, as it was planned"
    assert sum(one.metres for one in queries.rounds_of(kept)) == kept.metres
    assert anew.seconds <= kept.seconds
    compared = rounds_telling.compared(RoundVersion.objects.select_related("plan").get(pk=old.pk), kept, anew)
    assert [one[0] for one in compared.rows][:3] == ["道のり", "移動の時間", "入らない訪問先"]
    assert "増えた" in {one[0].title for one in compared.moved}
    rounds_changes.take(change.pk, True, actor=clerk)
    assert queries.current(day) == kept
    states = dict(RoundVersion.objects.filter(plan=day).values_list("pk", "state"))
    assert states == {old.pk: "past", kept.pk: "current", anew.pk: "dropped"}
    assert visited(old) == before, "the old version stays readable"
    with pytest.raises(Conflict, match="取り入れた"):
        rounds_changes.take(change.pk, False, actor=clerk)


def test_a_crew_that_drops_out_has_nothing_more_today(day, clerk):
    now = queries.moment(day)
    gone = crews(day)[0]
    change = answered(rounds_changes.ask(day.pk, ChangeKind.OUT, crew_id=gone.pk, moment=now, actor=clerk))
    for version in RoundVersion.objects.filter(change=change):
        assert not [one for one in queries.rounds_of(version) if one.crew == gone and one.day == 0]
        assert set(visited(version)) | {
            one.stop.title for one in LeftStop.objects.filter(version=version).select_related("stop")
        } == {one.title for one in STOPS}


def test_a_crew_that_is_late_begins_when_it_can(day, clerk):
    late = crews(day)[0]
    change = answered(
        rounds_changes.ask(
            day.pk, ChangeKind.LATE, crew_id=late.pk, until=20 * 3600, moment=3600, actor=clerk
        )
    )
    for version in RoundVersion.objects.filter(change=change):
        rows = [one for one in queries.rounds_of(version) if one.crew == late and one.day == 0]
        assert all(visit.arrival >= 20 * 3600 for row in rows for visit in row.listed)


def test_a_change_that_is_not_taken_leaves_the_plan_as_it_is(day, clerk):
    old = queries.current(day)
    change = rounds_changes.ask(day.pk, ChangeKind.ADD, stop=stop("要らない"), actor=clerk)
    with pytest.raises(Conflict, match="まだ決めていない"):
        rounds_changes.ask(day.pk, ChangeKind.ADD, stop=stop("もう一つ"), actor=clerk)
    answered(change)
    rounds_changes.drop(change.pk, actor=clerk)
    assert queries.current(day) == old
    assert "要らない" not in [one.title for one in queries.stops_of(day)]
    again = answered(rounds_changes.ask(day.pk, ChangeKind.ADD, stop=stop("もう一つ"), actor=clerk))
    assert "要らない" not in visited(RoundVersion.objects.get(change=again, kept=True))
    assert RoundStop.objects.filter(title="要らない").exists(), "what was proposed stays readable"


def test_a_change_out_of_its_day_is_refused(day, clerk):
    for moment in (-1, 2 * DAY):
        with pytest.raises(Conflict, match="この計画の日ではありません"):
            rounds_changes.ask(day.pk, ChangeKind.ADD, stop=stop("x"), moment=moment, actor=clerk)
    with pytest.raises(Invalid, match="いまより後"):
        rounds_changes.ask(
            day.pk, ChangeKind.LATE, crew_id=crews(day)[0].pk, until=60, moment=3600, actor=clerk
        )
    rounds_plans.close(day.pk, actor=clerk)
    with pytest.raises(Conflict, match="班に出した計画だけ"):
        rounds_changes.ask(day.pk, ChangeKind.ADD, stop=stop("x"), actor=clerk)


def test_driven_metres_say_the_factor(in_yakuba_city, clerk):
    stops = [stop(f"東{n}", latitude=BASE[0], longitude=BASE[1] + n * 0.01) for n in range(12)]
    plan = under_way(clerk, stops, ["一班"])
    crew = crews(plan)[0]
    for number, row in enumerate(queries.stops_of(plan)):
        say(clerk, row, crew, VisitKind.DONE, metres=1_400 if number else None, minutes=20)
    found = rounds_figures.figures(timezone.localdate())
    # A hundredth of a degree of longitude at 34.398° north: 111,195.08 m × cos 34.398° / 100 = 917.5 m.
    assert found.factor == pytest.approx(1_400 / 917.5, abs=0.001)
    assert found.driven == 11
    assert (found.kinds[0].done, found.kinds[0].planned, found.kinds[0].spent) == (12, 15, 20)
