"""The processes of the house: their command lines, and a supervisor that keeps them alive."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from typing import Any

from django.conf import settings

from yakuba.kernel.cli.bound import bound
from yakuba.kernel.cli.output import console

RESTART_SECONDS = 1.0
STOP_SECONDS = 30.0
HEADER_MILLISECONDS = 10_000  # for a request's headers, and for a connection on which nothing is asked
HEADER_BYTES = 65_536
CONNECTIONS = 4096  # at most; `config.serving.connections` keeps them below


def web_command() -> list[str]:
    """The command line of the web process."""
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "rsgi",
        "--http",
        "1",
        "--no-ws",
        "--host",
        settings.YAKUBA.host,
        "--port",
        str(settings.YAKUBA.port),
        "--http1-header-read-timeout",
        str(HEADER_MILLISECONDS),
        "--http1-buffer-size",
        str(HEADER_BYTES),
        "--backlog",
        str(CONNECTIONS),
        "--backpressure",
        str(CONNECTIONS),
        "--log-level",
        "error",
        "yakuba.config.serving.entry:application",
    ]


def worker_command() -> list[str]:
    """The command line of a worker process."""
    return [sys.executable, "-m", "yakuba", "worker"]


def supervise(commands: list[list[str]], stop: threading.Event | None = None) -> None:
    """Keep one process of each command alive until SIGINT, SIGTERM, SIGHUP (the terminal was closed) or `stop`;
    a dead one is started again."""
    stop = stop or threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    processes = [subprocess.Popen(bound(command)) for command in commands]
    try:
        while not stop.wait(0.2):
            for index, process in enumerate(processes):
                if process.poll() is not None:
                    what = "画面" if commands[index] == web_command() else "ワーカー"
                    console.print(
                        f"{what} が止まったので（終了コード {process.returncode}）、もう一度動かします。",
                        highlight=False,
                    )
                    time.sleep(RESTART_SECONDS)
                    processes[index] = subprocess.Popen(bound(commands[index]))
    finally:
        end(processes)


def end(processes: list[Any]) -> None:
    """Ask the processes to finish; whoever has not after half a minute is killed. Its work is taken up later."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
