"""`yakuba nursery …`: the commands that the modules beside this one add theirs to, and what these share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from yakuba.kernel.cli.output import errors, fail
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.files.downloads import Download
from yakuba.services.nursery.contracts import Problem

app = verbs("入所選考: 準備、割り当て、検査")
round_app = verbs("選考回: 取り込み、計算、結果、決定、通知")
app.add_typer(round_app, name="round")

USER = typer.Option(..., "--user", help="だれが行うか（職員ID）。その人の権限で動きます")
TOWN = typer.Option("", "--municipality", help="団体コード。--user があるか、自治体が1つなら省けます")
JSON = typer.Option(False, "--json", help="JSONで出す")
ENCODING = typer.Option("utf-8", "--encoding", help="CSVの文字コード: utf-8 か cp932（Shift_JIS）")
ACCEPT = typer.Option(False, "--accept", help="Shift_JISで書けない文字が〓になってよい")
SHOWN = 50


@app.callback()
def nursery() -> None:
    """入所選考: 申込から選考のデータを作り、割り当て、確かめる"""


def lines(problems: Sequence[Problem]) -> str:
    """The first problems, a line each, and how many more there are."""
    shown = [str(problem) for problem in problems[:SHOWN]]
    more = len(problems) - len(shown)
    return "\n".join([*shown, f"ほか{more}件"] if more > 0 else shown)


def write(file: Download, out: Path) -> None:
    """Write it where it was asked for and say so on standard error. Raises typer.Exit."""
    try:
        out.write_bytes(file.content)
    except OSError as error:
        raise fail(f"{out} に書けません（{error.strerror}）。書ける場所を指定してください。") from error
    errors.print(f"{out} に書きました。", highlight=False, markup=False)
