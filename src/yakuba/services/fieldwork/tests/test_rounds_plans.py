"""Crews, roads and plans: from what is entered to rounds that keep every condition."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from yakuba.kernel.jobs.models import Job
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.fieldwork.actions import rounds_answers, rounds_crews, rounds_plans, rounds_roads
from yakuba.services.fieldwork.contracts import OfferedStop, PlanState, StopKind
from yakuba.services.fieldwork.engine.rounds.checking import broken
from yakuba.services.fieldwork.models import Crew, RoadFile, RoundStop, RoundVersion
from yakuba.services.fieldwork.queries import rounds as queries
from yakuba.services.fieldwork.queries import rounds_telling, rounds_ways
from yakuba.services.fieldwork.tests.rounds_town import BASE, calculated, crew, plan, quickly, roads, stop


@pytest.fixture
def town(in_yakuba_city, clerk):
    quickly(clerk)
    return clerk


def rounds(made):
    return queries.rounds_of(queries.current(made))


def test_a_plan_keeps_every_condition_and_says_why_it_leaves_something_out(town):
    set_values({"fieldwork.skills": "草刈り、高所"}, actor=town)
    crews = [crew(town, "一班", skills="草刈り", load=5), crew(town, "二班", load=2)]
    stops = [
        stop("急ぐ穴", 1, priority=1, windows="9:00-10:00"),
        stop("草", 2, skills="草刈り", load=3),
        *(stop(f"枝{number}", number) for number in range(3, 9)),
        stop("高い枝", 9, skills="高所"),
        stop("重い", 10, load=9),
        stop("夜", 11, windows="20:00-21:00"),
    ]
    made = calculated(town, plan(town, crews, stops))
    assert made.state == PlanState.READY
    version, asked = queries.current(made), queries.asked(made)
    ways = rounds_ways.measured(asked.points, rounds_answers.names_of(asked))
    assert broken(asked.problem(ways.ways), queries.answer_of(version, asked)) == []
    left = {one.stop.title: one.why for one in rounds_telling.left_of(version)}
    assert set(left) == {"高い枝", "重い", "夜"}
    assert "技能" in left["高い枝"]
    assert "積める量" in left["重い"]
    assert "働く時間" in left["夜"]
    visited = {visit.stop.title: row.crew.name for row in rounds(made) for visit in row.listed}
    assert len(visited) == 8
    assert visited["草"] == "一班"
    assert sum(row.metres for row in rounds(made)) == version.metres
    assert all(row.metres > sum(visit.metres for visit in row.listed) for row in rounds(made)), (
        "and home again"
    )


def test_two_days_are_planned_together(town):
    made = plan(town, [crew(town, "一班")], [], days=2)
    second = made.dates[1].isoformat()
    for number in range(1, 9):
        rounds_plans.add_stop(made.pk, stop(f"場所{number}", number, minutes=100), actor=town)
    rounds_plans.add_stop(made.pk, stop("二日め", 9, days=second), actor=town)
    made = calculated(town, made)
    assert {row.day for row in rounds(made)} == {0, 1}
    assert [v.stop.title for row in rounds(made) if row.day == 1 for v in row.listed if v.stop.days] == [
        "二日め"
    ]
    with pytest.raises(Invalid, match="この計画の日ではありません"):
        rounds_plans.add_stop(made.pk, stop("遠い日", 1, days="2027-01-01"), actor=town)


def test_a_broken_answer_is_a_failure_and_never_a_plan(town, monkeypatch):
    """The solver is made to answer wrongly; what looks at its answers is the real one."""
    made = plan(town, [crew(town, "一班")], [stop("穴")])
    solve = rounds_answers.solve

    def wrong(problem, effort, orders=None):
        found = solve(problem, effort, orders)
        early = tuple(
            replace(one, visits=tuple(replace(v, begin=v.begin - 3600, end=v.end - 3600) for v in one.visits))
            for one in found.rounds
        )
        return replace(found, rounds=early)

    monkeypatch.setattr(rounds_answers, "solve", wrong)
    rounds_plans.begin(made.pk, actor=town)
    with pytest.raises(Conflict) as refused:
        rounds_answers.work(made.pk)
    rounds_answers.give_up(refused.value, plan_id=made.pk)
    made.refresh_from_db()
    assert made.state == PlanState.FAILED
    assert "条件を満たしていない" in made.reason
    assert not RoundVersion.objects.exists()
    monkeypatch.undo()
    rounds_answers.take_up(plan_id=made.pk)
    rounds_answers.work(made.pk)
    made.refresh_from_db()
    assert made.state == PlanState.READY


def test_killed_half_way_nothing_is_kept_and_the_next_worker_plans(town):
    made = plan(town, [crew(town, "一班")], [stop("穴"), stop("枝", 2)])
    rounds_plans.begin(made.pk, actor=town)
    assert Job.objects.get().name == "fieldwork.plan_rounds"

    class Killed(BaseException):
        pass

    def killed():
        raise Killed

    with pytest.raises(Killed):
        rounds_answers.work(made.pk, killed)
    made.refresh_from_db()
    assert made.state == PlanState.PLANNING
    assert not RoundVersion.objects.exists()
    rounds_answers.work(made.pk)
    rounds_answers.work(made.pk)  # a frozen worker that comes back
    assert RoundVersion.objects.count() == 1


def test_what_is_changed_has_to_be_calculated_anew(town):
    made = calculated(town, plan(town, [crew(town, "一班")], [stop("穴")]))
    rounds_plans.add_stop(made.pk, stop("枝", 2), actor=town)
    made.refresh_from_db()
    assert made.state == PlanState.DRAFT
    assert queries.current(made) is None
    assert RoundVersion.objects.get().state == "past", "and what was calculated before stays readable"
    with pytest.raises(Conflict, match="計算ができてから"):
        rounds_plans.publish(made.pk, actor=town)
    made = rounds_plans.publish(calculated(town, made).pk, actor=town)
    with pytest.raises(Conflict, match="当日の変更"):
        rounds_plans.add_stop(made.pk, stop("枝", 3), actor=town)


def test_a_plan_that_cannot_be_done_is_told_before_it_is_tried(town):
    made = plan(town, [crew(town, "週末", hours=("", "", "", "", "", "9:00-12:00", ""))], [])
    with pytest.raises(Conflict, match="訪問先がまだ"):
        rounds_plans.begin(made.pk, actor=town)
    rounds_plans.add_stop(made.pk, stop("穴"), actor=town)
    with pytest.raises(Conflict, match="働いていません"):
        rounds_plans.begin(made.pk, actor=town)


def test_what_another_part_offers_comes_in_once(town):
    made = plan(town, [crew(town, "一班")], [])
    offered = [
        OfferedStop(StopKind.REPORT, "0000070001", "道路の穴", BASE[0], BASE[1], priority=1),
        OfferedStop(StopKind.TRAP, "W-3", "わな", BASE[0], BASE[1] + 0.01, minutes=5),
    ]
    assert rounds_plans.offer(made.pk, offered, actor=town) == 2
    assert rounds_plans.offer(made.pk, [*offered, *offered], actor=town) == 0
    assert [(one.kind, one.ref) for one in queries.stops_of(made)] == [
        ("report", "0000070001"),
        ("trap", "W-3"),
    ]
    bad = [OfferedStop(StopKind.TRAP, "W-4", "海の上", 0.0, 0.0)]
    with pytest.raises(Invalid, match="海の上"):
        rounds_plans.offer(made.pk, bad, actor=town)


def test_a_table_with_a_fault_changes_nothing(town):
    made = plan(town, [crew(town, "一班")], [])
    table = "件名,緯度,経度\n穴,34.4,132.5\n枝,x,132.5\n".encode()
    with pytest.raises(Invalid, match="直すところが1か所"):
        rounds_plans.load_stops(made.pk, table, {}, actor=town)
    assert not RoundStop.objects.exists()
    assert rounds_plans.load_stops(made.pk, table.replace(b"x,", b"34.41,"), {}, actor=town) == 2
    crews = "班,緯度,経度,月\n一班,34.4,132.5,9:00-12:00\n新班,34.4,132.5,8:30-17:15\n".encode()
    assert rounds_crews.load_crews(crews, {}, actor=town) == 2
    assert {row.name: row.by_weekday[0] for row in Crew.objects.all()} == {
        "一班": "9:00-12:00",
        "新班": "8:30-17:15",
    }


def test_roads_are_taken_and_what_they_do_not_reach_is_told_by_name(town):
    source = "見本の道路（CC0）"
    taken = rounds_roads.take_roads(
        "roads.geojson", json.dumps(roads(bridge=False)).encode(), source, actor=town
    )
    assert (taken.head["lines"], taken.in_use) == (2, True)
    stops = [
        stop("こちら岸", latitude=34.398, longitude=132.530),
        stop("向こう岸", latitude=34.410, longitude=132.530),
        stop("山の中", latitude=34.390, longitude=132.530),
    ]
    made = calculated(town, plan(town, [crew(town, "一班")], stops))
    version = queries.current(made)
    assert source in version.basis
    assert "「向こう岸」は、ほかの場所と行き来できる道路がありません" in version.warnings
    assert "「山の中」は、いちばん近い道路から" in version.warnings
    left = rounds_telling.left_of(version)
    assert [one.stop.title for one in left] == ["向こう岸"]
    assert "道路がつながっていない" in left[0].why
    rounds_roads.take_roads("bridge.geojson", json.dumps(roads(bridge=True)).encode(), source, actor=town)
    assert RoadFile.objects.filter(in_use=True).count() == 1
    rounds_plans.set_crews(made.pk, [row.pk for row in queries.crews_of(made)], actor=town)
    version = queries.current(calculated(town, made))
    assert rounds_telling.left_of(version) == []
    assert "行き来できる" not in version.warnings
    rounds_roads.use_roads(None, actor=town)
    assert not RoadFile.objects.filter(in_use=True).exists()


def _road(points, properties="{}"):
    return (
        f'{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{properties},'
        f'"geometry":{{"type":"LineString","coordinates":{points}}}}}]}}'
    ).encode()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "JSON"),
        (b"\x89PNG", "JSON"),
        (b"[1]", "GeoJSON"),
        (b'{"type": "FeatureCollection", "features": []}', "LineString"),
        (_road("[[132,34]]"), "LineString"),
        (_road("[[132,34],[132.1,1" + "0" * 400 + "]]"), "座標が読めません"),
        (_road("[[132,34],[132.1,34]]", "[1]"), "属性"),
        (_road("[[132,34],[132.1,34]]", '{"speed": 1' + "0" * 400 + "}"), "速さ"),
        (_road("[[132,34],[132.1,34]]", '{"speed": 0}'), "時速1〜120km"),
        (_road("[[27000,-178000],[27100,-178000]]"), "単位が度"),
        (_road("[[34.1,32.0],[34.2,32.0]]"), "日本の中にありません"),
        (_road("null"), "座標が読めません"),
        (
            b'{"type": "FeatureCollection", "features": [{"type":"Feature","geometry":null}]}',
            "形（geometry）",
        ),
        (b"[" * 1000 + b"]" * 1000, "深すぎ"),
        (
            b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"speed":"fast"},'
            b'"geometry":{"type":"LineString","coordinates":[[132,34],[132.1,34]]}}]}',
            "1番目の地物の速さ",
        ),
    ],
)
def test_what_is_no_road_file_is_told_and_the_one_in_use_stays(town, content, told):
    good = rounds_roads.take_roads("r", json.dumps(roads(bridge=True)).encode(), "見本", actor=town)
    with pytest.raises(Invalid) as refused:
        rounds_roads.take_roads("bad.geojson", content, "見本", actor=town)
    assert told in refused.value.lines()
    assert rounds_ways.roads_in_use() == good
