"""The fast lane as staff use it: proved by a run, switched on, used by the next run, and told on the pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from yakuba.kernel.jobs.models import Job, State
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.refusals import Conflict
from yakuba.services.robots import jobs, operations
from yakuba.services.robots.actions import lanes
from yakuba.services.robots.actions.scenarios import load_scenario
from yakuba.services.robots.actions.systems import set_system
from yakuba.services.robots.contracts import Lane, RowState
from yakuba.services.robots.models import FastLane, Row, Run, ScenarioVersion, System
from yakuba.services.robots.operations import lanes as lane_operations
from yakuba.services.robots.queries import lanes as queries
from yakuba.services.robots.tests import town
from yakuba.services.robots.tests.office import PROCEDURE, SYSTEM
from yakuba.services.robots.tests.test_job_handler import begun


@pytest.fixture
def core(tmp_path: Path, settings: Any) -> Iterator[town.CoreSystem]:
    system = town.CoreSystem.start(tmp_path)
    system.calm()
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"outbound_hosts": system.base.partition("//")[2]})
    yield system
    system.stop()


@pytest.fixture
def proved(office: Any) -> FastLane:
    """A proof as its run would have left it."""
    version = ScenarioVersion.objects.get()
    run = office.start(lanes.PROOF_ROWS, proving=True)
    Row.objects.filter(run=run).update(state=RowState.REHEARSED.value, holds_case=False)
    Case.objects.update(status=Status.READY)
    Run.objects.update(state="done")
    found = lanes.Found(("a", "b"), "agent", (), lanes.PROOF_ROWS, True)
    lane = lanes.note(run, found)
    assert lane.version == version
    return lane


def work(run: Run) -> None:
    jobs.run(begun(run), run_id=run.pk)
    Job.objects.filter(key=run.job_key).update(state=State.DONE)


@pytest.mark.browser
def test_proved_used_and_told(office: Any, core: town.CoreSystem, client: Client, clerk: Any) -> None:
    set_system(SYSTEM, core.base, 1.0, town.SECRETS, actor=clerk)
    office.ready_cases(4)
    run = lane_operations.prove_lane(clerk, scenario_id=office.scenario.pk)
    assert (run.dry_run, run.proving, run.rows.count()) == (True, True, lanes.PROOF_ROWS)
    work(run)
    assert core.stored() == []
    found = queries.facts(office.scenario)
    assert (found["state"], found["reasons"]) == ("proved", [])
    assert Case.objects.filter(status=Status.READY).count() == 4
    lane_operations.use_lane(clerk, scenario_id=office.scenario.pk)
    run = operations.create_run(clerk, scenario=office.scenario.pk)
    work(run)
    rows = list(Row.objects.filter(run=run))
    assert {(row.state, row.lane) for row in rows} == {(RowState.ENTERED.value, Lane.FAST.value)}
    assert len(core.stored()) == 4
    lane = FastLane.objects.get()
    assert (lane.compared, lane.lapsed_at) == (3, None)
    client.force_login(clerk)
    page = client.get(reverse("robots:run", args=[run.pk])).content.decode()
    assert "高速入力で入力" in page
    row = client.get(reverse("robots:row", args=[rows[0].pk])).content.decode()
    assert "高速入力で入力" in row
    words = client.get(reverse("robots:picture", args=[rows[0].pictures.first().pk]))
    assert words["Content-Type"].startswith("text/plain")
    assert "POST /bus-pass/entry" in words.content.decode()
    assert town.SECRETS["パスワード"] not in words.content.decode()
    scenario = client.get(reverse("robots:scenario", args=[office.scenario.pk])).content.decode()
    assert "使っています" in scenario


def test_it_is_used_only_where_it_is_proved(office: Any, clerk: Any) -> None:
    with pytest.raises(Conflict, match="まだ確かめられていません"):
        lanes.switch(office.scenario, True, actor=clerk)
    with pytest.raises(Conflict, match="3件要ります（いまは2件）"):
        office.ready_cases(2)
        lanes.prove(office.scenario, actor=clerk)


def test_a_new_version_another_address_and_a_lapse_end_the_proof(
    office: Any, clerk: Any, proved: FastLane
) -> None:
    lanes.switch(office.scenario, True, actor=clerk)
    assert queries.facts(office.scenario)["state"] == "on"
    System.objects.update(base_url="http://127.0.0.1:8198")
    assert queries.facts(office.scenario)["state"] == "lapsed"
    assert not queries.fast_lane_of(proved.version).is_used
    System.objects.update(base_url="http://127.0.0.1:8199")
    assert queries.fast_lane_of(proved.version).is_used
    lanes.StoredProof(proved).lapse("画面が違います。")
    assert queries.facts(office.scenario)["reasons"] == ["画面が違います。"]
    with pytest.raises(Conflict):
        lanes.switch(office.scenario, True, actor=clerk)
    load_scenario(town.scenario_text(PROCEDURE).replace("版: 1\n", "版: 2\n", 1), actor=clerk)
    assert queries.facts(office.scenario)["state"] == "unproved"


def test_what_was_found_different_or_not_compared_proves_nothing(office: Any, proved: FastLane) -> None:
    run = proved.proof_run
    assert lanes.note(run, lanes.Found(("a",), "", ("欄が違います。",), 3, False)).proved_at is None
    assert "比べられなかった" in lanes.note(run, lanes.Found(("a",), "", (), 2, False)).reasons[0]
    assert queries.facts(office.scenario)["state"] == "failed"


def test_a_page_with_programs_needs_a_comparison_before_the_commit_step(office: Any, clerk: Any) -> None:
    text = (
        town.scenario_text(PROCEDURE)
        .replace("登録前: はい", "登録前: いいえ")
        .replace("版: 1\n", "版: 2\n", 1)
    )
    load_scenario(text, actor=clerk)
    run = office.start(lanes.PROOF_ROWS, proving=True)
    assert "登録前" in lanes.note(run, lanes.Found(("a",), "", (), 3, True)).reasons[0]
    assert lanes.note(run, lanes.Found(("a",), "", (), 3, False)).reasons == []


def test_a_scenario_that_needs_a_browser_says_so_at_once(office: Any, clerk: Any) -> None:
    text = town.scenario_text(PROCEDURE).replace("版: 1\n", "版: 2\n", 1)
    text = text.replace("- 押す: {ボタン: 検索}", "- 押す: {ボタン: 検索, 画面: 変わらない}")
    load_scenario(text, actor=clerk)
    office.ready_cases(3)
    with pytest.raises(Conflict, match="画面のプログラムを使うため"):
        lanes.prove(office.scenario, actor=clerk)
    assert queries.facts(office.scenario)["state"] == "refused"
