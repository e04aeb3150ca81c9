"""The `yakuba` command: `yakuba <room> <verb>`, and what runs or keeps the whole house.

Nothing of the house is imported to show the list of commands: only the command that is asked for is.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import typer
from typer.core import TyperCommand

from yakuba.config.rooms import YAKUBA_ROOMS
from yakuba.kernel.cli.verbs import Verbs, verbs

INTERRUPTED = 130  # what a shell answers for Ctrl-C

# Name -> where it is, and its line in the list. A room's stand in its `cli` and `operations`.
HOUSE = {
    "prepare": ("yakuba.config.setup:prepare", "データベースを作り、新しくする"),
    "web": ("yakuba.config.running:web", "画面とAPIを出す"),
    "worker": (
        "yakuba.config.running:worker",
        "仕事（読み取り・ロボットなど）をする。何台の機械で動かしてもよい",
    ),
    "up": ("yakuba.config.running:up", "画面とワーカーを一緒に動かす。Ctrl+Cで止まる"),
    "backup": ("yakuba.config.backup.commands:backup", "控えを取る。取った控えを確かめる"),
    "restore": ("yakuba.config.backup.commands:restore", "控えを空の場所へ戻す"),
    "municipality": (
        "yakuba.config.moving.commands:app",
        "自治体を1つ、まるごと書き出し、取り込み、消す",
    ),
    "keys": ("yakuba.config.masterkey.commands:app", "自治体の鍵と、それを包むマスターキー"),
    "demo": ("yakuba.demo.cli:demo", "見本の申請書を作り、読み取りから基幹システムへの入力までを通す"),
    "check": ("yakuba.kernel.administration.cli:check", "この機械で動くかを確かめる"),
    "models": ("yakuba.kernel.administration.cli:models", "使う学習済みのモデルを確かめる"),
    "operations": ("yakuba.kernel.operations.cli:operations", "できる操作の一覧（権限、コマンド、API）"),
    "accounts": ("yakuba.kernel.accounts.cli:app", "自治体・役割・職員・APIトークン"),
    "signin": ("yakuba.kernel.signin.cli:app", "二つ目の確認"),
    "support": ("yakuba.kernel.support.cli:app", "運用者の支援：自治体が許したあいだだけ見る人"),
    "ledger": ("yakuba.kernel.ledger.cli:app", "手続"),
    "persons": ("yakuba.kernel.persons.cli:app", "宛名の登録簿"),
    "definitions": ("yakuba.kernel.bundles.cli:app", "定義を1つのファイルで渡し、受け取る"),
    "search": ("yakuba.kernel.search.cli:app", "全文検索の索引"),
    "localwords": ("yakuba.kernel.localwords.cli:app", "自治体ごとに違うところの言葉"),
    "exchange": ("yakuba.kernel.exchange.cli:app", "外と内の2台に分けたときの授受：鍵、受け取り、ファイル"),
    "letters": ("yakuba.kernel.letters.cli:app", "印刷用PDFを読み返して確かめる"),
    "maps": ("yakuba.kernel.maps.cli:app", "地図：市区町村の区域を取り込む"),
    "digest": ("yakuba.kernel.digest.cli:digest", "1日に失敗したことを出す"),
    "meter": ("yakuba.kernel.meter.cli:app", "利用量と上限"),
    "audit": ("yakuba.kernel.audit.cli:app", "監査記録"),
}


class House(Verbs):
    """All commands by name and help. What stands for them here does nothing; `load` brings the real one."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        lines = {name: line for name, (_, line) in HOUSE.items()} | _rooms()
        for name, line in lines.items():
            self.add_command(TyperCommand(name, help=line))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The real command behind the first word. Raises UsageError for an unknown one."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command and self.load(str(name)), rest

    def load(self, name: str) -> Any:
        """The command itself, with Django set up for it."""
        _set_up()
        if name != "restore":
            _require_no_restore()
        where, line = HOUSE.get(name, ("", ""))
        return _told_by_us(self._found(name, where, line))

    def _found(self, name: str, where: str, line: str) -> Any:
        found = _attribute(where) if where else _of_room(name)
        if isinstance(found, typer.Typer):
            return typer.main.get_group(found)
        single = typer.Typer(add_completion=False)
        single.command(name, help=found.__doc__ or line)(found)
        return typer.main.get_command(single)


def build() -> typer.Typer:
    """The whole command."""
    app = typer.Typer(
        cls=House,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,  # they print local variables, which may be personal data
    )
    app.callback(help="役場の書類仕事をAIとロボットに任せる")(lambda: None)
    return app


def main() -> None:
    """Entry point of the console script."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yakuba.config.settings")
    build()()


def _told_by_us(command: Any) -> Any:
    """The same, with files that may not be read told by the command itself, in Japanese, and not by the parser."""
    for one in command.params:
        if descriptor := getattr(one, "type_descriptor", None):
            descriptor.parameter_info.readable = False
    for inner in getattr(command, "commands", {}).values():
        _told_by_us(inner)
    return command


def _rooms() -> dict[str, str]:
    """Name -> label of the rooms that have commands."""
    return {
        room: _attribute(f"yakuba.services.{room}.manifest:MANIFEST").label
        for room in YAKUBA_ROOMS
        if _has(room, "cli") or _has(room, "operations")
    }


def _of_room(room: str) -> typer.Typer:
    """The room's own commands (`cli.app`), or those of its operations where it has no others."""
    if _has(room, "cli"):
        app: typer.Typer = _attribute(f"yakuba.services.{room}.cli:app")
        return app
    from yakuba.kernel.operations.commands import add_commands

    app = verbs(_rooms()[room])
    add_commands(app, _attribute(f"yakuba.services.{room}.operations:OPERATIONS"))
    return app


def _has(room: str, part: str) -> bool:
    return find_spec(f"yakuba.services.{room}.{part}") is not None


def _attribute(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)


def _set_up() -> None:
    """Set Django up. Loading the rooms takes a second or two: Ctrl-C in it ends with one line."""
    try:
        import django
        from django.apps import apps

        if not apps.ready:  # a second time would send the log to whatever is standard error now
            django.setup()
        _close_data_folder()
    except PermissionError as error:
        sys.stderr.write(
            f"{error.filename} を開く権限がありません。"
            "データフォルダ（YAKUBA_DATA_DIR）の所有者の利用者で実行してください。\n"
        )
        sys.exit(1)
    except KeyboardInterrupt:
        sys.stderr.write("中止しました。\n")
        sys.exit(INTERRUPTED)


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


def _require_no_restore() -> None:
    """What a killed restore left is not a town."""
    from django.conf import settings

    from yakuba.config.folder import RESTORING

    if (settings.YAKUBA.data_dir / RESTORING).exists():
        sys.stderr.write(
            "控えを戻している途中です。終わるのを待ってください。"
            "途中で止まったのなら、もう一度 yakuba restore を実行してください。\n"
        )
        sys.exit(1)
