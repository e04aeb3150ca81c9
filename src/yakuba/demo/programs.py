"""The separate programs that the demo starts: the sample core system, the form generator, workers."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from yakuba.kernel.cli.bound import bound
from yakuba.kernel.cli.processes import worker_command
from yakuba.kernel.outbound import allow_here

CORE_PASSWORD = "coresystem-demo"  # noqa: S105  # the sample program's published password
CORE_STAFF_NUMBER = "90001"


class ProgramFailed(RuntimeError):
    """A program of the demo did not do its work; the argument is what it said."""


@dataclass
class CoreSystem:
    """The running sample core system."""

    process: subprocess.Popen[str]
    url: str
    database: Path

    @classmethod
    def start(cls, database: Path, *options: str, port: int = 0) -> CoreSystem:
        """Start it on `port` (0: any free one). Raises ProgramFailed when it does not say its address."""
        database.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-u", str(_samples() / "coresystem/server.py")]
        command += ["--port", str(port), "--database", str(database), *options]
        environment = os.environ | {"CORESYSTEM_PASSWORD": CORE_PASSWORD}
        # A session of its own: Ctrl+C reaches the supervisor first, which ends it last.
        process = subprocess.Popen(
            bound(command), stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
        )
        line = process.stdout.readline() if process.stdout else ""
        address = re.search(r"http://[\w.]+:\d+", line)
        if address is None:
            process.kill()
            where = f"ポート{port}で" if port else ""
            raise ProgramFailed(
                f"見本の基幹システムが{where}動きません。前に動かしたものが残っていないか確かめてください。"
                f"YAKUBA_PORT を変えると別のポートで動きます。{line.strip()}"
            )
        allow_here(address.group())
        return cls(process, address.group(), database)

    def stored(self) -> list[dict[str, Any]]:
        """Every row it holds: procedure, receipt_number, registration_number, values in canonical form."""
        command = [sys.executable, str(_samples() / "coresystem/stored.py"), str(self.database), "--json"]
        return list(json.loads(_output(command)))

    def stop(self) -> None:
        """End it; what it has stored stays."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
        if self.process.stdout:
            self.process.stdout.close()


@dataclass(frozen=True)
class Pile:
    """Generated scans and what is truly written on them."""

    files: tuple[Path, ...]
    truth: tuple[dict[str, Any], ...]

    @property
    def sheets(self) -> int:
        """How many sheets carry a form."""
        return sum(len(case["pages"]) for case in self.truth)


def make_pile(sheets: int, seed: int, folder: Path) -> Pile:
    """Let the generator write `sheets` filled sheets into `folder`. Raises ProgramFailed with what it said."""
    generator = str(_samples() / "generator/generate.py")
    _output([sys.executable, generator, "--sheets", str(sheets), "--seed", str(seed), "--out", str(folder)])
    return read_pile(folder)


def read_pile(folder: Path) -> Pile:
    """The pile that lies in `folder`."""
    lines = (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    files = sorted(path for path in folder.iterdir() if path.name != "truth.jsonl")
    return Pile(tuple(files), tuple(json.loads(line) for line in lines))


class Workers:
    """Worker processes that are started again when they die, and can be killed on purpose."""

    def __init__(self, number: int) -> None:
        self._processes = [self._start() for _ in range(number)]
        self.kills = 0

    def keep_alive(self) -> None:
        """Start a dead worker again."""
        self._processes = [self._start() if one.poll() is not None else one for one in self._processes]

    def kill_one(self) -> None:
        """SIGKILL the oldest worker, without any warning; `keep_alive` replaces it."""
        victim = self._processes.pop(0)
        victim.kill()
        victim.wait()
        self.kills += 1
        self._processes.append(self._start())

    def stop(self) -> None:
        """Ask all to finish and wait for them."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()

    @staticmethod
    def _start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(bound(worker_command()))


def _samples() -> Path:
    return Path(settings.YAKUBA.samples_dir)


def _output(command: Sequence[str]) -> str:
    done = subprocess.run(list(command), capture_output=True, text=True)
    if done.returncode != 0:
        raise ProgramFailed(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "失敗しました")
    return done.stdout
