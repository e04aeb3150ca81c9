"""`yakuba municipality`: one municipality out of this installation, and into another."""

from __future__ import annotations

import sys
from pathlib import Path

import typer
from django.db import transaction

from yakuba.config.moving import exporting, importing
from yakuba.kernel.audit.chain import record
from yakuba.kernel.cli.options import JSON
from yakuba.kernel.cli.output import bars, console, fail, municipality_of, print_json, progress_bar
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.jobs import resume
from yakuba.kernel.jobs.models import Job, State

app = verbs("自治体を1つ、まるごと書き出し、取り込む")
STDIN = typer.Option(False, "--passphrase-stdin", help="合言葉を標準入力の1行目から読む")
SHORTEST = 12  # characters of a passphrase


@app.command("export")
def export(
    code: str = typer.Argument(help="団体コード"),
    target: Path = typer.Argument(help="書き出すファイル。まだないもの"),
    from_stdin: bool = STDIN,
    as_json: bool = JSON,
) -> None:
    """自治体を1つ、合言葉をかけた1つのファイルに書き出す（動かしたままでよい）"""
    with municipality_of(code) as town:
        passphrase = _passphrase(from_stdin, new=True)
        with progress_bar(quiet=as_json) as bar:
            end = exporting.export(town, target, passphrase, bars(bar))
    if as_json:
        print_json(end.model_dump() | {"file": str(target)})
    else:
        rows = sum(end.rows.values())
        line = f"書き出しました: {target}（{rows:,}行、ファイル{end.files:,}個）"
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    if end.lacking:
        raise fail(
            f"書き出す前から、データフォルダにないファイルが{len(end.lacking)}個あります。それ以外はそろっています。"
        )


@app.command("import")
def take_in(
    source: Path = typer.Argument(help="書き出したファイル"), from_stdin: bool = STDIN, as_json: bool = JSON
) -> None:
    """書き出した自治体を、この据え付けに取り込む。全部か、何もないか"""
    passphrase = _passphrase(from_stdin, new=False)
    with progress_bar(quiet=as_json) as bar:
        taken = importing.take_in(source, passphrase, bars(bar))
    if as_json:
        print_json(
            {
                "code": taken.head.code,
                "rows": taken.end.rows,
                "files": taken.end.files,
                "shift": taken.shift,
                "renamed": taken.renamed,
                "lacking": taken.end.lacking,
            }
        )
        return
    console.print(
        f"{taken.head.code} {taken.head.name} を取り込みました（{sum(taken.end.rows.values()):,}行、"
        f"ファイル{taken.end.files:,}個）。",
        highlight=False,
        markup=False,
    )
    if taken.shift:
        console.print(
            f"番号は {taken.shift:,} 大きくなりました（この据え付けのものと重なるため）。", highlight=False
        )
    for before, now in taken.renamed.items():
        console.print(f"職員ID {before} は {now} になりました。", highlight=False, markup=False)
    console.print(
        "職員のパスワードは移りません。yakuba accounts staff で最初の管理者に付け、ほかの人は画面から招いてください。\n"
        f"仕事と予定は止めてあります。元の据え付けを止めてから yakuba municipality begin {taken.head.code} を実行してください。",
        highlight=False,
    )


@app.command("begin")
def begin(code: str = typer.Argument(help="団体コード")) -> None:
    """取り込んだ自治体の、止めてある仕事を始める。元の据え付けを止めてから"""
    with municipality_of(code), transaction.atomic():
        paused = list(Job.objects.filter(state=State.PAUSED).order_by("pk"))
        for job in paused:
            resume(job)
        record("audit.municipality_begun", jobs=len(paused))
    console.print(
        f"{len(paused)}件の仕事を始めます。予定は「予定」の画面で使うことにしてください。", highlight=False
    )


def _passphrase(from_stdin: bool, *, new: bool) -> str:
    """Raises typer.Exit for one that is too short, and where nobody can be asked."""
    if from_stdin:
        said = sys.stdin.readline().rstrip("\n")
    elif sys.stdin.isatty():
        said = typer.prompt("合言葉", hide_input=True, confirmation_prompt=new)
    else:
        raise fail("合言葉をたずねられません。--passphrase-stdin で渡してください。", 2)
    if new and len(said) < SHORTEST:
        raise fail(f"合言葉は{SHORTEST}文字以上にしてください。", 2)
    return str(said)
