"""`yakuba maps …`: areas of municipalities from the official file."""

from __future__ import annotations

from pathlib import Path

import typer

from yakuba.kernel.cli.options import JSON
from yakuba.kernel.cli.output import console, print_json, print_rows
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.maps import areas

app = verbs("地図")


@app.command()
def load(
    file: Path = typer.Argument(
        help="国土数値情報「行政区域」の都道府県ごとのファイル（ZIPのままか、GeoJSON）"
    ),
    as_json: bool = JSON,
) -> None:
    """市区町村の区域を取り込む。地図が、役場の位置の点ではなく区域の形になる"""
    done = areas.load(file)
    if as_json:
        print_json({"codes": list(done.codes), "left_out": done.left_out, "sha256": done.sha256})
        return
    console.print(f"{len(done.codes)}団体の区域を取り込みました。", highlight=False)
    if done.left_out:
        console.print(f"団体コードのない区域が{done.left_out}件あり、取り込みませんでした。", highlight=False)


@app.command("list")
def listed(as_json: bool = JSON) -> None:
    """取り込んだ区域のファイル"""
    columns = {"prefecture": "都道府県", "file": "ファイル", "day": "取り込んだ日", "sha256": "SHA-256"}
    print_rows(areas.sources(), columns, as_json=as_json)
