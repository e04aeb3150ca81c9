"""`yakuba web`, `yakuba worker`, and `yakuba up`, which runs both and watches over them."""

from __future__ import annotations

import os
import signal
import sys
import threading

from django.conf import settings

from yakuba.config.setup import prepare
from yakuba.kernel.cli.output import console
from yakuba.kernel.cli.processes import supervise, web_command, worker_command


def web() -> None:
    """画面とAPIを出す"""
    os.execv(sys.executable, web_command())


def worker() -> None:
    """仕事（読み取り・ロボットなど）をする。何台の機械で動かしてもよい"""
    from yakuba.kernel.jobs.worker import run_worker

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run_worker(stop)


def up() -> None:
    """画面とワーカーを一緒に動かす。Ctrl+Cで止まる"""
    prepare()
    console.print(f"画面: http://{settings.YAKUBA.host}:{settings.YAKUBA.port}/  （止めるには Ctrl+C）")
    supervise([web_command(), worker_command()])
