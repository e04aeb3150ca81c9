"""The demo scenarios in the real Chromium against the real core system, calm and in trouble."""

from __future__ import annotations

import dataclasses
import logging
from collections import Counter
from collections.abc import Iterator

import pytest

from yakuba.services.robots.adapters.chromium import ChromiumBrowser
from yakuba.services.robots.contracts import (
    Command,
    Ending,
    EvidenceKind,
    ProblemKind,
    Row,
    RowState,
    RunReport,
)
from yakuba.services.robots.engine.attempt import Limits
from yakuba.services.robots.engine.player import ScenarioPlayer
from yakuba.services.robots.engine.ports import Control
from yakuba.services.robots.engine.runner import Runner
from yakuba.services.robots.tests import town
from yakuba.services.robots.tests.memory import MemoryStore

pytestmark = pytest.mark.browser
BUS = "bus-pass"
QUICK = Limits(settle_seconds=1.5, backoff=0.05, attempts=12)


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[town.CoreSystem]:
    system = town.CoreSystem.start(tmp_path_factory.mktemp("core"))
    yield system
    system.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[ChromiumBrowser]:
    with ChromiumBrowser(["127.0.0.1"], patience=15, rows_per_context=3) as one:
        yield one


@pytest.fixture(autouse=True)
def calm(core: town.CoreSystem) -> Iterator[None]:
    core.calm()
    yield
    core.calm()


@dataclasses.dataclass
class Play:
    """Runs a procedure's scenario over rows that no other test has used."""

    core: town.CoreSystem
    browser: ChromiumBrowser
    used: int = 0

    def rows(self, code: str, count: int) -> list[Row]:
        made = town.rows(code, count, first=self.used + 1)
        self.used += count
        return made

    def run(
        self,
        code: str,
        store: MemoryStore,
        *,
        secrets: dict[str, str] = town.SECRETS,
        control: Control = lambda: Command.GO,
        rehearse: bool = False,
        limits: Limits = QUICK,
    ) -> RunReport:
        self.browser.reset(forget_session=True)
        player = ScenarioPlayer(town.scenario(code), self.browser, secrets, self.core.base)
        return Runner(store, player, control=control, rehearse=rehearse, limits=limits).run()

    def stored(self, store: MemoryStore) -> dict[str, list[dict[str, str]]]:
        """Stored values by receipt number."""
        found: dict[str, list[dict[str, str]]] = {row.receipt_number: [] for row in store.rows.values()}
        for one in self.core.stored(set(found)):
            found[one["receipt_number"]].append(one)
        return found

    def check_once(self, store: MemoryStore) -> None:
        """Every row stands in the core system exactly once, value for value, under the number we have."""
        stored = self.stored(store)
        for row in store.rows.values():
            assert row.state is RowState.ENTERED, row
            assert [one["registration_number"] for one in stored[row.receipt_number]] == [row.target_number]
            assert stored[row.receipt_number][0]["values"] == row.values


@pytest.fixture(scope="module")
def play(core: town.CoreSystem, browser: ChromiumBrowser) -> Play:
    return Play(core, browser)


@pytest.mark.parametrize("code", town.PROCEDURES)
def test_every_value_arrives(code: str, play: Play) -> None:
    store = MemoryStore(play.rows(code, 2))
    report = play.run(code, store)
    assert report.ending is Ending.FINISHED
    play.check_once(store)
    kinds = Counter(kind for _, one in store.evidence for kind in [one.kind])
    assert kinds == {EvidenceKind.CONFIRMATION: 2, EvidenceKind.COMPLETION: 2}
    assert all(one.image.startswith(b"\xff\xd8") for _, one in store.evidence)
    assert {"lookup", "entering", "submitting", "confirm"} <= set(report.seconds)
    assert 0 < report.seconds_per_row <= report.elapsed


def test_a_connection_dropped_after_storing_leaves_one_row(play: Play, core: town.CoreSystem) -> None:
    core.set(drop_rate=1.0)
    store = MemoryStore(play.rows(BUS, 2))
    assert play.run(BUS, store).ending is Ending.FINISHED
    play.check_once(store)
    assert {row.attempts for row in store.rows.values()} == {1}


def test_error_pages_and_log_outs_are_survived(play: Play, core: town.CoreSystem) -> None:
    before = core.set()["counters"]
    core.set(error_rate=0.08, logout_rate=0.05, drop_rate=0.3, seed=7)
    store = MemoryStore(play.rows(BUS, 3))
    assert play.run(BUS, store).ending is Ending.FINISHED
    after = core.set()["counters"]
    core.calm()
    stored = play.stored(store)
    for row in store.rows.values():
        # A commit step that was answered with an error page and stored nothing is a person's to decide.
        assert row.state in (RowState.ENTERED, RowState.UNDECIDED)
        assert len(stored[row.receipt_number]) == (row.state is RowState.ENTERED)
    assert after["errors"] > before["errors"]
    assert after["logouts"] > before["logouts"]


def test_a_rehearsal_enters_nothing(play: Play) -> None:
    store = MemoryStore(play.rows(BUS, 2))
    report = play.run(BUS, store, rehearse=True)
    assert report.counts == {RowState.REHEARSED: 2}
    assert play.stored(store) == {row.receipt_number: [] for row in store.rows.values()}
    assert [one.kind for _, one in store.evidence] == [EvidenceKind.CONFIRMATION] * 2


def test_rows_entered_by_others_are_found(play: Play) -> None:
    store = MemoryStore(play.rows(BUS, 1))
    play.run(BUS, store)
    again = MemoryStore([dataclasses.replace(store.rows[1], state=RowState.WAITING, intent=None)])
    assert play.run(BUS, again).counts == {RowState.FOUND_ALREADY: 1}
    assert again.rows[1].target_number == store.rows[1].target_number
    other = {**store.rows[1].values, "name": "別人一郎"}
    differing = MemoryStore([dataclasses.replace(again.rows[1], state=RowState.WAITING, values=other)])
    play.run(BUS, differing)
    problem = differing.rows[1].problem
    assert problem is not None
    assert (problem.kind, problem.field) == (ProblemKind.MISMATCH, "氏名")


def test_a_refused_value_goes_to_a_person_and_the_rest_goes_on(play: Play) -> None:
    rows = play.rows(BUS, 3)
    rows[0] = dataclasses.replace(rows[0], values={**rows[0].values, "phone": "電話なし"})
    rows[1] = dataclasses.replace(rows[1], values={**rows[1].values, "routes": "east,moon"})
    store = MemoryStore(rows)
    report = play.run(BUS, store)
    assert report.counts == {RowState.UNDECIDED: 2, RowState.ENTERED: 1}
    refused, unwritable = store.rows[1].problem, store.rows[2].problem
    assert refused is not None
    assert (refused.kind, refused.field) == (ProblemKind.REFUSED, "電話番号")
    assert "半角数字" in refused.message
    assert unwritable is not None
    assert (unwritable.kind, unwritable.field) == (ProblemKind.VALUE, "利用する路線")
    assert [len(found) for found in play.stored(store).values()] == [0, 0, 1]


def test_the_second_layout_stops_the_run(play: Play, core: town.CoreSystem) -> None:
    core.set(layout=2)
    store = MemoryStore(play.rows(BUS, 2))
    report = play.run(BUS, store)
    assert report.ending is Ending.SCREEN_CHANGED
    assert report.problem is not None
    assert "職員番号" in report.problem.expected
    assert "職員コード" in report.problem.similar
    assert "行目" in report.problem.where
    assert play.stored(store) == {row.receipt_number: [] for row in store.rows.values()}
    core.set(layout=1)
    assert play.run(BUS, store).ending is Ending.FINISHED
    play.check_once(store)


def test_a_layout_that_changes_during_the_run_stops_it(play: Play, core: town.CoreSystem) -> None:
    class Renovated(MemoryStore):
        def save(self, row: Row) -> None:
            super().save(row)
            if (row.number, row.state) == (2, RowState.ENTERING):
                core.set(layout=2)

    store = Renovated(play.rows(BUS, 3))
    report = play.run(BUS, store)
    assert report.ending is Ending.SCREEN_CHANGED
    assert [len(found) for found in play.stored(store).values()] == [1, 0, 0]
    assert [row.state for row in store.rows.values()] == [RowState.ENTERED, RowState.RETRY, RowState.WAITING]


def test_pause_stop_and_resume(play: Play) -> None:
    store = MemoryStore(play.rows(BUS, 2))

    def pause_in_row_two() -> Command:
        return Command.PAUSE if store.rows[2].state is RowState.ENTERING else Command.GO

    assert play.run(BUS, store, control=pause_in_row_two).ending is Ending.PAUSED
    assert [row.state for row in store.rows.values()] == [RowState.ENTERED, RowState.WAITING]
    assert play.run(BUS, store, control=lambda: Command.STOP).ending is Ending.STOPPED
    assert play.run(BUS, store).counts == {RowState.ENTERED: 1}
    play.check_once(store)


def test_a_slow_store_is_waited_for(play: Play, core: town.CoreSystem) -> None:
    """The answer does not come within the browser's patience, the row is stored later: still one row."""
    core.set(slow_submit=3.0)
    store = MemoryStore(play.rows(BUS, 1))
    limits = dataclasses.replace(QUICK, settle_seconds=6)
    with ChromiumBrowser(["127.0.0.1"], patience=1.2) as hasty:
        player = ScenarioPlayer(town.scenario(BUS), hasty, town.SECRETS, play.core.base)
        report = Runner(store, player, limits=limits).run()
    assert report.ending is Ending.FINISHED
    assert store.rows[1].attempts > 0
    play.check_once(store)


def test_a_wrong_password_stops_at_once_and_stays_secret(
    play: Play, core: town.CoreSystem, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = {"職員番号": "90001", "パスワード": "chigau-kotoba-777"}
    before = core.set()["counters"]["refused"]
    store = MemoryStore(play.rows(BUS, 2))
    with caplog.at_level(logging.DEBUG):
        report = play.run(BUS, store, secrets=wrong)
    assert report.ending is Ending.LOGIN_REFUSED
    assert core.set()["counters"]["refused"] == before + 1
    assert report.problem is not None
    assert "ログインできません" in report.problem.message
    for secret in wrong.values():
        assert secret not in repr(report)
        assert secret not in repr(store.saved)
        assert secret not in caplog.text


def test_a_missing_secret_is_said_before_anything_is_tried(play: Play, core: town.CoreSystem) -> None:
    before = core.set()["counters"]["requests"]
    report = play.run(BUS, MemoryStore(play.rows(BUS, 1)), secrets={"職員番号": "90001"})
    assert report.ending is Ending.SETUP
    assert report.problem is not None
    assert "パスワード" in report.problem.message
    assert core.set()["counters"]["requests"] == before


def test_the_context_is_renewed_without_a_new_log_in(play: Play, core: town.CoreSystem) -> None:
    before = core.set()["counters"]["logins"]
    store = MemoryStore(play.rows(BUS, 4))  # the browser of these tests renews its context every 3 rows
    play.run(BUS, store)
    play.check_once(store)
    assert core.set()["counters"]["logins"] == before + 1
