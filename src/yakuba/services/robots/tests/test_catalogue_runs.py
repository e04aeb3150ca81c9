"""Every template that says so runs: in real Chromium, its own steps against the sample screen of its kind. One run a kind,
one row a template; what the target has stored is compared with the row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from yakuba.kernel.values.types import TYPES
from yakuba.services.robots.adapters import launch
from yakuba.services.robots.adapters.chromium import ChromiumBrowser
from yakuba.services.robots.contracts import EvidenceKind, Row, RowState
from yakuba.services.robots.engine import catalogue
from yakuba.services.robots.engine.attempt import Limits
from yakuba.services.robots.engine.catalogue import ReadyTemplate, key_of
from yakuba.services.robots.engine.player import ScenarioPlayer
from yakuba.services.robots.engine.runner import Runner
from yakuba.services.robots.tests import ready, town
from yakuba.services.robots.tests.memory import MemoryStore

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.full,
    pytest.mark.skipif(bool(launch.missing()), reason="".join(launch.missing())),
]
ON_TASKSYSTEM = ("登録", "書類", "集計", "抽出")
LIMITS = Limits(settle_seconds=1.0, attempts=2, backoff=0.1)


@pytest.fixture(scope="module")
def browser() -> Iterator[ChromiumBrowser]:
    with ChromiumBrowser(["127.0.0.1"], patience=15, receives=True) as one:
        yield one


def of_kind(kind: str) -> list[ReadyTemplate]:
    return [one for one in ready.TEMPLATES.values() if one.sample == kind]


@pytest.fixture(scope="module")
def tasks() -> Iterator[tuple[Any, Any, str]]:
    """The program, its site, and where it listens."""
    module = ready.tasksystem()
    site = module.Site(module.load())
    server = module.serve(site)
    yield module, site, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def play(
    template: ReadyTemplate,
    row: Row,
    browser: ChromiumBrowser,
    secrets: dict[str, str],
    base: str,
    words: dict[str, str] | None = None,
) -> MemoryStore:
    browser.reset(forget_session=True)
    store = MemoryStore([row])
    player = ScenarioPlayer(catalogue.checked(template, words), browser, secrets, base)
    Runner(store, player, limits=LIMITS).run()
    return store


def as_typed(template: ReadyTemplate, row: Row) -> dict[str, str]:
    """The row's values as the sample's inputs hold them, by the field's code."""
    found = {}
    for one in catalogue.procedure_of(template).fields:
        value = row.values[one.code]
        if one.type == "date":
            value = TYPES["date"].formats["和暦略"](value)
        elif one.type == "postal_code":
            value = f"{value[:3]}-{value[3:]}"
        found[one.code] = one.options.get(value, value)
    return {("receipt" if code == "receipt_number" else code): one for code, one in found.items()}


@pytest.mark.parametrize("kind", ON_TASKSYSTEM)
def test_what_says_that_it_runs_runs(
    kind: str, tasks: tuple[Any, Any, str], browser: ChromiumBrowser
) -> None:
    module, site, base = tasks
    secrets = {"利用者番号": module.USER, "パスワード": module.PASSWORD}
    templates = of_kind(kind)
    assert templates
    for serial, template in enumerate(templates, 1):
        row = ready.row(template, serial)
        store = play(template, row, browser, secrets, base)
        done, task = store.rows[1], site.tasks[template.code]
        assert done.state is RowState.ENTERED, (template.code, done.problem)
        assert done.target_number == task.number(1)
        (stored,) = task.stored
        counts = {f"count_{name}": str(task.count(name, _key(template, row))) for name in task.counts}
        assert stored == as_typed(template, row) | counts, template.code
        received = [one for _, one in store.evidence if one.kind is EvidenceKind.RECEIVED]
        assert bool(received) == (kind in ("書類", "抽出")), template.code


def _key(template: ReadyTemplate, row: Row) -> str:
    first = catalogue.procedure_of(template).fields[1]
    return row.values[first.code]


def test_the_three_pages_of_the_core_system(browser: ChromiumBrowser, tmp_path: Path) -> None:
    (template,) = of_kind("基幹システム")
    core = town.CoreSystem.start(tmp_path)
    try:
        core.calm()
        values = town.values("nursery-admission", 1)  # within the dates that the core system takes
        row = Row(1, values["receipt_number"], values)
        store = play(template, row, browser, town.SECRETS, core.base)
        assert store.rows[1].state is RowState.ENTERED, store.rows[1].problem
        (stored,) = core.stored({row.receipt_number})
        assert stored["values"] == dict(row.values)
    finally:
        core.stop()


def test_every_template_that_says_so_was_run_above() -> None:
    kinds = {one.sample for one in ready.TEMPLATES.values() if one.runs}
    assert kinds == {*ON_TASKSYSTEM, "基幹システム"}


def test_another_town_s_labels_are_data(tasks: tuple[Any, Any, str], browser: ChromiumBrowser) -> None:
    """The same template on screens with other words: nothing but the town's words differs."""
    module, site, base = tasks
    template = ready.TEMPLATES["overtime"]
    task = site.tasks[template.code]
    before = list(task.inputs)
    task.inputs = [
        module.Input(one.name, f"{one.label}／別名", one.kind, one.options, one.optional)
        if one.name in ("name", "section")
        else one
        for one in before
    ]
    stood = len(task.stored)
    secrets = {"利用者番号": module.USER, "パスワード": module.PASSWORD}
    try:
        stopped = play(template, ready.row(template, 901), browser, secrets, base).rows[1]
        assert stopped.state is not RowState.ENTERED
        assert len(task.stored) == stood
        words = {key_of(kind, name): f"{name}／別名" for kind in ("欄", "項目") for name in ("氏名", "所属")}
        entered = play(template, ready.row(template, 902), browser, secrets, base, words).rows[1]
        assert entered.state is RowState.ENTERED, entered.problem
    finally:
        task.inputs = before
