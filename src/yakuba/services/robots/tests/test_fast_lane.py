"""The fast lane against real targets, beside the real Chromium: proved, entered, and left at the first difference."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from yakuba.services.robots.adapters.chromium import ChromiumBrowser
from yakuba.services.robots.adapters.egress.client import EgressSession
from yakuba.services.robots.adapters.plain.browser import PlainBrowser
from yakuba.services.robots.adapters.plain.proving import ProvingBrowser, ProvingTarget
from yakuba.services.robots.contracts import Ending, Lane, Row, RowState, RunReport
from yakuba.services.robots.engine.attempt import Limits
from yakuba.services.robots.engine.lanes import TwoLanes
from yakuba.services.robots.engine.player import ScenarioPlayer
from yakuba.services.robots.engine.runner import Runner
from yakuba.services.robots.engine.scenario import Scenario
from yakuba.services.robots.tests import plain_site, town
from yakuba.services.robots.tests.memory import MemoryStore

pytestmark = pytest.mark.browser
QUICK = Limits(settle_seconds=1.0, backoff=0.05, attempts=12, failures_in_a_row=3)
HOSTS = ["127.0.0.1"]


@dataclass
class Proved:
    """What is known of the proof, as the engine asks for it."""

    left_to_compare: int = 0
    lapsed: list[str] = field(default_factory=list)

    def lapse(self, reason: str) -> None:
        self.lapsed.append(reason)

    def compared(self) -> None:
        self.left_to_compare -= 1


@dataclass
class Bench:
    """One scenario at one target, its egress and its proof."""

    scenario: Scenario
    base: str
    folder: Path
    proof: Proved = field(default_factory=Proved)
    pages: set[str] = field(default_factory=set)
    differences: list[str] = field(default_factory=list)
    forms: dict[int, tuple[str, ...]] = field(default_factory=dict)
    agent: str = ""
    proved: int = 0
    scripted: bool = False
    used_browser: bool = False

    def __post_init__(self) -> None:
        numbers = itertools.count(1)
        target = self.base.partition("//")[2]
        self.way_out = EgressSession(self.folder, "run", lambda at_least: next(numbers), [target])
        self.way_out.open()

    def prove(self, rows: list[Row]) -> RunReport:
        with ProvingBrowser(HOSTS, way_out=self.way_out.address, patience=15) as browser:
            player = ProvingTarget(self.scenario, browser, town.SECRETS, self.base)
            player.cut = self.way_out.open
            report = Runner(MemoryStore(rows), player, egress=self.way_out, rehearse=True, limits=QUICK).run()
            self.pages, self.differences = browser.pages, browser.differences
            self.proved, self.scripted, self.agent = browser.proved, browser.scripted, browser.agent
        self.forms = player.forms
        return report

    def run(self, store: MemoryStore, limits: Limits = QUICK) -> RunReport:
        plain = PlainBrowser(HOSTS, self.way_out.address, 15, self.pages, self.agent)
        fast = ScenarioPlayer(self.scenario, plain, town.SECRETS, self.base, forms=self.forms, lane=Lane.FAST)
        with ChromiumBrowser(HOSTS, way_out=self.way_out.address, patience=15) as browser:

            def slow() -> ScenarioPlayer:
                self.used_browser = True
                return ScenarioPlayer(self.scenario, browser, town.SECRETS, self.base, forms=self.forms)

            target = TwoLanes(fast, slow, self.proof, lambda: plain.has_sent)
            try:
                return Runner(store, target, egress=self.way_out, limits=limits).run()
            finally:
                plain.close()


@pytest.fixture
def core(tmp_path: Path) -> Iterator[town.CoreSystem]:
    system = town.CoreSystem.start(tmp_path)
    system.calm()
    yield system
    system.stop()


@pytest.fixture
def site() -> Iterator[plain_site.PlainSite]:
    one = plain_site.PlainSite()
    yield one
    one.close()


@pytest.fixture
def bench(site: plain_site.PlainSite, tmp_path: Path) -> Iterator[Bench]:
    """The plain site, proved."""
    one = Bench(plain_site.scenario(), site.base, tmp_path / "egress")
    one.prove(plain_site.rows(2, first=900))
    yield one
    one.way_out.close()


def lanes(store: MemoryStore) -> list[Lane | None]:
    return [row.lane for row in store.rows.values()]


@pytest.mark.parametrize("code", town.PROCEDURES)
def test_both_lanes_store_the_same(code: str, core: town.CoreSystem, tmp_path: Path) -> None:
    bench = Bench(town.scenario(code), core.base, tmp_path / "egress")
    report = bench.prove(town.rows(code, 2, 1))
    assert report.counts == {RowState.REHEARSED: 2}
    assert (bench.differences, bench.proved) == ([], 2)
    assert core.stored() == []  # the committing request never left
    bench.proof.left_to_compare = 1
    store = MemoryStore(town.rows(code, 4, 1))
    assert bench.run(store).ending is Ending.FINISHED
    assert lanes(store) == [Lane.FAST] * 4
    assert (bench.proof.left_to_compare, bench.proof.lapsed, bench.used_browser) == (0, [], True)
    stored = {one["receipt_number"]: one for one in core.stored()}
    assert len(core.stored()) == 4
    for row in store.rows.values():
        assert row.state is RowState.ENTERED, row
        assert stored[row.receipt_number]["registration_number"] == row.target_number
        assert stored[row.receipt_number]["values"] == row.values
    bench.way_out.close()


def test_a_page_in_shift_jis_gets_the_bytes_that_a_browser_would_send(
    site: plain_site.PlainSite, tmp_path: Path
) -> None:
    site.more = '<textarea name="note">髙﨑①～−ⅰ♥\n二行目</textarea><input type="hidden" name="_charset_">'
    bench = Bench(plain_site.scenario(), site.base, tmp_path / "egress")
    rows = [replace(row, values={**row.values, "name": "髙﨑①太郎"}) for row in plain_site.rows(2)]
    # ♥ cannot be written in the encoding of the page: the browser writes it in a way of its own.
    assert bench.prove(rows).counts == {RowState.REHEARSED: 2}
    assert "文字コードで書けない文字" in bench.differences[0]
    site.more = site.more.replace("♥", "")
    bench.prove(rows)
    assert (bench.differences, bench.proved) == ([], 2)
    store = MemoryStore(rows)
    bench.run(store)
    assert lanes(store) == [Lane.FAST] * 2
    assert [one["shimei"] for one in site.stored] == [["髙﨑①太郎"]] * 2
    assert not bench.used_browser
    bench.way_out.close()


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (
            "<script>addEventListener('submit', (e) => { e.target.csrf && (e.target.csrf.value += 'x'); })</script>",
            "違うもの",
        ),
        ("<script>addEventListener('DOMContentLoaded', () => { document.title += '!'; })</script>", "題名"),
        (
            "<script>addEventListener('DOMContentLoaded', () => { document.body.append('処理'); })</script>",
            "文字",
        ),
        (
            "<script>addEventListener('DOMContentLoaded', () => { const one = document.forms[0]; if (one && one.elements.shimei) one.elements.shimei.name = 'x'; })</script>",
            "違う欄",
        ),
        (
            "<script>addEventListener('submit', (e) => { navigator.sendBeacon('/log', 'x'); })</script>",
            "自分で送るもの",
        ),
        (
            "<script>addEventListener('DOMContentLoaded', () => { const one = document.createElement('script'); one.src = '/x.js'; document.head.append(one); })</script>",
            "ほかのプログラム",
        ),
        ('<meta http-equiv="refresh" content="9">', "自動の移動"),
        ("<style>p { display: none }</style>", "文字"),
    ],
)
def test_what_programs_and_style_sheets_change_is_not_proved(
    script: str, why: str, site: plain_site.PlainSite, tmp_path: Path
) -> None:
    site.script = script
    bench = Bench(plain_site.scenario(), site.base, tmp_path / "egress")
    bench.prove(plain_site.rows(1))
    assert site.stored == []
    assert bench.proved == 0
    assert any(why in one for one in bench.differences), bench.differences
    bench.way_out.close()


def test_a_new_field_sends_the_rows_to_the_browser_and_ends_the_proof(
    bench: Bench, site: plain_site.PlainSite
) -> None:
    site.more = '<input name="mynumber" title="個人番号">'
    store = MemoryStore(plain_site.rows(2))
    assert bench.run(store).counts == {RowState.ENTERED: 2}
    assert lanes(store) == [Lane.BROWSER] * 2
    assert len(bench.proof.lapsed) == 1
    assert [len(site.numbers(row.receipt_number)) for row in store.rows.values()] == [1, 1]
    assert [row.attempts for row in store.rows.values()] == [0, 0]  # nothing had left: at once in the browser


@pytest.mark.parametrize("script", ["<script>let x = 1</script>", '<script src="/x.js"></script>'])
def test_a_program_that_is_new_ends_the_proof(script: str, bench: Bench, site: plain_site.PlainSite) -> None:
    site.script = script
    store = MemoryStore(plain_site.rows(1))
    assert bench.run(store).counts == {RowState.ENTERED: 1}
    assert lanes(store) == [Lane.BROWSER]
    assert bench.proof.lapsed


def test_where_the_vendor_drops_the_confirmation_page_nothing_is_entered_twice(
    bench: Bench, site: plain_site.PlainSite
) -> None:
    """確認へ has stored: the row is in doubt, settles, and is found in the browser."""
    site.drop_confirm = True
    store = MemoryStore(plain_site.rows(2))
    # The second row is the browser's from the start: it stops, as the browser does where a confirmation is missing.
    assert bench.run(store).ending is Ending.SCREEN_CHANGED
    assert bench.proof.lapsed
    assert (store.rows[1].state, store.rows[1].lane) == (RowState.RETRY, None)
    assert bench.run(store).counts == {RowState.ENTERED: 2}  # a person resumes: both are found
    assert [site.numbers(row.receipt_number) for row in store.rows.values()] == [["T-1"], ["T-2"]]


@pytest.mark.parametrize("after", ["drop", "fail"])
def test_after_the_intent_nothing_is_pressed_again(
    after: str, bench: Bench, site: plain_site.PlainSite
) -> None:
    site.after_store = after
    store = MemoryStore(plain_site.rows(3))
    assert bench.run(store).counts == {RowState.ENTERED: 3}
    assert [len(site.numbers(row.receipt_number)) for row in store.rows.values()] == [1, 1, 1]
    assert site.asked.count("POST /store") == 3
    assert bench.used_browser  # it is the browser that looks up
    assert lanes(store) == [Lane.FAST] * 3


def test_a_value_that_the_page_cannot_write_is_the_browsers(bench: Bench, site: plain_site.PlainSite) -> None:
    rows = plain_site.rows(2)
    rows[0] = replace(rows[0], values={**rows[0].values, "address": "𠮷町1-1"})
    store = MemoryStore(rows)
    bench.run(store)

    assert lanes(store)[1] is Lane.FAST
    assert lanes(store)[0] is not Lane.FAST
    assert bench.proof.lapsed == []
    assert all(len(site.numbers(row.receipt_number)) <= 1 for row in rows)


def test_the_evidence_says_what_was_sent_and_covers_what_no_picture_shows(
    bench: Bench, site: plain_site.PlainSite
) -> None:
    rows = [replace(row, values={**row.values, "name": "見本花子"}) for row in plain_site.rows(1)]
    store = MemoryStore(rows)
    bench.run(store)
    texts = [one.image.decode() for _, one in store.evidence]
    assert {one.media_type for _, one in store.evidence} == {"text/plain"}
    assert len(texts) == 2
    assert "氏名：見本花子" in texts[0]
    assert "csrf：（画面のもの）" in texts[0]
    assert "登録しました" in texts[1]
    assert all(secret not in text for secret in town.SECRETS.values() for text in texts)


def test_crashes_and_two_lanes_of_a_troubled_core_system(core: town.CoreSystem, tmp_path: Path) -> None:
    code = "bus-pass"
    bench = Bench(town.scenario(code), core.base, tmp_path / "egress")
    bench.prove(town.rows(code, 1, 1))
    core.set(error_rate=0.05, logout_rate=0.05, drop_rate=0.3, slow_submit=0.2, seed=7)
    store = MemoryStore(town.rows(code, 12, 100))
    assert bench.run(store, replace(QUICK, failures_in_a_row=12)).ending is Ending.FINISHED
    core.calm()
    receipts = [one["receipt_number"] for one in core.stored()]
    assert len(receipts) == len(set(receipts))
    stored: dict[str, Any] = {one["receipt_number"]: one for one in core.stored()}
    for row in store.rows.values():
        assert row.state in (RowState.ENTERED, RowState.UNDECIDED), row
        if row.state is RowState.ENTERED:
            assert stored[row.receipt_number]["values"] == row.values
    assert Lane.FAST in lanes(store)
    assert bench.proof.lapsed == []  # trouble is no screen that has changed
    bench.way_out.close()
