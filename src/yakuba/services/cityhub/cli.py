"""What the command line can do with the hub."""

from __future__ import annotations

import os
import sys

import typer

from yakuba.kernel.cli.output import fail
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.operations.commands import add_commands
from yakuba.services.cityhub.operations import OPERATIONS

app = verbs("都市OS")
add_commands(app, OPERATIONS)


@app.command("serve")
def serve(
    port: int = typer.Option(1026, "--port", help="受け付けるポート"),
    host: str = typer.Option(
        "127.0.0.1", "--host", help="受け付けるアドレス。ほかの機械からも受けるなら 0.0.0.0"
    ),
) -> None:
    """都市OSの入口（NGSIv2とNGSI-LD）を動かす。画面・ワーカーとは別の、一つのプロセス"""
    if not 0 <= port <= 65_535:
        raise fail("--port は0から65535で指定してください。", 2)
    from yakuba.services.cityhub.actions.serving import main

    def ready(listening: int) -> None:
        sys.stderr.write(f"都市OS: http://{host}:{listening}/v2/ で受け付けます。Ctrl+Cで止まります。\n")
        sys.stderr.flush()

    try:
        main(host, port, ready)
    except OSError as error:
        raise fail(
            f"{host} のポート {port} が使えません（{os.strerror(error.errno or 0)}）。--port で別のポートを選んでください。"
        ) from error
