"""`yakuba nursery round …`: fairness, comparison, what-ifs, files and notices."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer
from django.utils import timezone

from yakuba.kernel.accounts.acting import acting
from yakuba.kernel.cli.output import errors, fail, municipality_of, print_json, print_rows, progress_bar
from yakuba.services.nursery.actions import files, notices, trying
from yakuba.services.nursery.cli.command import (
    ACCEPT,
    ENCODING,
    JSON,
    TOWN,
    USER,
    lines,
    round_app,
    write,
)
from yakuba.services.nursery.cli.rounds import calculate_here, print_run, started
from yakuba.services.nursery.contracts import Problem
from yakuba.services.nursery.models import NoticePrint
from yakuba.services.nursery.queries import outputs, rules, told
from yakuba.services.nursery.queries.exports import TABLES
from yakuba.services.nursery.queries.finding import round_of, run_of

SHARE_HEADINGS = {
    "label": "区分", "count": "申込", "placed": "希望がかなった", "placed_percent": "割合(%)", "first": "第1希望",
    "first_percent": "割合(%)", "withheld": "示さない",
}  # fmt: skip
COUNT_HEADINGS = {
    "gains": "よくなる", "losses": "悪くなる", "others": "どちらとも言えない", "same": "変わらない",
    "placed_before": "席のある児童（前）", "placed_after": "（後）",
}  # fmt: skip
MOVE_HEADINGS = {
    "receipt_number": "受付番号", "before": "前の枠", "wish_before": "希望", "after": "後の枠", "wish_after": "希望",
}  # fmt: skip
PRINT_HEADINGS = {
    "id": "番号", "kind": "種類", "state_label": "状態", "count": "枚数", "held": "作らなかった", "made_by": "だれ", "when": "いつ",
}  # fmt: skip
MOVES = {"gains": "よくなる児童", "losses": "悪くなる児童", "others": "どちらとも言えない児童"}


@round_app.command("fairness")
def fairness(
    run_id: int,
    final: bool = typer.Option(False, "--final", help="個別の決定のあとの、最終の結果（採用した計算だけ）"),
    municipality: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """指数・きょうだい・転園・地区・生まれ月ごとに、希望がかなった割合を出す"""
    with municipality_of(municipality):
        facts = told.fairness_facts(run_of(run_id), final=final)
    if as_json:
        print_json(facts)
        return
    for table in facts["tables"]:
        rows = [_with_percents(row) for row in table["rows"]]
        print_rows(rows, SHARE_HEADINGS, as_json=False, title=table["title"])


@round_app.command("compare")
def compare(
    run_id: int,
    before: int = typer.Option(0, "--before", help="比べるもとの計算。試算なら省くと、もとの計算"),
    user: str = USER,
    municipality: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """もとの計算からこの計算に変えると、だれがよくなり、だれが悪くなるかを出す"""
    with acting(user, "nursery.view", municipality=municipality) as actor:
        run = run_of(run_id)
        other = outputs.other(run, before)
        facts = told.comparison_facts(other, run, trying.compare(other, run, actor=actor))
    if as_json:
        print_json(facts)
        return
    print_rows([facts | facts["counts"]], COUNT_HEADINGS, as_json=False)
    for name, title in MOVES.items():
        if facts[name]:
            print_rows(facts[name], MOVE_HEADINGS, as_json=False, title=title)


@round_app.command("what-if")
def what_if(
    run_id: int,
    seats: list[str] = typer.Option([], "--seats", help="枠の増減。例 --seats N1-1=5（何度でも書ける）"),
    level: str = typer.Option("", "--level", help="指数の数え方: child か household"),
    rule_set: int = typer.Option(0, "--rules", help="試す選考基準の番号"),
    label: str = typer.Option("", "--label", help="試算の名前"),
    seconds: int | None = typer.Option(
        None, "--seconds", help="かけてよい時間（秒）。省くともとの計算と同じ"
    ),
    again: bool = typer.Option(False, "--again", help="同じ試算が済んでいても計算する"),
    user: str = USER,
    municipality: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """枠・指数の数え方・選考基準を変えて、いまここで計算する（選考の結果は変わらない）"""
    with acting(user, "nursery.run", municipality=municipality) as actor:
        row = started(
            lambda: trying.try_out(
                run_of(run_id),
                actor=actor,
                seats=_seats(seats),
                level=level,
                rule_set=rules.rule_set(rule_set) if rule_set else None,
                label=label,
                seconds=seconds,
                again=again,
            )
        )
        calculate_here(row, as_json)
        print_run(run_of(row.pk), as_json)


@round_app.command("export")
def export(
    run_id: int,
    out: Path = typer.Option(..., "--out", dir_okay=False, help="書くファイル"),
    table: str = typer.Option("", "--table", help=f"CSVにする表: {'、'.join(TABLES)}。省くとすべてをExcelに"),
    encoding: str = ENCODING,
    accept: bool = ACCEPT,
    user: str = USER,
    municipality: str = TOWN,
) -> None:
    """計算の結果をCSVかExcelのファイルに書き出す（だれが書き出したかを記録する）"""
    with acting(user, "nursery.output", municipality=municipality) as actor:
        run = run_of(run_id)
        if table:
            file = files.take_table(run, table, encoding, accept=accept, actor=actor)
        else:
            file = files.take_workbook(run, actor=actor)
        write(file, out)


@round_app.command("notices")
def take_notices(
    round_id: int,
    make: bool = typer.Option(False, "--make", help="いまここで作る"),
    pdf: Path | None = typer.Option(None, "--pdf", dir_okay=False, help="印刷用PDFを書くファイル"),
    mailing: Path | None = typer.Option(None, "--mailing", dir_okay=False, help="宛名の一覧を書くファイル"),
    encoding: str = ENCODING,
    accept: bool = ACCEPT,
    user: str = USER,
    municipality: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """通知を作り、印刷用PDFと宛名の一覧を取り出す。どれも付けなければ、これまでに作った通知を出す"""
    with acting(user, "nursery.output", municipality=municipality) as actor:
        round = round_of(round_id)
        if make:
            _make_here(started(lambda: notices.start(round, actor=actor)), quiet=as_json)
        if pdf is not None:
            write(notices.take_print(round, actor=actor), pdf)
        if mailing is not None:
            write(notices.take_addresses(round, encoding, accept=accept, actor=actor), mailing)
        rows = [told.print_facts(row) for row in outputs.prints(round)]
    if as_json:
        print_json(rows)
    else:
        print_rows([_for_people(row) for row in rows], PRINT_HEADINGS, as_json=False)


@round_app.command("notice-texts")
def notice_texts(
    round_id: int,
    file: Path | None = typer.Option(
        None,
        "--file",
        exists=True,
        dir_okay=False,
        help="文面のJSONファイル。書かない項目は用意された文になる",
    ),
    user: str = USER,
    municipality: str = TOWN,
) -> None:
    """通知の文面をJSONで出す。--file を付けると、そのとおりに決めてから出す"""
    with acting(user, "nursery.output", municipality=municipality) as actor:
        round = round_of(round_id)
        if file is not None:
            round = notices.state_texts(round, _texts(file), actor=actor)
        print_json(outputs.texts_of(round))


def _texts(file: Path) -> dict[str, str]:
    """A JSON object of texts. Raises typer.Exit(2)."""
    try:
        texts = json.loads(file.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise fail(
            f"{file}: UTF-8のJSONとして読めません。notice-texts の出力を直して使ってください。", 2
        ) from error
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise fail(f'{file}: {{"mayor": "やくば市長"}} のように、項目と文の組で書いてください。', 2)
    return texts


def _for_people(row: dict[str, Any]) -> dict[str, Any]:
    when = f"{timezone.localtime(row['made_at']):%Y-%m-%d %H:%M}"
    return row | {"kind": "見本" if row["draft"] else "本番", "when": when, "held": len(row["held_back"])}


def _make_here(row: NoticePrint, *, quiet: bool) -> None:
    """Do the work in this process, with a bar on standard error. Raises typer.Exit(1) when it failed."""
    with progress_bar(quiet=quiet) as bar:
        task = bar.add_task("通知", total=None)
        notices.make(row.pk, lambda done, total, _: bar.update(task, completed=done, total=total))
    row.refresh_from_db()
    problems = [Problem(**one) for one in row.problems]
    if row.state == NoticePrint.State.FAILED:
        raise fail(lines(problems))
    if sentence := outputs.restart_sentence(row):
        errors.print(sentence, highlight=False, markup=False)
    if row.held_back:
        held = [Problem(**one) for one in row.held_back]
        errors.print(f"作らなかった通知 {len(held)}通\n{lines(held)}", highlight=False, markup=False)
    if problems:
        errors.print(f"足りないところ\n{lines(problems)}", highlight=False, markup=False)


def _seats(stated: list[str]) -> dict[str, int]:
    """`["N1-1=5", "N1-2=-1"]` → slot → seats more. Raises typer.Exit(2)."""
    seats: dict[str, int] = {}
    for one in stated:
        slot, _, number = one.rpartition("=")
        try:
            more = int(number)
        except ValueError as error:
            raise fail(f"--seats {one} は「枠=人数」の形で書いてください。例 --seats N1-1=5", 2) from error
        if not slot or slot in seats:
            raise fail(f"--seats {one} の枠がないか、同じ枠を二度書いています。", 2)
        seats[slot] = more
    return seats


def _with_percents(row: dict[str, Any]) -> dict[str, Any]:
    rates = {"placed_percent": row["placed_rate"], "first_percent": row["first_rate"]}
    return row | {name: None if rate is None else f"{100 * rate:.1f}" for name, rate in rates.items()}
