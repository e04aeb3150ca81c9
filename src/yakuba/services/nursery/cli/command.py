"""`yakuba nursery …`: the commands that the modules beside this one add theirs to, and what these share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from yakuba.kernel.accounts.acting import acting
from yakuba.kernel.accounts.models import User
from yakuba.kernel.cli.output import errors, fail, municipality_of
from yakuba.kernel.files.downloads import Download
from yakuba.services.nursery.contracts import MarketRefused, Problem
from yakuba.services.nursery.engine.rules import RulesRefused
from yakuba.services.nursery.models import Round, Run
from yakuba.services.nursery.queries import rounds
from yakuba.services.nursery.queries.refusal import Lacking, NotPossible, Unknown

app = typer.Typer(no_args_is_help=True, help="入所選考: 準備、割り当て、検査")
round_app = typer.Typer(no_args_is_help=True, help="選考回: 取り込み、計算、結果、決定、通知")
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


@contextmanager
def acting_as(municipality: str, user: str, permission: str) -> Iterator[User]:
    """Work as that person; a refusal becomes a message and exit code 1, an unknown number exit code 2."""
    with acting(user, permission, municipality=municipality) as actor, _refusals():
        yield actor


@contextmanager
def looking_at(municipality: str) -> Iterator[None]:
    """Read the municipality's rounds as whoever runs the machine; refusals as in `acting_as`."""
    with municipality_of(municipality), _refusals():
        yield


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except Unknown as error:
        raise fail(str(error), 2) from error
    except Lacking as error:
        raise fail(f"{error}\n{lines(error.problems)}") from error
    except NotPossible as error:
        raise fail(str(error)) from error
    except (RulesRefused, MarketRefused) as error:
        raise fail(lines(error.problems)) from error


def lines(problems: Sequence[Problem]) -> str:
    """The first problems, a line each, and how many more there are."""
    shown = [str(problem) for problem in problems[:SHOWN]]
    more = len(problems) - len(shown)
    return "\n".join([*shown, f"ほか{more}件"] if more > 0 else shown)


def round_of(round_id: int) -> Round:
    """The round. Raises Unknown."""
    row = rounds.rounds().filter(pk=round_id).first()
    if row is None:
        raise Unknown(f"選考回{round_id}がありません。round list で番号を確かめてください。")
    return row


def run_of(run_id: int) -> Run:
    """The run. Raises Unknown."""
    rows = Run.objects.select_related("round", "rule_set", "snapshot", "base")
    row: Run | None = rows.filter(pk=run_id).first()
    if row is None:
        raise Unknown(f"計算{run_id}がありません。番号を確かめてください。")
    return row


def write(file: Download, out: Path) -> None:
    """Write it where it was asked for and say so on standard error. Raises typer.Exit."""
    try:
        out.write_bytes(file.content)
    except OSError as error:
        raise fail(f"{out} に書けません（{error.strerror}）。書ける場所を指定してください。") from error
    errors.print(f"{out} に書きました。", highlight=False, markup=False)
