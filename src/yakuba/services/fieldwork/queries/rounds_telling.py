"""A version in words, as a table, on the map and as GeoJSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from yakuba.kernel.maps import Feature, Map, Mapped, Shape, value_map
from yakuba.kernel.maps.geojson import write
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.kernel.values.calendar import written
from yakuba.kernel.workdays import FIRST_YEAR, LAST_YEAR, closed_by_law
from yakuba.services.fieldwork.contracts import StopKind
from yakuba.services.fieldwork.engine.rounds import words
from yakuba.services.fieldwork.engine.rounds.entries import PRIORITIES
from yakuba.services.fieldwork.engine.rounds.problem import LeftOut
from yakuba.services.fieldwork.models import CrewRound, LeftStop, RoundPlan, RoundStop, RoundVersion
from yakuba.services.fieldwork.queries import rounds as queries

WHY = {
    LeftOut.NO_SKILL: (
        "要る技能をすべて持つ班がありません。",
        "技能のある班を計画に加えるか、班の技能を直します。",
    ),
    LeftOut.NO_WAY: (
        "道路がつながっていないため、どの班も行って帰れません。",
        "場所が正しいか確かめ、道路のファイルに橋や道が抜けていれば入れ直します。",
    ),
    LeftOut.TOO_MUCH: (
        "量が、行ける班の積める量より多くなっています。",
        "二つの訪問先に分けるか、班の積める量を直します。",
    ),
    LeftOut.NO_TIME: (
        "ほかに何もなくても、時間帯と班の働く時間に間に合いません。",
        "時間帯、作業の分、班の働く時間のどれかを直します。",
    ),
    LeftOut.CROWDED_OUT: (
        "先にする訪問先で、班の時間がいっぱいです。",
        "班か日を増やすか、優先を「急ぐ」にして計算し直します。",
    ),
}
LINES = "線は訪れる順を結んだもので、通る道ではありません。"
HEAD = (
    "日",
    "班",
    "順番",
    "種類",
    "番号",
    "件名",
    "優先",
    "着く",
    "始める",
    "終える",
    "前から分",
    "前からm",
    "緯度",
    "経度",
)


@dataclass(frozen=True)
class Left:
    """A stop that is in no round, why, and what to do."""

    stop: RoundStop
    why: str
    remedy: str


def left_of(version: RoundVersion) -> list[Left]:
    """What the version leaves out, the most urgent first."""
    rows = LeftStop.objects.filter(version=version).select_related("stop")
    listed = rows.order_by("stop__priority", "stop__number")
    return [Left(row.stop, *WHY[LeftOut(row.reason)]) for row in listed]


def day_words(plan: RoundPlan, number: int) -> str:
    """「令和8年12月1日（火）」."""
    day = plan.dates[number]
    named = _holiday(day)
    return f"{written(day)}（{words.WEEKDAYS[day.weekday()]}{'・' + named if named else ''}）"


def _holiday(day: date) -> str:
    """Why town halls are closed besides weekends, in words; crews work by their weekdays, so a plan says so."""
    told = closed_by_law(day) if FIRST_YEAR <= day.year <= LAST_YEAR else ""
    return "" if told in ("土曜日", "日曜日") else told


def holidays_of(plan: RoundPlan) -> list[str]:
    """The plan's days that are holidays, in words."""
    return [day_words(plan, number) for number, day in enumerate(plan.dates) if _holiday(day)]


def label_of(row: CrewRound, plan: RoundPlan) -> str:
    """Of one round, for a map of several days."""
    return row.crew.name if plan.days == 1 else f"{row.crew.name} {row.day + 1}日め"


def map_of(version: RoundVersion, rounds: Sequence[CrewRound]) -> Map | None:
    """Lines of the rounds and their stops, by round; None where there is nothing to be shown."""
    plan, mapped = version.plan, []
    for number, row in enumerate(rounds, 1):
        label, base = label_of(row, plan), (row.crew.longitude, row.crew.latitude)
        places = [(one.stop.longitude, one.stop.latitude) for one in row.listed]
        note = f"{len(places)}件、{row.metres / 1000:.1f}km、移動{row.seconds // 60}分"
        mapped.append(Mapped(label, float(number), Shape(lines=((base, *places, base),)), note))
        for one in row.listed:
            told = f"{words.shown(one.begin, row.day)}から{one.stop.minutes}分"
            at = Shape(points=((one.stop.longitude, one.stop.latitude),))
            mapped.append(Mapped(f"{label} {one.place}. {one.stop.title}", float(number), at, told))
    for left in left_of(version):
        at = Shape(points=((left.stop.longitude, left.stop.latitude),))
        mapped.append(Mapped(f"入らなかった {left.stop}", None, at, left.why))
    if not mapped:
        return None
    breaks = [number + 0.5 for number in range(1, min(5, len(rounds)))]
    return value_map(
        mapped, title="巡回（値は何本目の巡回か）", unit="本目", breaks=breaks, sources=(version.basis,)
    )


def map_of_round(version: RoundVersion, row: CrewRound) -> Map | None:
    """One round with its stops by their places in it, for paper."""
    base = (row.crew.longitude, row.crew.latitude)
    places = [(one.stop.longitude, one.stop.latitude) for one in row.listed]
    mapped = [Mapped(row.crew.name, None, Shape(lines=((base, *places, base),)))]
    mapped += [
        Mapped(f"{one.place}. {one.stop.title}", float(one.place), Shape(points=(at,)))
        for one, at in zip(row.listed, places, strict=True)
    ]
    return value_map(mapped, title="回る順番", unit="番目", sources=(version.basis,)) if places else None


def table_of(version: RoundVersion) -> Table:
    """A row for each visit, and for each stop that was left out."""
    return Table("巡回", HEAD, list(_rows(version)))


def _rows(version: RoundVersion) -> Iterator[list[str | int | float]]:
    plan = version.plan
    for row in queries.rounds_of(version):
        for one in row.listed:
            stop = one.stop
            yield [
                plan.dates[row.day].isoformat(), row.crew.name, one.place, StopKind(stop.kind).label, stop.ref, stop.title,
                PRIORITIES[stop.priority], words.shown(one.arrival, row.day), words.shown(one.begin, row.day), words.shown(one.end, row.day),
                round(one.seconds / 60), one.metres, stop.latitude, stop.longitude,
            ]  # fmt: skip
    for left in left_of(version):
        stop = left.stop
        yield [
            "", "（入らなかった）", "", StopKind(stop.kind).label, stop.ref, stop.title, PRIORITIES[stop.priority],
            left.why, "", "", "", "", stop.latitude, stop.longitude,
        ]  # fmt: skip


def geojson_of(version: RoundVersion) -> str:
    """Lines of rounds and points of stops, with times."""
    plan, features = version.plan, []
    for row in queries.rounds_of(version):
        base = (row.crew.longitude, row.crew.latitude)
        places = [(one.stop.longitude, one.stop.latitude) for one in row.listed]
        facts = {"班": row.crew.name, "日": plan.dates[row.day].isoformat()}
        features.append(
            Feature(Shape(lines=((base, *places, base),)), facts | {"m": row.metres, "出典": version.basis})
        )
        features += [
            Feature(
                Shape(points=((one.stop.longitude, one.stop.latitude),)),
                facts
                | {
                    "順番": one.place,
                    "件名": one.stop.title,
                    "番号": one.stop.ref,
                    "始める": words.shown(one.begin, row.day),
                    "終える": words.shown(one.end, row.day),
                },
            )
            for one in row.listed
        ]
    for left in left_of(version):
        at = Shape(points=((left.stop.longitude, left.stop.latitude),))
        features.append(
            Feature(at, {"件名": left.stop.title, "番号": left.stop.ref, "入らなかったわけ": left.why})
        )
    return write(features)


@dataclass(frozen=True)
class Compared:
    """A change's two versions beside what holds, as rows of a table: what, now, order kept, planned anew."""

    rows: list[tuple[str, str, str, str]]
    moved: list[tuple[RoundStop, str, str, str]]  # stop, now, order kept, planned anew


def compared(before: RoundVersion, kept: RoundVersion, anew: RoundVersion) -> Compared:
    """What each of them costs, and what changes for whom."""
    three = (before, kept, anew)
    told = [_told(version) for version in three]
    left = [len(left_of(version)) for version in three]
    keys = sorted({key for one in told for key in one})
    stops = {row.pk: row for row in RoundStop.objects.filter(pk__in=keys)}
    moved = [
        (stops[key], *(one.get(key, (0, "入らない"))[1] for one in told))
        for key in sorted(keys, key=lambda key: (told[2].get(key, (0, ""))[0], key))
        if len({one.get(key) for one in told}) > 1
    ]
    changed = [sum(1 for key in keys if one.get(key) != told[0].get(key)) for one in told]
    crews = [len(_crews_changed(told[0], one)) for one in told]
    rows = [
        ("道のり", *(f"{one.metres / 1000:.1f}km" for one in three)),
        ("移動の時間", *(f"{one.seconds // 60:,}分" for one in three)),
        ("入らない訪問先", *(f"{number}件" for number in left)),
        ("班か時刻が変わる訪問先", "―", *(f"{number}件" for number in changed[1:])),
        ("予定が変わる班", "―", *(f"{number}班" for number in crews[1:])),
    ]
    return Compared(
        [(row[0], row[1], row[2], row[3]) for row in rows],
        [(one[0], one[1], one[2], one[3]) for one in moved],
    )


def _told(version: RoundVersion) -> dict[int, tuple[int, str]]:
    """By stop: when it begins, and who and when in words, to the minute."""
    plan = version.plan
    return {
        one.stop_id: (one.begin // 60, f"{label_of(row, plan)} {words.shown(one.begin, row.day)}")
        for row in queries.rounds_of(version)
        for one in row.listed
    }


def _crews_changed(before: dict[int, tuple[int, str]], after: dict[int, tuple[int, str]]) -> set[str]:
    changed = {key for key in {*before, *after} if before.get(key) != after.get(key)}
    return {
        told[1].rpartition(" ")[0]
        for key in changed
        for one in (before, after)
        if (told := one.get(key)) is not None
    }
