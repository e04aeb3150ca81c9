"""A robot process that can be killed: `python -m …tests.killable STORE BASE` works on a pickled row file.

Rows are committed by an atomic rename after fsync, and every commit is told on standard output.
"""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path

from yakuba.services.robots.adapters.chromium import ChromiumBrowser
from yakuba.services.robots.contracts import Row
from yakuba.services.robots.engine.attempt import Limits
from yakuba.services.robots.engine.player import ScenarioPlayer
from yakuba.services.robots.engine.runner import Runner
from yakuba.services.robots.tests import town
from yakuba.services.robots.tests.memory import MemoryStore

LIMITS = Limits(settle_seconds=2.5, commit_window=1.5, backoff=0.05)


class FileStore(MemoryStore):
    def __init__(self, path: Path) -> None:
        super().__init__(read(path))
        self._path = path

    def save(self, row: Row) -> None:
        super().save(row)
        write(self._path, list(self.rows.values()))
        say(f"{row.number} {row.state}")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def read(path: Path) -> list[Row]:
    return pickle.loads(path.read_bytes())


def write(path: Path, rows: list[Row]) -> None:
    new = path.with_suffix(".new")
    with new.open("wb") as file:
        file.write(pickle.dumps(rows))
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)


def main(path: Path, base: str) -> None:
    with ChromiumBrowser(["127.0.0.1"]) as browser:
        player = ScenarioPlayer(town.scenario("bus-pass"), browser, town.SECRETS, base)
        say(Runner(FileStore(path), player, limits=LIMITS, pictures=()).run().ending)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
