"""`yakuba demo`: the chain in a folder of its own, which goes away afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from django.conf import settings
from django.db import connection
from rich.table import Table

from yakuba.kernel.cli.options import JSON
from yakuba.kernel.cli.output import bars, console, fail, print_json, progress_bar

if TYPE_CHECKING:
    from yakuba.demo.chain import Result

# What the sample core system does to the robots in the demo: a little of everything that happens in real life.
TROUBLES = ("--error-rate", "0.01", "--logout-rate", "0.005", "--drop-rate", "0.05", "--slow-submit", "0.1")
INSIDE = "YAKUBA_DEMO_INSIDE"

LABELS = {
    "sheets": "用紙",
    "fields": "項目",
    "fields_auto": "人が見ずに通った項目",
    "fields_person": "人が見た項目",
    "silent_errors": "見えない誤り",
    "cases_entered": "入力できた受付",
    "cases_lost": "失われた受付",
    "cases_twice": "二度入った受付",
    "core_errors": "基幹システムで違っている値",
    "kills": "強制終了の回数",
    "sheets_per_minute": "用紙／分",
    "rows_per_second": "入力／秒",
    "minutes_by_hand": "手作業の時間（分、見積もり）",
    "minutes_now": "今の職員の時間（分、1項目あたりを仮定）",
}


def demo(
    sheets: int = typer.Option(60, min=1, max=5000, help="用紙の枚数"),
    seed: int = typer.Option(1, help="申請書を作る乱数の種"),
    kill: int = typer.Option(0, min=0, max=100, help="ワーカーを予告なく強制終了する回数"),
    workers: int = typer.Option(1, min=1, max=8, help="ワーカーの数"),
    as_json: bool = JSON,
    keep: bool = typer.Option(False, help="終わってもデータを残す（場所を表示する）"),
) -> None:
    """見本の申請書を作り、読み取りから基幹システムへの入力までを通し、正解と比べる"""
    if os.environ.get(INSIDE):
        _inside(sheets, seed, kill, workers, as_json)
        return
    folder = Path(tempfile.mkdtemp(prefix="yakuba-demo-"))
    environment = os.environ | {"YAKUBA_DATA_DIR": str(folder), INSIDE: "1"}
    try:
        code = subprocess.run([sys.executable, "-m", "yakuba", *sys.argv[1:]], env=environment).returncode
    finally:
        if keep:
            console.print(f"データ: {folder}", highlight=False)
        else:
            _remove(folder)
    if code:
        raise typer.Exit(code)


def _inside(sheets: int, seed: int, kill: int, workers: int, as_json: bool) -> None:
    from yakuba.demo import chain, town
    from yakuba.demo.programs import CoreSystem, ProgramFailed, Workers, make_pile

    folder = Path(settings.YAKUBA.data_dir)
    if settings.YAKUBA.database_url and connection.introspection.table_names():
        raise fail(
            "YAKUBA_DATABASE_URL のデータベースは空ではありません。demo には空のものを指定してください。", 2
        )
    subprocess.run([sys.executable, "-m", "yakuba", "prepare"], check=True)
    try:
        pile = make_pile(sheets, seed, folder / "pile")
        core = CoreSystem.start(folder / "core.sqlite3", *TROUBLES, "--seed", str(seed))
    except ProgramFailed as error:
        raise fail(str(error)) from error
    hands = Workers(workers)
    try:
        town.load_town(core.url)
        with town.in_yakuba_city(), progress_bar(quiet=as_json) as bar:
            result = chain.run_chain(pile, core, hands, kills=kill, on_progress=bars(bar))
    except chain.ChainStuck as error:
        raise fail(str(error)) from error
    finally:
        hands.stop()
        core.stop()
    print_result(result, as_json)
    if not result.good:
        raise typer.Exit(1)


def print_result(result: Result, as_json: bool) -> None:
    """The figures as a table with every error under it, or as one JSON object."""
    figures = result.to_json()
    if as_json:
        print_json(figures)
        return
    table = Table(show_header=False)
    for key, value in figures.items():
        table.add_row(LABELS[key], f"{value:,}")
    console.print(table)
    found = result.comparison
    for case, field, true, got in (*found.silent_errors, *found.core_errors):
        console.print(f"  {case[0]} {case[1]} {field}: 正 {true!r} / 実際 {got!r}", markup=False)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
