"""`yakuba nursery solve`, `check` and `warm-up`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.progress import TaskID

from yakuba.kernel.cli.output import console, errors, fail, print_json, progress_bar, write_file
from yakuba.kernel.definitions.given import content
from yakuba.kernel.operations.commands import JSON
from yakuba.kernel.refusals import MOST_TOLD
from yakuba.services.nursery.cli.command import app
from yakuba.services.nursery.cli.command import refused as tell_faults
from yakuba.services.nursery.contracts import MarketRefused, Matching, Status
from yakuba.services.nursery.engine.garbage import uncollected

MOST_BYTES = 500_000_000
FIRST_SHOWN = 1.0  # seconds
MARKET = typer.Argument(..., help="選考のデータ（JSON）")
RESULT = typer.Argument(..., help="結果（JSON）")
FAULTY = "データに誤りがあるため、選考を行いませんでした。次の行を直してください。"
SENTENCES = {
    Status.STABLE: "安定（順位の高い世帯が入れたはずの枠に、順位の低い児童が入っていることはありません）",
    Status.MINIMUM: "安定な割り当てはありません。これより不安定な世帯が少ない割り当てもないことを証明しました",
    Status.NOT_PROVEN: "時間内に証明できませんでした",
}


@app.command("solve")
@uncollected()
def solve(
    market: Path = MARKET,
    out: Path = typer.Option(..., "--out", help="結果を書くファイル"),
    seconds: float = typer.Option(
        60.0, "--seconds", min=0.0, help="証明にかけてよい時間（秒）。0なら証明しない"
    ),
    more_seats: bool = typer.Option(
        False,
        "--more-seats",
        help="同じだけよい割り当てのうち、入所が最も多いものを念入りに探す（数秒長くかかる）",
    ),
    as_json: bool = typer.Option(False, "--json", help="要約をJSONで出す"),
) -> None:
    """選考のデータから割り当てを作り、別のプログラムで確かめてから書く"""
    from yakuba.services.nursery.engine import check
    from yakuba.services.nursery.engine.matching import market_file, solving

    started = time.perf_counter()
    data = content(market, MOST_BYTES)
    try:
        arrays = market_file.read(data)[1]  # the market itself is not needed: its memory serves the checker
    except MarketRefused as refused:
        raise tell_faults(refused.problems, FAULTY, as_json) from refused
    read = time.perf_counter()
    try:
        with _progress(as_json) as told:
            matching = solving.solve(
                arrays,
                seconds=max(0.0, started + seconds - read),
                seat_tries=solving.MANY_TRIES if more_seats else solving.FEW_TRIES,
                told=told,
            )
            result = matching.to_json()
            solved = time.perf_counter()
            report = check.check(data, json.dumps(result).encode())
    except KeyboardInterrupt:
        raise fail("中止しました。結果は書いていません。", 130) from None
    checked = time.perf_counter()
    if report.reasons:
        raise fail("検査に通らないため結果を書きません。\n" + "\n".join(report.reasons), 3)
    result["seconds"] |= {
        "read": round(read - started, 4),
        "check": round(checked - solved, 4),
        "all": round(checked - started, 4),
    }
    write_file(out, (json.dumps(result, ensure_ascii=False) + "\n").encode(), 2)
    _print_summary(matching, result, as_json)


@app.command("check")
def check_result(
    market: Path = MARKET,
    result: Path = RESULT,
    as_json: bool = JSON,
) -> None:
    """結果が選考のデータと決まりに合うかを確かめる（合わなければ理由を出して終了コード1、読めなければ2）"""
    from yakuba.services.nursery.engine import check

    report = check.check(content(market, MOST_BYTES), content(result, MOST_BYTES))
    if as_json:
        body = {"holds": not report.reasons, "reasons": report.reasons, "blocking": len(report.blocking)}
        print_json(body)
    if report.unreadable:
        raise fail("\n".join(report.reasons), 2)
    if report.reasons:
        raise fail("結果は成り立ちません。\n" + "\n".join(report.reasons))
    if not as_json:
        console.print(
            f"結果は成り立ちます。入所 {report.placed}人、不安定な世帯 {len(report.blocking)}",
            highlight=False,
        )


@app.command("warm-up")
def warm_up() -> None:
    """最初の割り当てを待たせないよう、計算の部分をこの計算機に合わせて用意しておく（一度だけ、30秒ほど）"""
    from yakuba.services.nursery.engine.matching import warming

    warming.warm_up()
    console.print("用意ができました。", highlight=False)


@contextmanager
def _progress(as_json: bool) -> Iterator[Callable[[str, float], None]]:
    """A bar on a terminal, for what takes longer than a second."""
    started = time.perf_counter()
    with progress_bar(quiet=as_json or not errors.is_terminal) as progress:
        tasks: list[TaskID] = []

        def told(step: str, share: float) -> None:
            if time.perf_counter() - started < FIRST_SHOWN:
                return
            if not tasks:
                tasks.append(progress.add_task(step, total=100))
            progress.update(tasks[0], description=step, completed=round(100 * share))

        yield told


def _print_summary(matching: Matching, result: dict[str, object], as_json: bool) -> None:
    if as_json:
        print_json({key: value for key, value in result.items() if key != "assignment"})
        return
    console.print(SENTENCES[matching.status], highlight=False)
    everyone = len(matching.assignment)
    blocking = f"不安定な世帯 {len(matching.blocking)}（下限 {matching.bound}）"
    most = "（同じだけよい割り当てのうち最多）" if matching.seats_proved else ""
    console.print(f"児童 {everyone}人、入所 {matching.seated}人{most}、{blocking}", highlight=False)
    for item in matching.blocking[:MOST_TOLD]:
        wish = "、".join(slot or "なし" for slot in item.wish)
        errors.print(f"不安定な世帯 {item.family}: {wish}", highlight=False, markup=False)
