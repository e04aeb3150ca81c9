"""`yakuba digest`: a day's failures for a script, a file or a printer."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import typer

from yakuba.kernel.cli.options import JSON, TOWN
from yakuba.kernel.cli.output import console, fail, municipality_of, print_json, write_file
from yakuba.kernel.digest import collecting, queries


def digest(
    day: str = typer.Option("", "--day", help="日（2026-11-28のように）。書かなければ昨日"),
    out: Path | None = typer.Option(None, "--out", help="JSONをこのファイルに書く"),
    municipality: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """1日に失敗したことを、理由と一緒に出す"""
    try:
        asked = date.fromisoformat(day) if day else queries.yesterday()
    except ValueError:
        raise fail("--day は2026-11-28のように書いてください。", 2) from None
    with municipality_of(municipality) as town:
        collecting.collect_work()
        entries = [queries.facts(one) for one in queries.of_day(asked)]
        left = queries.left_from_before(asked).count()
    told = {
        "municipality": town.code,
        "day": asked.isoformat(),
        "failures": entries,
        "left_from_before": left,
    }
    if out is not None:
        write_file(out, (json.dumps(told, ensure_ascii=False) + "\n").encode())
    elif as_json:
        print_json(told)
    else:
        _print(told["day"], entries, left)


def _print(day: object, entries: list[dict[str, str]], left: int) -> None:
    console.print(
        f"{day}に失敗したこと：{len(entries) or 'ありません'}{'件' if entries else '。'}", highlight=False
    )
    for one in entries:
        ended = "（片付きました）" if one["ended_at"] else ""
        console.print(
            f"・{one['part']}：{one['title']}{ended}", markup=False, highlight=False, soft_wrap=True
        )
        if one["reason"]:
            console.print(f"    {one['reason']}", markup=False, highlight=False, soft_wrap=True)
    if left:
        console.print(f"前の日までのもので、まだ片付いていないもの：{left}件", highlight=False)
