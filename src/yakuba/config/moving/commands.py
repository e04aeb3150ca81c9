"""`yakuba municipality`: one municipality out of this installation, and into another."""

from __future__ import annotations

import sys
from pathlib import Path

import typer
from django.db import transaction

from yakuba.config.moving import erasing, exporting, importing
from yakuba.kernel.audit.chain import record
from yakuba.kernel.cli.options import JSON
from yakuba.kernel.cli.output import bars, console, errors, fail, municipality_of, print_json, progress_bar
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.jobs import resume
from yakuba.kernel.jobs.models import Job, State
from yakuba.kernel.refusals import Invalid, Missing
from yakuba.kernel.tenancy.models import Municipality

app = verbs("自治体を1つ、まるごと書き出し、取り込み、消す")
STDIN = typer.Option(False, "--passphrase-stdin", help="合言葉を標準入力の1行目から読む")
SHORTEST = 12  # characters of a passphrase
REMAINS = (
    "消す前に取った控えには、まだ残っています。控え（とWALの保管）を捨ててください。捨てられない控えは、"
    "yakuba keys rotate でマスターキーを替え、前のマスターキーを捨てると、ファイルとパスワードが開けなくなります。"
    "データベースの中の文字は暗号化していないので、控えそのものを捨てるまで残ります。"
)
DERIVED = (
    "この自治体の鍵は、前の版がマスターキーから作ったものです。今のマスターキーを持つ人は作り直せるので、"
    "yakuba keys rotate を実行し、前のマスターキーを捨ててください。"
)


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


@app.command("erase")
def erase(
    code: str = typer.Argument(help="団体コード"),
    reason: str = typer.Option(..., "--reason", help="なぜ消すか。据え付けの記録に残る"),
    source: Path | None = typer.Option(
        None, "--export", help="書き出したファイル。書き出してから何も変わっていないもの"
    ),
    without: bool = typer.Option(False, "--without-export", help="書き出さずに消す。どこにも残らない"),
    from_stdin: bool = STDIN,
    as_json: bool = JSON,
) -> None:
    """自治体を1つ、この据え付けから消す。鍵から先に消すので、取り消せない。途中で止まったら、もう一度"""
    with progress_bar(quiet=as_json) as bar:
        told = bars(bar)
        gone = erasing.begun(code)
        if gone is None:
            town = _town_to_erase(code, source, without)
            erasing.require_idle(town)
            if source is not None:
                erasing.require_fresh(town, source, _passphrase(from_stdin, new=False), told)
            _ask_twice(town)
            erasing.begin(town, reason, source.name if source else "")
        gone = erasing.finish(code, told)
    _tell_erased(gone, as_json)


def _town_to_erase(code: str, source: Path | None, without: bool) -> Municipality:
    town = Municipality.objects.filter(code=code).first()
    if town is None:
        raise Missing(f"団体コード {code} の自治体はありません。", remedy="団体コードを確かめてください。")
    if (source is None) != without:
        raise Invalid(
            "書き出したファイルを --export で示すか、書き出さずに消すなら --without-export を付けてください。",
            remedy="どちらか1つです。",
        )
    return town


def _ask_twice(town: Municipality) -> None:
    """Raises typer.Exit for another answer."""
    rows, files = erasing.count(town)
    errors.print(
        f"{town.code} {town.name} の{sum(rows.values()):,}行とファイル{files:,}個を消します。取り消せません。"
        "職員もログインできなくなります。",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    for what, wanted in (("自治体の団体コード", town.code), ("自治体の名称", town.name)):
        if typer.prompt(f"消す{what}を入れてください", err=True).strip() != wanted:
            raise fail(f"{what}が違います。何も消していません。", 2)


def _tell_erased(gone: erasing.Gone, as_json: bool) -> None:
    if as_json:
        print_json({"code": gone.code, "rows": gone.rows, "files": gone.files, "derived": gone.derived})
        return
    console.print(
        f"{gone.code} {gone.name} を消しました（{sum(gone.rows.values()):,}行、ファイル{gone.files:,}個）。\n{REMAINS}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    if gone.derived:
        console.print(DERIVED, highlight=False, markup=False, soft_wrap=True)


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
