"""`yakuba web`, `yakuba worker`, and `yakuba up`, which runs both and watches over them."""

from __future__ import annotations

import os
import signal
import socket
import sys

import typer
from django.conf import settings

from yakuba.config.setup import prepare
from yakuba.kernel.addresses import networks
from yakuba.kernel.cli.output import console, fail
from yakuba.kernel.cli.processes import supervise, web_command, worker_command
from yakuba.kernel.outbound.profile import current
from yakuba.kernel.refusals import attempt


def web() -> None:
    """画面とAPIを出す"""
    _warn()
    os.execv(sys.executable, web_command())


def worker() -> None:
    """仕事（読み取り・ロボットなど）をする。何台の機械で動かしてもよい"""
    from yakuba.kernel.jobs.worker import main

    _warn_of_a_useless_profile()
    main()


def up(
    demo: bool = typer.Option(False, "--demo", help="見本のやくば市を入れ、見本の基幹システムも動かす"),
) -> None:
    """画面とワーカーを一緒に動かす。Ctrl+Cで止まる"""
    _warn()
    _require_free_port()
    prepare()
    commands = [web_command(), worker_command()]
    if not demo:
        _announce()
        supervise(commands)
        return
    from yakuba.demo.first_run import open_town
    from yakuba.demo.programs import ProgramFailed

    for number in (signal.SIGTERM, signal.SIGHUP):  # so that what the first start has begun is ended too
        signal.signal(number, lambda *_: sys.exit(1))
    try:
        with open_town() as (core_url, accounts):
            _announce()
            console.print(f"見本の基幹システム: {core_url}/", highlight=False)
            console.print(accounts)
            supervise(commands)
    except ProgramFailed as error:
        raise fail(str(error)) from error


def _warn() -> None:
    """Say what will refuse people's work for as long as this runs: who starts it is still looking."""
    _warn_of_an_unnamed_proxy()
    _warn_of_a_useless_profile()


def _warn_of_a_useless_profile() -> None:
    """Nothing is connected to, and no resident's data taken in, by a deployment profile that cannot be read."""
    if unreadable := attempt(current)[1]:
        sys.stderr.write(f"注意: {unreadable}\n")


def _warn_of_an_unnamed_proxy() -> None:
    """HTTPS ends at a proxy; as long as nobody is believed to be it, every form is refused as sent over HTTP."""
    if settings.YAKUBA.https and not networks(settings.YAKUBA.trusted_proxies):
        sys.stderr.write(
            "注意: YAKUBA_HTTPS=1 ですが YAKUBA_TRUSTED_PROXIES が空なので、ログインなどの送信がすべて断られます。"
            "プロキシのアドレスを入れて、起動し直してください"
            "（同じ機械のプロキシなら YAKUBA_TRUSTED_PROXIES=127.0.0.1）。\n"
        )


def _require_free_port() -> None:
    """Raises typer.Exit where another program answers already: the web process would be started for ever."""
    host, port = settings.YAKUBA.host, settings.YAKUBA.port
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        raise fail(
            f"{host} のポート {port} が使えません（{os.strerror(error.errno or 0)}）。"
            "Yakubaがもう動いていないか確かめるか、YAKUBA_PORT で別のポートを選んでください。"
        ) from error


def _announce() -> None:
    address = f"http://{settings.YAKUBA.host}:{settings.YAKUBA.port}/"
    console.print(f"画面: {address}  （止めるには Ctrl+C）", highlight=False)
