"""Long work says how far it is from its first second, also into a pipe, and in few lines."""

from __future__ import annotations

import io
import itertools
import os
import re
import runpy
import subprocess
import sys
import threading
import time
from pathlib import Path

from rich.console import Console

from yakuba.kernel.cli import output

PROJECT = Path(__file__).resolve().parents[1]
STEP = [sys.executable, str(PROJECT / "scripts" / "step.py")]
PATIENCE = 300  # seconds for a first word; how fast the machine is decides nothing
# Where that is set, as on many machines that build, Python holds nothing back and no flush is missed.
BUFFERED = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}


def test_a_step_speaks_before_its_command_has_ended(tmp_path):
    flag = tmp_path / "go"
    waiting = (
        f"import os,time\nwhile not os.path.exists({str(flag)!r}): time.sleep(0.01)\nprint('Collecting x')"
    )
    command = [
        *STEP,
        "部品を入れます",
        "--count",
        "1",
        "--each",
        "^Collecting",
        "--",
        sys.executable,
        "-c",
        waiting,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=BUFFERED)
    assert process.stdout is not None
    late = threading.Timer(PATIENCE, flag.touch)
    late.start()
    assert process.stdout.readline() == "部品を入れます …\n"
    late.cancel()
    assert not flag.exists(), "it spoke only when the command had ended"
    flag.touch()
    said = process.stdout.read()
    assert process.wait() == 0
    assert said.startswith("部品を入れます：済み（")
    assert "Collecting" not in said


def test_a_step_that_says_much_and_takes_long_stays_in_few_lines_and_tells_the_true_time():
    saying = "import time\nfor n in range(3000): print('Collecting', n)\ntime.sleep(1.2)"
    began = time.monotonic()
    done = subprocess.run([*STEP, "入れる", "--count", "3000", "--each", "^Collecting", "--", sys.executable, "-c",
                           saying], capture_output=True, text=True)  # fmt: skip
    most = time.monotonic() - began
    first, *between, last = done.stdout.splitlines()
    assert first == "入れる …"
    assert len(between) <= 3, "a line comes now and then, not with everything that is said"
    minutes, seconds = re.fullmatch(r"入れる：済み（(?:(\d+)分)?(\d+)秒）", last).groups()
    assert 1 <= int(minutes or 0) * 60 + int(seconds) <= round(most)


def test_an_hour_of_a_step_is_on_one_screen():
    program = runpy.run_path(str(PROJECT / "scripts" / "step.py"))
    now, lines = 0.0, 0
    while now < 3600:
        now += program["until_next"](now, terminal=False)
        lines += 1
    assert 5 <= lines <= 15
    assert program["duration"](3599.6) == "60分0秒"


def test_a_step_that_fails_shows_what_was_said_and_passes_its_status_on():
    done = subprocess.run([*STEP, "試す", "--", sys.executable, "-c", "print('なぜか'); exit(3)"],
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 3
    assert "失敗しました" in done.stdout
    assert "なぜか" in done.stderr


def test_installing_debian_packages_speaks_before_it_has_ended_and_says_how_long_it_took(tmp_path):
    tools = {
        "dpkg-query": "exit 1",
        "id": "echo 0",
        "apt-get": f"echo apt $*; while [ ! -e {tmp_path}/go ]; do sleep 0.01; done; "
        f'case "$*" in *update*) touch {tmp_path}/updated;; *) [ -e {tmp_path}/updated ];; esac',
    }
    for name, program in tools.items():
        (tmp_path / name).write_text(f"#!/bin/bash\n{program}\n")
        (tmp_path / name).chmod(0o755)
    environment = BUFFERED | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHON": sys.executable}
    process = subprocess.Popen(["bash", str(PROJECT / "scripts/debian_packages.sh"), "test"], env=environment,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(2)]
    assert said == [
        "Debianパッケージ: postgresql iproute2 faketime mosquitto\n",
        "Debianパッケージを入れます …\n",
    ]  # apt cannot have ended
    (tmp_path / "go").touch()
    rest, errors = process.communicate()
    assert rest.startswith("Debianパッケージを入れます：済み（")
    assert "apt" not in rest + errors, "what a command says is shown only when it fails"


def test_progress_into_a_pipe_is_lines_the_first_at_once(monkeypatch):
    heard = io.StringIO()
    monkeypatch.setattr(output, "errors", Console(file=heard))
    with output.progress_bar() as bar:
        task = bar.add_task("読み取り", total=None)
        assert heard.getvalue() == "読み取り …\n"
        for done in range(1, 101):
            bar.update(task, completed=done, total=100)
            bar.update(task, completed=done, total=100)
    assert heard.getvalue().endswith("読み取り 100/100\n")
    assert heard.getvalue().count("\n") < 10


def test_progress_into_a_pipe_says_how_long_it_takes_yet(monkeypatch):
    heard, clock = io.StringIO(), itertools.count(0, 30)
    monkeypatch.setattr(output, "errors", Console(file=heard))
    monkeypatch.setattr(output.time, "monotonic", lambda: float(next(clock)))
    with output.progress_bar() as bar:
        task = bar.add_task("読み取り", total=None)
        bar.get_time = output.time.monotonic
        for done in range(0, 101, 10):
            bar.update(task, completed=done, total=100)
    assert "（残り約" in heard.getvalue()
    assert heard.getvalue().endswith("読み取り 100/100\n")


def test_the_installation_promises_no_time():
    assert "秒ほど" not in (PROJECT / "Makefile").read_text(encoding="utf-8")
    assert "--quiet -" not in (PROJECT / "Makefile").read_text(encoding="utf-8").partition("lock:")[0]
