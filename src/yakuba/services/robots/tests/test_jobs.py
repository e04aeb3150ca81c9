"""The whole way once: real worker processes, real Chromium, the real sample core system as its own process.

The worker is killed with SIGKILL while the core system is storing a row, and the core system drops the
connection after it has stored one. Nothing may be lost and nothing entered twice.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from yakuba.services.robots.adapters.launch import missing
from yakuba.services.robots.tests import town
from yakuba.services.robots.tests.office import PROCEDURE
from yakuba.services.robots.tests.workplace import Installation

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing()), reason="".join(missing())),
]


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    try:
        yield made
    finally:
        made.close()


@pytest.mark.full  # the fault world kills as well, in make test
def test_killed_in_the_middle_nothing_is_lost_and_nothing_twice(installation: Installation) -> None:
    core = installation.core
    # The core system takes its time to store: the kill comes after the click and before the answer.
    core.set(slow_submit=1.0)
    installation.seed(3)
    worker = installation.start_worker()
    installation.wait(lambda: (1, "submitting") in installation.rows())
    time.sleep(0.3)
    worker.kill()  # the browser's driver notices by itself that its master is gone
    worker.wait()
    core.set(slow_submit=0.0, drop_rate=1.0)
    installation.start_worker()
    installation.wait(lambda: core.set()["counters"]["dropped"] > 0)
    core.set(drop_rate=0.0)
    installation.wait(lambda: installation.run_state() != "active")

    assert installation.run_state() == "done"
    assert {state for _, state in installation.rows()} == {"entered"}
    stored = core.stored()
    assert Counter(row["receipt_number"] for row in stored) == Counter(
        town.receipt_number(serial) for serial in range(1, 4)
    )
    by_number = {row["receipt_number"]: row for row in stored}
    cases = installation.cases()
    for serial, case in enumerate(cases, 1):
        row = by_number[case["receipt_number"]]
        assert (case["status"], case["target_number"]) == ("entered", row["registration_number"])
        assert row["values"] == town.values(PROCEDURE, serial)
        assert len(case["entered"]) == 1
        assert case["entered"][0] > 0
    assert "himitsu" not in _everything_readable(installation.folder / "data")


def _everything_readable(folder: Path) -> str:
    """All bytes of the databases and files as text: no password may be found in them."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return "".join(path.read_bytes().decode("latin-1") for path in files)
