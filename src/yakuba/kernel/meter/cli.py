"""`yakuba meter`: what all municipalities of a shared installation used, and what each may use."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

import typer

from yakuba.kernel.cli.options import JSON, TOWNS
from yakuba.kernel.cli.output import console, fail, municipalities_of, municipality_of, print_rows, write_file
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.meter import limits, queries
from yakuba.kernel.tables.files import written
from yakuba.kernel.tenancy import active_municipality

app = verbs("利用量と上限")
COLUMNS = {
    "code": "団体コード",
    "town": "自治体",
    "month": "月",
    "label": "名称",
    "amount": "量",
    "unit": "単位",
}


@app.command()
def sums(
    month: str = typer.Option("", "--month", help="月（2026-11のように）。書かなければ全部の月"),
    town: str = TOWNS,
    out: Path | None = typer.Option(None, "--out", help="CSVをこのファイルに書く"),
    as_json: bool = JSON,
) -> None:
    """自治体ごと、月ごとの利用量を出す。費用を分けるときに"""
    if month and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month, re.ASCII):
        raise fail("--month は2026-11のように書いてください。", 2)
    rows = []
    for municipality in municipalities_of(town):
        with active_municipality(municipality):
            rows += queries.totals(month)
    if out is not None:
        write_file(out, written([queries.table(rows)], "utf-8"))
        return
    print_rows([asdict(one) | {"amount": one.shown} for one in rows], COLUMNS, as_json=as_json)


@app.command("limit")
def set_limit(
    town: str = typer.Argument(help="団体コード"),
    kind: str = typer.Argument(help="storage（バイト）か pages_a_day（ページ）"),
    most: int | None = typer.Argument(None, help="上限。書かなければ上限をなくす"),
) -> None:
    """1つの自治体が使える上限を決める"""
    with municipality_of(town):
        limits.set_limit(kind, most)
    console.print(f"{town} の {kind}：{'上限なし' if most is None else f'{most:,}'}", highlight=False)


@app.command("limits")
def show_limits(town: str = TOWNS, as_json: bool = JSON) -> None:
    """上限と、いま使っている量を出す"""
    rows = []
    for municipality in municipalities_of(town):
        with active_municipality(municipality):
            rows += [{"code": municipality.code} | one for one in limits.limits()]
    headings = {"code": "団体コード", "label": "名称", "used": "いま", "most": "上限", "unit": "単位"}
    print_rows(rows, headings, as_json=as_json)
