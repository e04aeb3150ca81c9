"""Two targets that are down beside a good one: real workers, real browsers; the good one's rows go on."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from yakuba.services.robots.adapters.launch import missing
from yakuba.services.robots.tests.pages import Pages
from yakuba.services.robots.tests.workplace import Installation

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing()), reason="".join(missing())),
]


TRUE = ("待っています", "間をおいています")
FALSE = ("ワーカーが動いていません", "一つずつ")


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    yield made
    made.close()


@pytest.mark.timeout(900)
def test_a_good_target_is_entered_while_two_bad_ones_wait(installation: Installation) -> None:
    nothing_there = Pages({})  # answers 404 to nobody: it is closed before anybody asks
    nothing_there.close()
    answers_nothing = socket.create_server(("127.0.0.1", 0))  # takes the connection and is silent
    silent = f"http://127.0.0.1:{answers_nothing.getsockname()[1]}"
    installation.seed(2, nothing_there.base, silent)

    def states(run: int) -> set[str]:
        found = installation.query(f"SELECT state FROM robots_row WHERE run_id = {run}")
        return {str(state) for (state,) in found}

    good, *bad = [int(number) for (number,) in installation.query("SELECT id FROM robots_run ORDER BY id")]
    assert len(bad) == 2
    core = installation.core
    core.set(error_rate=1.0)  # the good one is down too, until the others have begun to wait
    installation.start_worker()
    installation.wait(lambda: all("retry" in states(run) for run in bad))
    core.set(error_rate=0.0)
    installation.wait(lambda: states(good) == {"entered"})
    seen: dict[int, list[str]] = {run: [] for run in bad}  # what was said of each, one look after another

    def said() -> bool:
        told = {one["id"]: one for one in look()}
        if told[good]["state"] != "done":  # its rows are entered, and its end is not written yet
            return False
        for run in bad:
            assert told[run]["state"] == "active"
            seen[run].append(told[run]["message"])
        return all(any(word in "".join(seen[run]) for word in TRUE) for run in bad)

    with installation.runs() as look:
        installation.wait(said)  # between two tries there is nothing to say
    assert not [word for word in FALSE if any(word in one for said_of in seen.values() for one in said_of)]
    answers_nothing.close()
