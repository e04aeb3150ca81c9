"""Moments, masking, measures on two engines, routines that were planted: no database."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pytest

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.services.worklogs.adapters import shelf
from yakuba.services.worklogs.contracts import MINUTE, StepText
from yakuba.services.worklogs.engine import before_after, candidates, measures, repeating
from yakuba.services.worklogs.engine.masking import Masker, screen_of, step_code
from yakuba.services.worklogs.engine.moments import BadMoment, moment_of, read_moment
from yakuba.services.worklogs.engine.planting import World, planted
from yakuba.services.worklogs.engine.rules import Naming, read_rules
from yakuba.services.worklogs.engine.tally import Tally

NOW = datetime(2026, 11, 30)
FIRST = 1_775_001_600_000  # 2026-04-01 00:00 on the wall


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2026-04-01 09:05:07", "2026-04-01 09:05:07"),
        ("2026/4/1 9:05", "2026-04-01 09:05:00"),
        ("2026-04-01T00:05:07Z", "2026-04-01 09:05:07"),
        ("令和8年4月1日 9時05分", "2026-04-01 09:05:00"),
        ("２０２６／４／１　９：０５", "2026-04-01 09:05:00"),
        ("1775001600", "2026-04-01 09:00:00"),
        ("1775001600250", "2026-04-01 09:00:00.250000"),
        ("1775061512345", "2026-04-02 01:38:32.345000"),  # and not 1775-06-15 at 23:45
    ],
)
def test_moments_are_read_as_collectors_write_them(text, told):
    assert str(moment_of(read_moment(text, NOW))) == told


@pytest.mark.parametrize(
    "text", ["", "きのう", "2026-13-01 00:00:00", "1970-01-01 00:00:00", "2099-01-01 00:00", "9:00"]
)
def test_what_is_no_moment_or_of_a_wrong_clock_is_refused(text):
    with pytest.raises(BadMoment):
        read_moment(text, NOW)


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("山田太郎 様の申込", "〔氏名〕 様の申込"),
        ("受付一覧 12件", "受付一覧 12件"),
        ("電話 03-1234-5678", "電話 〔電話〕"),
        ("宛名 1234567 照会", "宛名 〔番号〕 照会"),
        ("tanaka の受信トレイ", "〔職員〕 の受信トレイ"),
    ],
)
def test_titles_are_masked(title, kept):
    assert Masker().text(title, "tanaka") == kept


def test_what_differs_in_digits_alone_is_looked_through_once_and_masked_all_the_same():
    masker = Masker()
    assert masker.text("受付 1 件") == "受付 1 件"
    assert masker.text("受付 2 件") == "受付 2 件"
    assert masker.text("電話 03-1234-5678") == "電話 〔電話〕"
    assert masker.text("電話 06-8765-4321") == "電話 〔電話〕"
    assert screen_of("台帳１２件 - 4月.xlsx") == screen_of("台帳3件 - 10月.xlsx") == "台帳0件 - 0月.xlsx"
    assert step_code("A", "b", "c", "セル12") == step_code("A", "b", "c", "セル3")


def a_part(folder: Path, events: list[tuple[int, int, str, str, str]]) -> Path:
    """machine, seconds since nine o'clock, application, title, action → a part."""
    with shelf.Incoming(folder / "in.parquet") as incoming:
        for place, (machine, seconds, application, title, action) in enumerate(events):
            at = FIRST + 9 * 60 * MINUTE + seconds * 1000
            step = step_code(application, title, action, "")
            kept = shelf.Kept(
                machine, at, machine, "税務課", application, title, title, action, "", step, place, 202604
            )
            incoming.add(kept)
    shelf.merge(folder, folder / "in.parquet", (0, 202604), None, folder / "part.parquet")
    return folder / "part.parquet"


EVENTS = [
    (1, 0, "EXCEL", "台帳", "入力"), (1, 60, "業務", "照会", "入力"), (1, 120, "業務", "照会", "クリック"),
    (1, 1320, "EXCEL", "台帳", "入力"), (1, 1350, "EXCEL", "台帳", "保存"), (2, 30, "業務", "照会", "入力"),
    (2, 90, "業務", "登録", "入力"), (2, 90, "業務", "登録", "入力"),
]  # fmt: skip


def test_the_figures_are_those_that_one_counts_by_hand(tmp_path):
    path = a_part(tmp_path, EVENTS)
    con = shelf.engine(tmp_path)
    timed = measures.timed(shelf.opened(con, path), 5 * MINUTE)
    tally = Tally(read_rules("作業:\n  - 名前: 照会\n    画面: [照会]\n"))
    tally.add(202604, {name: measures.measured(timed, name) for name in measures.MEASURES})
    facts = tally.facts()
    assert facts["events"] == 7, "one of them came twice"
    assert facts["applications"] == [["業務", 2.0, 4], ["EXCEL", 1.5, 3]]
    assert facts["switches"] == [["EXCEL", "業務", 1]]
    assert facts["activities"] == [["照会", "", 202604, 2.0, 3], ["", "", 202604, 1.5, 4]]
    assert facts["persons"] == [["税務課", 1, 2.5, 20.0, 2, 1, 1], ["税務課", 2, 1.0, 0.0, 1, 0, 1]]
    assert facts["sections"] == [["税務課", 2, 3.5, 20.0, 17.1, None, None]], (
        "two people are too few to be told apart"
    )
    assert facts["hours"] == [["税務課", 2, 9, 3.5, 7]]


@pytest.mark.parametrize("name", measures.MEASURES)
def test_two_engines_come_to_the_same(tmp_path, name):
    drawn = np.random.default_rng(3)
    events = [
        (
            int(drawn.integers(1, 25)),
            int(drawn.integers(0, 20_000)),
            str(drawn.choice(["A", "B", "C"])),
            "画面",
            "入力",
        )
        for _ in range(500)
    ]
    path = a_part(tmp_path, events)

    def rows(con: Any) -> list[str]:
        return sorted(map(str, measures.measured(measures.timed(shelf.opened(con, path), 5 * MINUTE), name)))

    assert rows(shelf.engine(tmp_path)) == rows(ibis.polars.connect())


def test_memory_does_not_grow_with_the_rows_of_a_log(tmp_path, monkeypatch):
    monkeypatch.setattr(shelf, "AT_ONCE", 200)

    def peak(rows: int) -> int:
        with shelf.Incoming(tmp_path / "in.parquet") as incoming:
            tracemalloc.start()
            for place in range(rows):
                texts = "税務課", "業務", f"画面{place}", f"画面{place}", "入力", ""
                incoming.add(shelf.Kept(1, FIRST + place, 1, *texts, place, place, 202604))
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return most

    peak(300)
    assert peak(4000) < 1.5 * peak(500)


def world(noise: float = 0.0) -> World:
    """Three routines of 5, 7 and 14 steps, and what people do besides."""
    words = [(f"アプリ{at % 4}", f"画面{at % 9}", "入力", f"欄{at}") for at in range(60)]
    routines = [(1.0, words[:5]), (1.0, words[5:12]), (0.7, words[12:26])]
    return World(routines, words[26:], noise)


def stretch_of(events: list[Any]) -> repeating.Stretch:
    words: dict[Any, int] = {}
    codes = np.array([words.setdefault(one.step, len(words)) for one in events], np.int32)
    at, pc = np.array([one.at for one in events]), np.array([one.pc for one in events])
    gaps = np.diff(at, prepend=0)
    gaps[np.r_[True, pc[1:] != pc[:-1]]] = -1
    return repeating.Stretch(codes, repeating.sessions_of(pc, gaps, 5 * MINUTE))


def found_in(stretch: repeating.Stretch, support: int = 10) -> list[repeating.Run]:
    counting = repeating.Counting()
    counting.count(stretch)
    learning = repeating.Learning(counting, support)
    learning.learn(stretch)
    return repeating.choose(learning.frequent(), stretch, support)


def test_routines_that_were_planted_are_found_step_by_step():
    events = list(planted(world(), pcs=4, days=5, a_day=150, first=FIRST, seed=7))
    stretch = stretch_of(events)
    chosen = found_in(stretch)
    assert sorted(map(len, chosen)) == [5, 7, 14]
    planted_runs = {one.instance for one in events if one.instance >= 0}
    assert sum(map(len, repeating.matched(chosen, stretch))) == len(planted_runs)


def test_noise_between_the_steps_does_not_hide_them():
    events = list(planted(world(0.1), pcs=4, days=10, a_day=200, first=FIRST, seed=7))
    stretch = stretch_of(events)
    truth: dict[int, set[int]] = {}
    for at, one in enumerate(events):
        if one.instance >= 0:
            truth.setdefault(one.instance, set()).add(at)
    owner = {}
    found = [
        set(row[row >= 0].tolist()) for one in repeating.matched(found_in(stretch), stretch) for row in one.at
    ]
    for number, each in enumerate(found):
        owner.update(dict.fromkeys(each, number))
    shares = []
    for steps in truth.values():
        near = {owner[at] for at in steps if at in owner}
        shares.append(max((len(steps & found[one]) / len(steps | found[one]) for one in near), default=0.0))
    assert np.mean(shares) >= 0.86


def test_counting_side_by_side_and_thinning_out_lose_nothing_frequent(monkeypatch):
    stretch = stretch_of(list(planted(world(noise=0.1), pcs=4, days=5, a_day=150, first=FIRST, seed=9)))
    halves = [stretch.beginning(400), repeating.Stretch(stretch.codes[400:], stretch.session[400:])]
    counters = [repeating.Counting(), repeating.Counting()]
    for counting, half in zip(counters, halves, strict=True):
        counting.count(half)
    counters[0].add(counters[1])

    def learned() -> list[tuple[int, repeating.Run]]:
        learners = [repeating.Learning(counters[0], 1) for _ in halves]
        for learning, half in zip(learners, halves, strict=True):
            learning.learn(half)
        learners[0].add(learners[1])
        return learners[0].frequent()

    found = learned()
    slow = Counter(
        tuple(half.codes[at : at + length].tolist())
        for half in halves
        for length in range(3, 11)
        for at in range(len(half) - length + 1)
        if half.session[at] == half.session[at + length - 1]
    )
    assert {run: number for number, run in found} == {
        run: number for run, number in slow.items() if not repeating._turns(run)
    }
    monkeypatch.setattr(repeating, "MOST_RUNS", 200)
    fewer = learned()
    assert len(fewer) < len(found)
    assert [one for one in fewer if one[0] > 15] == [one for one in found if one[0] > 15] != []


def slowly_found(run, stretch, used) -> list[list[int]]:
    """As `Matcher.find` says it, step by step."""
    found = []
    for start in (at for at, code in enumerate(stretch.codes) if code == run[0] and not used[at]):
        at, steps, lacking = start, [start], 0
        for code in run[1:]:
            near = [
                later
                for later in range(at + 1, min(len(stretch), at + 2 + repeating.NOISE + lacking))
                if stretch.codes[later] == code and not used[later]
                and stretch.session[later] == stretch.session[at]
            ]  # fmt: skip
            steps.append(near[0] if near else -1)
            at, lacking = (near[0], lacking) if near else (at, lacking + 1)
        if lacking <= repeating._may_lack(len(run)):
            found.append((at, lacking, -start, steps))
    kept, end = [], -1
    for last, _, first, steps in sorted(found):
        if -first > end:
            kept.append(steps)
            end = last
    return kept


def test_the_loops_find_what_a_slow_search_finds():
    drawn = np.random.default_rng(11)
    for _ in range(60):
        codes = drawn.integers(0, 5, 200)
        stretch = repeating.Stretch(codes, np.cumsum(drawn.random(200) < 0.05))
        matcher = repeating.Matcher(stretch)
        matcher.used[drawn.random(200) < 0.1] = True
        run = tuple(drawn.integers(0, 6, drawn.integers(3, 9)).tolist())
        assert matcher.find(run).at.tolist() == slowly_found(run, stretch, matcher.used)


def test_a_log_without_repetition_has_no_routine():
    stretch = repeating.Stretch(np.arange(2000, dtype=np.int32), np.zeros(2000, np.int64))
    assert found_in(stretch) == []


def test_no_session_reaches_over_two_stretches():
    one = repeating.Stretch(np.array([1, 2], np.int32), np.array([1, 1]))
    assert repeating.put_together([one, one]).session.tolist() == [1, 1, 3, 3]


COPYING = [
    StepText("EXCEL", "台帳.xlsx", "コピー", "氏名"),
    StepText("業務", "登録", "貼り付け", "氏名"),
    StepText("業務", "登録", "クリック", "登録"),
]


def test_what_is_copied_where_is_told_and_drafted():
    assert candidates.transfers(COPYING) == [("EXCEL", "氏名", "業務", "氏名")]
    target, steps = candidates.draft_steps(COPYING, ["児童氏名"])
    assert target == "業務"
    assert steps == [{"入力": {"欄": "氏名", "値": "{児童氏名}"}}, {"押す": {"ボタン": "登録"}}]


def test_candidates_are_ranked_by_hours_times_regularity():
    words = {at: step for at, step in enumerate(COPYING)} | {9: StepText("A", "", "", "")}
    tidy = candidates.Seen((0, 1, 2), times=10, milliseconds=60 * MINUTE, own=30, within=30)
    messy = candidates.Seen((9, 9, 9), times=10, milliseconds=90 * MINUTE, own=20, within=30)
    short = candidates.Seen((2, 1, 0), times=10, milliseconds=MINUTE, own=30, within=30)
    ranked = candidates.ranked([messy, tidy, short], [[0], [1], [2]], words)
    assert [one["score"] for one in ranked] == [1.0, round(1.5 * (2 / 3) ** 2, 3)]
    assert ranked[0]["title"] == "EXCEL→業務　登録"


def test_rules_name_a_step_and_their_faults_are_told_by_line():
    rules = read_rules(
        "作業:\n  - 名前: 申込\n    手続: p\n    アプリ: [ＥＸＣＥＬ]\n  - 名前: ほか\n    操作: [入力]\n",
        ["p"],
    )
    naming = Naming(rules)
    assert naming.of(1, StepText("excel.exe", "", "入力", ""), "").name == "申込"
    assert naming.of(2, StepText("業務", "", "入力", ""), "").name == "ほか"
    assert naming.of(3, StepText("業務", "", "クリック", ""), "") is None
    with pytest.raises(DefinitionRefused) as refused:
        read_rules("作業:\n  - 名前: x\n  - 名前: y\n    手続: z\n    画面: [a]\n    色: 赤\n", ["p"])
    assert [one.line for one in refused.value.problems] == [2, 4, 6]


def test_engines_are_imported_only_where_they_calculate():
    asked = (
        "import sys\n"
        "from yakuba.services.worklogs.adapters import calculating, shelf\n"
        "from yakuba.services.worklogs.engine import masking, moments, planting, reading, rules, xes\n"
        "print({'ibis', 'duckdb', 'polars', 'pyarrow', 'pandas', 'numpy'} & set(sys.modules))\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", asked], env=environment, capture_output=True, text=True, timeout=600
    )
    assert done.stdout == "set()\n", done.stderr


def months(*minutes: float, first: date = date(2026, 1, 1)) -> dict[date, float]:
    """Those minutes in the months from the first one on."""
    return {first.replace(month=first.month + at): number for at, number in enumerate(minutes)}


@pytest.mark.parametrize(
    ("minutes", "verdict"),
    [
        ((600, 620, 300, 60, 50, 55, 52), "lasting"),
        ((600, 620, 300, 60, 50, 55, 200, 210, 205), "going"),
        ((600, 620, 300, 60, 50, 55, 590, 580, 610), "unseen"),
        ((600, 620, 300, 60), "unknown"),  # one month behind the beginning
        ((300, 60, 50), "unknown"),
        ((0, 0, 0, 60, 50), "unseen"),
    ],
)
def test_whether_an_effect_goes_on(minutes, verdict):
    since = date(2026, 3, 1) if len(minutes) > 3 else date(2026, 1, 1)
    assert before_after.compare(months(*minutes), since, date(2026, 12, 1)).verdict == verdict


def test_the_month_of_the_beginning_and_the_one_that_is_not_over_count_for_nothing():
    found = before_after.compare(months(600, 9_000, 50, 60, 9_000), date(2026, 2, 1), date(2026, 5, 31))
    assert (found.before, found.first, found.latest, found.months) == (600, 55, 55, (1, 2))
    assert found.verdict == before_after.Verdict.LASTING
