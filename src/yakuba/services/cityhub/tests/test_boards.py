"""Boards: what they show, who sees them, and how they are put together."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.kernel.tenancy.models import Department
from yakuba.services.cityhub import facade
from yakuba.services.cityhub.actions import boards as actions
from yakuba.services.cityhub.actions import hours
from yakuba.services.cityhub.engine.boards import (
    MOST_TILES,
    BoardComparison,
    BoardSpan,
    Step,
    TileKind,
    before,
    mean,
    moved,
    window,
)
from yakuba.services.cityhub.models import Alarm, Board, Series
from yakuba.services.cityhub.queries import boards as queries
from yakuba.services.cityhub.queries import looking
from yakuba.services.cityhub.queries.steps import steps

NOON = datetime(2026, 3, 4, 12, 40)  # a Wednesday
OF = {"entity_type": "River", "attribute": "level", "ids": [], "span": ""}


@pytest.mark.parametrize(
    ("span", "start", "count"),
    [
        (BoardSpan.DAY, datetime(2026, 3, 3, 13, 0), 48),
        (BoardSpan.WEEK, datetime(2026, 2, 25, 13, 0), 168),
        (BoardSpan.MONTH, datetime(2026, 2, 2), 31),
        (BoardSpan.YEAR, datetime(2025, 3, 4), 366),
    ],
)
def test_windows_end_with_the_step_that_runs(span, start, count):
    found = window(span, NOON)
    assert (found.start, found.count) == (start, count)
    assert len(set(found.labels())) == count
    assert found.end - found.step <= NOON < found.end


def test_a_year_before_stands_a_monday_beside_a_monday_and_a_day_beside_its_day():
    week = window(BoardSpan.WEEK, NOON)
    assert before(week, BoardComparison.BEFORE).end == week.start
    assert before(week, BoardComparison.YEAR).start.weekday() == week.start.weekday()
    year = window(BoardSpan.YEAR, NOON)
    assert before(year, BoardComparison.YEAR).end == datetime(2025, 3, 5)
    for day in (28, 29):  # up to and with it, beside 28 February
        leap = window(BoardSpan.MONTH, datetime(2028, 2, day, 9))
        assert before(leap, BoardComparison.YEAR).end == datetime(2027, 3, 1)
    after = window(BoardSpan.MONTH, datetime(2028, 3, 1, 9))
    assert before(after, BoardComparison.YEAR).end == datetime(2027, 3, 2)


def test_the_mean_is_of_the_readings_and_not_of_the_steps():
    assert mean([Step(1, 4, 4, 4.0), None, Step(3, 0, 0, 0.0)]) == 1.0
    assert mean([None]) is None


def test_what_is_moved_stays_within():
    assert moved([1, 2, 3], 3, True) == [1, 3, 2]
    assert moved([1, 2, 3], 1, True) == [1, 2, 3]
    assert moved([1, 2, 3], 3, False) == [1, 2, 3]


@pytest.fixture
def page(in_yakuba_city, clerk):
    client = Client()
    client.force_login(clerk)
    return client


@pytest.fixture
def someone(make_staff, yakuba_city):
    """Of a section, who makes boards but does not manage the hub."""
    person = make_staff(yakuba_city, "cityhub.view", "cityhub.boards")
    person.department = Department.objects.create(name="自分の課")
    person.save()
    return person


@pytest.fixture
def river(in_yakuba_city, clerk):
    now = timezone.now()
    lines = ["id,type,attribute,at,value,unit"]
    for hours_ago in range(1, 24 * 21):
        at = now - timedelta(hours=hours_ago)
        level = 1.0 if hours_ago < 24 * 7 else 3.0
        lines.append(f"r1,River,level,{at:%Y-%m-%dT%H:%M:%SZ},{level},m")
    lines.append(f"r2,River,level,{now:%Y-%m-%dT%H:%M:%SZ},9,m")
    facade.take_text("\n".join(lines), actor=clerk)
    return Series.objects.get(entity_id="r1")


def a_board(clerk, **given):
    head = {"title": "川", "department_id": None, "is_draft": False, "is_start": False} | given
    return actions.save(None, **({"span": "week", "compared": ""} | head), actor=clerk)


def a_tile(board, clerk, kind="number", **given):
    return actions.save_tile(board.pk, None, kind=kind, title="水位", **(OF | given), actor=clerk)


@pytest.mark.parametrize("ready", [False, True])
def test_hours_that_are_ready_and_readings_give_the_same_steps(river, ready):
    seen = window(BoardSpan.WEEK, timezone.localtime())
    plain = steps(river, seen)
    if ready:
        hours.prepare(river, timezone.now().timestamp())
        river.refresh_from_db()
        assert river.prepared_to
    assert steps(river, seen) == plain
    assert sum(one is not None for one in plain) >= 160


def test_a_number_stands_beside_the_week_before(river, clerk):
    tile = a_tile(a_board(clerk), clerk, ids=["r1"])
    line = queries.shown(tile, BoardSpan.WEEK, BoardComparison.BEFORE).lines[0]
    assert line.mean == pytest.approx(1.0, abs=0.03)
    assert line.then == pytest.approx(3.0, abs=0.03)
    assert line.words["change"].startswith("-")


@pytest.mark.parametrize("kind", [one for one in TileKind if one is not TileKind.MAP])
def test_every_kind_opens_to_its_readings(river, clerk, page, kind):
    Alarm.objects.create(rule="x", series=river, began_at=timezone.now(), sentence="水位が高い")
    board = a_board(clerk)
    a_tile(board, clerk, kind)
    text = page.get(reverse("cityhub:board", args=[board.pk]), {"compared": "before"}).content.decode()
    if kind is TileKind.ALARMS:
        assert "水位が高い" in text
    else:
        address = reverse("cityhub:series", args=[river.pk])
        assert f'href="{address}?span=week"' in text
        assert "1.0" in page.get(address, {"span": "week"}).content.decode()


def test_readings_can_be_had_by_day_and_whole(river, page):
    address = reverse("cityhub:readings", args=[river.pk])
    far = (timezone.localdate() - timedelta(days=100)).isoformat()
    assert "3.0" in page.get(address).content.decode() or "3" in page.get(address).content.decode()
    assert "測定値はありません" in page.get(address, {"until": far}).content.decode()


def test_who_sees_a_board(river, clerk, someone):
    other = Department.objects.create(name="別の課")
    person = someone
    draft = a_board(clerk, title="下書き", is_draft=True)
    theirs = a_board(None, title="別の課", department_id=other.pk)
    everybody = a_board(clerk, title="みんな")
    assert list(queries.seen_by(person)) == [everybody]
    with pytest.raises(Missing):
        actions.held(theirs.pk, person)
    with pytest.raises(Missing):
        actions.save_tile(draft.pk, None, kind="number", title="x", **OF, actor=person)
    assert set(queries.seen_by(None)) == {draft, theirs, everybody}


def test_a_section_comes_to_its_own_board_first(river, someone):
    person, mine = someone, someone.department
    assert queries.start_of(person) is None
    for_all = a_board(None, title="みんな", is_start=True)
    assert queries.start_of(person) == for_all
    own = a_board(None, title="課", department_id=mine.pk, is_start=True)
    assert queries.start_of(person) == own
    newer = a_board(None, title="課の新しいもの", department_id=mine.pk, is_start=True)
    assert queries.start_of(person) == newer
    assert Board.objects.filter(is_start=True).count() == 2


def test_nobody_puts_a_board_before_another_section(river, someone):
    other = Department.objects.create(name="別の課")
    with pytest.raises(Invalid, match="自分の課"):
        a_board(someone, department_id=other.pk)


def test_a_draft_is_nobodys_start(in_yakuba_city, clerk):
    with pytest.raises(Invalid, match="下書き"):
        a_board(clerk, is_draft=True, is_start=True)


def test_a_board_is_not_endless(river, clerk):
    board = a_board(clerk)
    for _ in range(MOST_TILES):
        a_tile(board, clerk)
    with pytest.raises(Conflict):
        a_tile(board, clerk)


def test_a_board_is_put_together_in_the_page(river, page):
    page.post(reverse("cityhub:new_board"), {"title": "川", "span": "week", "is_draft": "on"})
    board = Board.objects.get()
    first = {"kind": "chart", "of": "River\x1flevel"}
    address = reverse("cityhub:new_tile", args=[board.pk])
    assert "r2" in page.get(address, first).content.decode()
    for title in ("一つ目", "二つ目"):
        query = "?kind=chart&of=River%1Flevel"
        assert page.post(address + query, {"title": title, "ids": ["r1"], "span": ""}).status_code == 302
    one, two = board.tiles.order_by("place")
    assert (one.title, one.ids) == ("一つ目", ["r1"])
    page.post(reverse("cityhub:move_tile", args=[board.pk, two.pk]), {"up": "1"})
    assert [tile.title for tile in board.tiles.order_by("place")] == ["二つ目", "一つ目"]
    page.post(reverse("cityhub:edit_tile", args=[board.pk, one.pk]), {"title": "別の名", "span": "year"})
    page.post(reverse("cityhub:remove_tile", args=[board.pk, two.pk]))
    assert [(tile.title, tile.span, tile.ids) for tile in board.tiles.all()] == [("別の名", "year", [])]
    text = page.get(reverse("cityhub:board", args=[board.pk])).content.decode()
    assert "別の名" in text
    assert "下書き" in text
    page.post(reverse("cityhub:remove_board", args=[board.pk]))
    assert not Board.objects.exists()
    assert Series.objects.exists()


def test_a_tile_needs_something_to_show(page, clerk):
    board = a_board(clerk)
    address = reverse("cityhub:new_tile", args=[board.pk])
    assert page.get(address, {"kind": "chart", "of": ""}).status_code == 422
    assert page.get(address, {"kind": "alarms", "of": ""}).status_code == 200


def test_a_chart_has_no_more_lines_than_can_be_told_apart(in_yakuba_city, clerk):
    now = timezone.now()
    lines = [f"r{number},River,level,{now:%Y-%m-%dT%H:%M:%SZ},{number},m" for number in range(9)]
    facade.take_text("\n".join(["id,type,attribute,at,value,unit", *lines]), actor=clerk)
    tile = a_tile(a_board(clerk), clerk, "chart")
    assert (
        len(queries.shown(tile, BoardSpan.DAY, None).lines),
        queries.shown(tile, BoardSpan.DAY, None).more,
    ) == (
        6,
        3,
    )
    compared = queries.shown(tile, BoardSpan.DAY, BoardComparison.YEAR)
    assert (len(compared.lines), compared.more) == (3, 6)


def test_a_stranger_is_shown_nothing(in_yakuba_city, clerk):
    board = a_board(clerk)
    assert Client().get(reverse("cityhub:board", args=[board.pk])).status_code == 302


def test_two_things_of_one_name_stand_on_one_map(in_yakuba_city, clerk):
    """An id is one of its type and path only: a map refuses two places of one name, and the board would not open."""
    place = {"type": "geo:point", "value": "34.4,132.5"}
    level = {"type": "Number", "value": 1.5}
    for kind in ("River", "Pond"):
        facade.bring([{"id": "naka", "type": kind, "level": level, "location": place}])
    found = looking.place_map("", "level")
    assert [one.label for one in found.mapped] == ["naka", "naka（2）"]
    assert looking.told_apart(["a", "a（2）", "a", "a"]) == ["a", "a（2）", "a（3）", "a（4）"]


@pytest.mark.parametrize("day", ["0001-01-01", "1900-01-01", "2999-12-31", "9999-12-31"])
def test_any_day_may_be_typed_in_the_address(river, page, day):
    address = reverse("cityhub:readings", args=[river.pk])
    assert page.get(address, {"from": day}).status_code == 200
    assert page.get(address, {"to": day}).status_code == 200
