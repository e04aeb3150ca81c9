"""What the first start of the demo town says, into a pipe as well."""

from __future__ import annotations

import io
import itertools
import os
import re
import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console
from running_house import PATIENCE, empty_house

from yakuba.config import running
from yakuba.demo import chain, first_run, town
from yakuba.demo.comparison import Comparison
from yakuba.demo.programs import Pile
from yakuba.kernel.cli import output
from yakuba.kernel.ledger.models import Case
from yakuba.services.reading import facade as reading

RESULT = chain.Result(Comparison(900, 800, 100, (), 24, (), (), ()), 24, 0, 1.0, 1.0, 24, 300.0, 30.0)


def slowly(what: str, total: int):
    """A stand-in for a part of the first start that tells how far it is."""

    def work(*arguments, on_progress=None, **_):
        tell = on_progress or arguments[0]
        for done in range(total + 1):
            tell(what, done, total)
        return RESULT

    return work


def test_the_first_start_says_into_a_pipe_what_fits_on_one_screen_however_slow_the_machine(
    monkeypatch, settings, tmp_path
):
    """All that `make run` says once it is installed, with a clock on which it takes more than an hour."""
    heard, clock = io.StringIO(), itertools.count(0, 10)
    piped = Console(file=heard, width=100)
    for place in (output, first_run, running):
        monkeypatch.setattr(place, "console", piped)
    monkeypatch.setattr(output, "errors", piped)
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"data_dir": tmp_path})
    (tmp_path / "demo").mkdir()
    monkeypatch.setattr(running.signal, "signal", lambda *_: None)
    monkeypatch.setattr(running, "_require_free_port", lambda: None)
    monkeypatch.setattr(running, "supervise", lambda _: None)

    def prepare() -> None:
        with output.progress_bar() as bar:
            slowly("データベースの表", 83)(output.bars(bar))

    monkeypatch.setattr(running, "prepare", prepare)
    core = SimpleNamespace(url="http://127.0.0.1:8100", stop=lambda: None)
    monkeypatch.setattr(first_run.CoreSystem, "start", lambda *_, **__: core)
    monkeypatch.setattr(first_run.town, "load_town", lambda _: None)
    monkeypatch.setattr(first_run.town, "in_yakuba_city", nullcontext)
    for name in (
        "questions",
        "guests",
        "life_events",
        "papers",
        "meeting",
        "applications",
        "hall",
        "fees",
        "logs",
        "work",
        "bodies",
        "sensors",
        "rounds",
        "surveys",
        "checks",
        "outdoors",
        "land",
        "views",
        "trials",
        "together",
        "outreach",
    ):
        monkeypatch.setattr(getattr(first_run, name), "load", lambda: None)
    monkeypatch.setattr(first_run.admission, "load", slowly("入所選考", 100))
    monkeypatch.setattr(first_run, "make_pile", lambda *_: Pile((), ()))
    monkeypatch.setattr(first_run.reading, "anything_came", lambda: False)
    monkeypatch.setattr(first_run, "_hand_in", lambda _: None)
    monkeypatch.setattr(first_run, "Workers", lambda _: SimpleNamespace(stop=lambda: None))
    monkeypatch.setattr(first_run.chain, "run_chain", slowly("読み取り", 200))
    monkeypatch.setattr(output.time, "monotonic", lambda: float(next(clock)))
    running.up(demo=True)
    said = heard.getvalue().splitlines()
    assert next(clock) > 3600
    assert said[0] == "データベースの表 …"
    assert any("（残り約" in line for line in said)
    assert len(said) <= 50, "one screen"
    assert all(
        account.username in heard.getvalue() for account in town.ACCOUNTS if account.username != "standin"
    )


@pytest.mark.slow
def test_the_first_pile_is_worked_through_although_applications_by_web_are_cases_already(db, monkeypatch):
    """What an earlier start has done is told by the sheets: cases alone come from the web as well."""
    worked: list[str] = []
    monkeypatch.setattr(first_run, "_piles", lambda _: ["first", "second"])
    monkeypatch.setattr(first_run, "_work_through", lambda pile, _: worked.append(pile))
    monkeypatch.setattr(first_run, "_hand_in", worked.append)
    for name in ("questions", "guests", "life_events", "papers", "meeting"):
        monkeypatch.setattr(getattr(first_run, name), "load", lambda: None)
    monkeypatch.setattr(first_run, "_admission", lambda: None)
    first_run._first_start(Path(), SimpleNamespace(url="http://127.0.0.1:9"))
    with town.in_yakuba_city():
        assert Case.objects.exists(), "the applications by web"
        assert not reading.anything_came()
    assert worked == ["first", "second"]


@pytest.mark.full
def test_the_demo_town_comes_up_from_nothing_with_its_first_pile_read_and_entered(tmp_path):
    """`make run`, once installed, in real processes: what it says at its end is what the four promises ask."""
    house = empty_house(tmp_path)
    written = tmp_path / "said"
    command = [sys.executable, "-m", "yakuba", "up", "--demo"]
    with written.open("wb") as said:
        process = subprocess.Popen(command, env=house.environment, stdout=said, start_new_session=True)
        try:
            house.wait_until_it_answers(process)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(PATIENCE)
    text = written.read_text(encoding="utf-8")
    entered = re.search(r"受付(\d+)件を入力しました", text)
    assert entered, text
    assert int(entered[1]) > 0
    promises = "見えない誤り0、二度入った受付0、失われた受付0、基幹システムで違う値0"
    assert promises in text.replace("\n", ""), text  # a narrow terminal breaks the line
