"""Run pytest with the arguments given; what failed beside others runs once more, alone. What fails twice has failed.

    python tests/once_more_alone.py -n 3 --dist loadgroup

A test that passes only alone is named at the end: it is a fault, of the test or of the house, and waits to be mended.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from running_house import SHARED

MOST = 10  # failures that may come of a busy machine; more are a fault
_LIST = "YAKUBA_TEST_FAILED"


def pytest_runtest_logreport(report) -> None:
    """As a plugin of the first run: write down what failed."""
    if report.failed and _LIST in os.environ and "PYTEST_XDIST_WORKER" not in os.environ:
        with Path(os.environ[_LIST]).open("a", encoding="utf-8") as file:
            file.write(report.nodeid.split("@", 1)[0] + "\n")  # "@" and its group is xdist's


def run(arguments: list[str], environment: Mapping[str, str] = os.environ) -> int:
    """pytest's exit code, of the second run where there was one."""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "failed"
        written.touch()
        shared = {**environment, SHARED: folder, _LIST: str(written)}
        first = _pytest(["-p", "once_more_alone", *arguments], shared)
        failed = list(dict.fromkeys(written.read_text(encoding="utf-8").splitlines()))
    if first != 1 or not 1 <= len(failed) <= MOST:
        return first
    print(f"\n{len(failed)}件をもう一度、ほかの試験なしで確かめます", flush=True)
    second = _pytest(["-vv", "-m", "", *failed], environment)  # whatever the first run was restricted to
    if second == 0:
        print("ほかの試験と並べたときだけ失敗しました（直すもの）：", *failed, sep="\n  ", flush=True)
    return second


def _pytest(arguments: list[str], environment: Mapping[str, str]) -> int:
    here = str(Path(__file__).resolve().parent)
    paths = os.pathsep.join(filter(None, [here, environment.get("PYTHONPATH")]))
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, env={**environment, "PYTHONPATH": paths}).returncode


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
