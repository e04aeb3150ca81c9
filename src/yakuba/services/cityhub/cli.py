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

HEADER_MILLISECONDS = 10_000
CONNECTIONS = 1_024


def serve_command(host: str, port: int) -> list[str]:
    """The command line of the hub's process."""
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "asgi",
        "--http",
        "1",
        "--no-ws",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        "1",
        "--http1-header-read-timeout",
        str(HEADER_MILLISECONDS),
        "--backlog",
        str(CONNECTIONS),
        "--backpressure",
        str(CONNECTIONS),
        "--workers-kill-timeout",
        "30",
        "--log-level",
        "error",
        "yakuba.services.cityhub.pages.serving:application",
    ]


@app.command("serve")
def serve(
    port: int = typer.Option(1026, "--port", help="受け付けるポート"),
    host: str = typer.Option(
        "127.0.0.1", "--host", help="受け付けるアドレス。ほかの機械からも受けるなら 0.0.0.0"
    ),
) -> None:
    """都市OSの入口（NGSIv2）を動かす。画面・ワーカーとは別の、一つのプロセス"""
    if not 1 <= port <= 65_535:
        raise fail("--port は1から65535で指定してください。", 2)
    command = serve_command(host, port)
    sys.stderr.write(f"都市OS: http://{host}:{port}/v2/ で受け付けます。Ctrl+Cで止まります。\n")
    os.execv(sys.executable, command)
