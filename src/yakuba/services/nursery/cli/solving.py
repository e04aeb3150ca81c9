"""`yakuba nursery solve` and `check`."""

from __future__ import annotations

import json
import time
from pathlib import Path

import typer

from yakuba.kernel.cli.output import console, errors, fail, print_json
from yakuba.services.nursery.cli.command import app
from yakuba.services.nursery.contracts import MarketRefused, Matching, Status

SHOWN_PROBLEMS = 50
MARKET = typer.Argument(..., exists=True, dir_okay=False, readable=True, help="選考のデータ（JSON）")
RESULT = typer.Argument(..., exists=True, dir_okay=False, readable=True, help="結果（JSON）")
SENTENCES = {
    Status.STABLE: "安定（順位の高い世帯が入れたはずの枠に、順位の低い児童が入っていることはありません）",
    Status.MINIMUM: "安定な割り当てはありません。これより不安定な世帯が少ない割り当てもないことを証明しました",
    Status.NOT_PROVEN: "時間内に証明できませんでした",
}


@app.command("solve")
def solve(
    market: Path = MARKET,
    out: Path = typer.Option(..., "--out", dir_okay=False, help="結果を書くファイル"),
    seconds: float = typer.Option(60.0, "--seconds", min=0.0, help="かけてよい時間（秒）"),
    as_json: bool = typer.Option(False, "--json", help="要約をJSONで出す"),
) -> None:
    """選考のデータから割り当てを作り、別のプログラムで確かめてから書く"""
    from yakuba.services.nursery.engine import check, market_file, solving

    started = time.perf_counter()
    data = market.read_bytes()
    try:
        _, arrays = market_file.read(data)
    except MarketRefused as refused:
        raise _refuse(refused, as_json) from refused
    read = time.perf_counter()
    matching = solving.solve(arrays)
    result = matching.to_json()
    solved = time.perf_counter()
    report = check.check(data, json.dumps(result).encode())
    checked = time.perf_counter()
    if report.reasons:
        raise fail("検査に通らないため結果を書きません。\n" + "\n".join(report.reasons), 3)
    result["seconds"] |= {
        "read": round(read - started, 4),
        "check": round(checked - solved, 4),
        "all": round(checked - started, 4),
    }
    out.write_text(json.dumps(result, ensure_ascii=False) + "\n", encoding="utf-8")
    _print_summary(matching, result, as_json)


@app.command("check")
def check_result(
    market: Path = MARKET,
    result: Path = RESULT,
    as_json: bool = typer.Option(False, "--json", help="JSONで出す"),
) -> None:
    """結果が選考のデータと決まりに合うかを確かめる（合わなければ理由を出して終了コード1）"""
    from yakuba.services.nursery.engine import check

    report = check.check(market.read_bytes(), result.read_bytes())
    if as_json:
        body = {"holds": not report.reasons, "reasons": report.reasons, "blocking": len(report.blocking)}
        print_json(body)
    if report.reasons:
        raise fail("結果は成り立ちません。\n" + "\n".join(report.reasons))
    if not as_json:
        console.print(
            f"結果は成り立ちます。入所 {report.placed}人、不安定な世帯 {len(report.blocking)}",
            highlight=False,
        )


def _refuse(refused: MarketRefused, as_json: bool) -> typer.Exit:
    """Every fault by line; nothing was run."""
    if as_json:
        rows = [{"line": p.line, "place": p.place, "reason": p.reason} for p in refused.problems]
        print_json({"problems": rows})
    lines = [str(problem) for problem in refused.problems[:SHOWN_PROBLEMS]]
    more = len(refused.problems) - len(lines)
    if more > 0:
        lines.append(f"ほか{more}件")
    head = "データに誤りがあるため、選考を行いませんでした。次の行を直してください。"
    return fail("\n".join([head, *lines]), 2)


def _print_summary(matching: Matching, result: dict[str, object], as_json: bool) -> None:
    if as_json:
        print_json({key: value for key, value in result.items() if key != "assignment"})
        return
    console.print(SENTENCES[matching.status], highlight=False)
    everyone = len(matching.assignment)
    blocking = f"不安定な世帯 {len(matching.blocking)}（下限 {matching.bound}）"
    console.print(f"児童 {everyone}人、入所 {matching.seated}人、{blocking}", highlight=False)
    for item in matching.blocking[:SHOWN_PROBLEMS]:
        wish = "、".join(slot or "なし" for slot in item.wish)
        errors.print(f"不安定な世帯 {item.family}: {wish}", highlight=False, markup=False)
