"""The `yakuba` command: `yakuba <room> <verb>`, and what runs or keeps the whole house."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer

INTERRUPTED = 130  # what a shell answers for Ctrl-C


def build() -> typer.Typer:
    """The command with the verbs of every room; Django must be set up."""
    import typer

    from yakuba.config.running import up, web, worker
    from yakuba.config.setup import prepare
    from yakuba.demo.cli import demo
    from yakuba.kernel.accounts import cli as accounts_cli
    from yakuba.kernel.administration.cli import check
    from yakuba.kernel.audit import cli as audit_cli
    from yakuba.kernel.ledger import cli as ledger_cli
    from yakuba.kernel.registry import room_modules

    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,  # they print local variables, which may be personal data
        help="役場の書類仕事をAIとロボットに任せる",
    )
    app.command("prepare", help="データベースを作り、新しくする")(prepare)
    for verb in (web, worker, up):
        app.command()(verb)
    app.command("demo")(demo)
    app.command("check")(check)
    app.add_typer(accounts_cli.app, name="accounts", help="自治体・役割・職員・APIトークン")
    app.add_typer(ledger_cli.app, name="ledger", help="手続")
    app.add_typer(audit_cli.app, name="audit", help="監査記録")
    for room, module in room_modules("cli"):
        app.add_typer(module.app, name=room)
    return app


def main() -> None:
    """Entry point of the console script. Loading the rooms takes a second or two: Ctrl-C in it ends with one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yakuba.config.settings")
    try:
        import django

        django.setup()
        _close_data_folder()
        command = build()
    except KeyboardInterrupt:
        sys.stderr.write("中止しました。\n")
        sys.exit(INTERRUPTED)
    command()


def _close_data_folder() -> None:
    """Before anything else, and whatever the command: an older version left the folder open."""
    from django.conf import settings

    from yakuba.config.folder import close_to_others

    folder = settings.YAKUBA.data_dir
    if left := close_to_others(folder):
        names = "、".join(str(path) for path in left[:5])
        sys.stderr.write(
            f"注意: データフォルダがこの機械のほかの利用者にも開いています（{names}）。"
            f"所有者が chmod -R go= {folder} を実行してください。\n"
        )
