"""`yakuba persons …`: load the register every night, and ask it."""

from __future__ import annotations

from pathlib import Path

import typer

from yakuba.kernel.accounts.acting import acting
from yakuba.kernel.cli.options import JSON, TOWN
from yakuba.kernel.cli.output import console, print_json, print_rows, progress_bar
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.persons import loading
from yakuba.kernel.persons.looking import looked_up
from yakuba.kernel.persons.matching import Probe
from yakuba.kernel.values import canonical

app = verbs("宛名の登録簿")

USER = typer.Option(..., "--user", help="だれが行うか（職員ID）。その人の権限で動きます")


@app.command()
def load(
    file: Path = typer.Argument(help="宛名のCSV（UTF-8かCP932、1行目は見出し）"),
    accept_fewer: bool = typer.Option(
        False, "--accept-fewer", help="いまより人数が1割以上少なくても取り込む"
    ),
    user: str = USER,
    town: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """登録簿を新しいファイルで置き換える。読み終わるまでは前の登録簿が使われる"""
    with acting(user, "persons.load", municipality=town) as actor, progress_bar(quiet=as_json) as progress:
        task = progress.add_task("宛名を取り込んでいます", total=None)
        done = loading.load(
            file, actor=actor, accept_fewer=accept_fewer, tell=lambda n: progress.update(task, completed=n)
        )
        result = {"persons": done.rows, "problems": done.problems}
    if as_json:
        print_json(result)
        return
    console.print(f"{done.rows}人を取り込みました。", highlight=False)
    if done.problems:
        print_rows(done.problems, {"line": "行", "problem": "読めなかった理由"}, as_json=False)


@app.command()
def match(
    name: str = typer.Option("", "--name", help="氏名"),
    kana: str = typer.Option("", "--kana", help="フリガナ"),
    birth: str = typer.Option("", "--birth", help="生年月日"),
    address: str = typer.Option("", "--address", help="住所"),
    user: str = USER,
    town: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """登録簿のだれのことかを探す。確かな1人か、考えられる人と理由を出す"""
    given = {"name": name, "kana": kana, "date": birth, "address": address}
    probe = Probe(*[canonical(type_, text) for type_, text in given.items()])
    with acting(user, "persons.view", municipality=town) as actor:
        found = looked_up(probe, actor=actor)
    rows = [vars(one.entry) | {"reasons": "、".join(one.reasons)} for one in found.candidates]
    if as_json:
        print_json(
            {
                "certain": found.certain.number if found.certain else None,
                "reason": found.reason,
                "candidates": rows,
            }
        )
        return
    console.print(
        f"{found.certain.number} に決まりました。" if found.certain else found.reason, highlight=False
    )
    headings = {
        "number": "宛名番号",
        "name": "氏名",
        "birth": "生年月日",
        "address": "住所",
        "reasons": "違い",
    }
    print_rows(rows, headings, as_json=False)
