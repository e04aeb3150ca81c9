"""Nothing is lost, nothing is entered twice, and few rows wait for a person, in the fault world."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from yakuba.services.robots.adapters.launch import missing
from yakuba.services.robots.tests import fault_world

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing()), reason="".join(missing())),
]
ON_POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgresql)
# 300 rows on SQLite and 75 on PostgreSQL, in worlds that can stand side by side: much of it is waiting.
WORLDS = [*(pytest.param("sqlite", id=f"sqlite-{n}") for n in range(1, 5)), ON_POSTGRESQL]


def turn(folder: Path, rows: int, database: str) -> None:
    seed = int(os.environ.get("YAKUBA_TEST_SEED", "0")) or random.randrange(10**6)
    sys.stdout.write(f"seed {seed}\n")  # shown by pytest when this fails
    figures = fault_world.turn(folder, rows, seed, database)
    sys.stdout.write(f"{figures}\n")
    assert not figures.unforeseen
    assert (figures.rows, figures.twice, figures.lost) == (rows, 0, 0)
    assert figures.needlessly <= rows // 10
    assert figures.with_a_person <= max(2, rows // 5)


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("database", ["sqlite", ON_POSTGRESQL])
def test_a_few_rows_through_all_of_it(database: str, tmp_path: Path) -> None:
    turn(tmp_path, 3, database)


@pytest.mark.full
@pytest.mark.timeout(2 * 3600)
@pytest.mark.parametrize("database", WORLDS)
def test_three_hundred_rows_through_all_of_it(database: str, tmp_path: Path) -> None:
    turn(tmp_path, 75, database)
