"""`yakuba reading …`: what the pages do, a script can do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from yakuba.kernel.accounts.acting import acting
from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.cli.output import console, fail, municipality_of, print_json, print_rows
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.refusals import Missing
from yakuba.services.reading.actions import definitions, questions, uploads
from yakuba.services.reading.models import Batch, BatchFile, FormDefinition, Question
from yakuba.services.reading.queries import batches as queries
from yakuba.services.reading.queries import questions as question_queries
from yakuba.services.reading.queries.problems import as_problem, incomplete_cases, problem_sheets

app = verbs("帳票読取")

USER = typer.Option("", "--user", help="だれが行うか（職員ID）。その人の権限で動きます。空ならシステム担当")
WHO = typer.Option(..., "--user", help="だれが行うか（職員ID）。その人の権限で動きます")
TOWN = typer.Option("", "--municipality", help="団体コード。--user があるか、自治体が1つなら省けます")
JSON = typer.Option(False, "--json", help="JSONで出す")
BATCH = typer.Option(0, "--batch", help="束の番号。省くとすべて")

STATES = dict(BatchFile.State.choices)
FILE_HEADINGS = {"name": "ファイル", "state_label": "結果", "pages": "ページ", "message": "説明"}
BATCH_HEADINGS = {
    "id": "束",
    "name": "名前",
    "sheets": "用紙",
    "waiting": "読み取り待ち",
    "problems": "困っている用紙",
    "open": "確認待ち",
}
QUESTION_HEADINGS = {
    "id": "番号",
    "receipt_number": "受付番号",
    "label": "項目",
    "value": "読み取った値",
    "message": "理由",
}
PROBLEM_HEADINGS = {"sheet": "用紙", "file": "ファイル", "place": "何枚目", "message": "説明"}
STATUS_WORDS = {
    "sheets": "用紙",
    "waiting": "読み取り待ち",
    "blank": "白紙",
    "problems": "困っている用紙",
    "incomplete": "ページの足りない受付",
    "cases": "受付",
    "ready": "確認の済んだ受付",
    "fields": "読み取った項目",
    "auto": "人の確認なしで通った項目",
    "open": "確認待ちの値",
    "held": "保留の値",
    "answered": "確認済みの値",
    "refused": "受け取れないファイル",
    "failed": "止まった仕事",
}


@app.command("load-form")
def load_form(path: Path, user: str = USER, municipality: str = TOWN, as_json: bool = JSON) -> None:
    """様式（form.yaml か、それのあるフォルダ）を登録する。手続は先に登録しておく"""
    with _acting(municipality, user, "reading.manage") as actor:
        form = definitions.load_form(path, actor=actor)
        facts = {"code": form.code, "title": form.title, "version": form.version}
    print_rows([facts], {"code": "様式", "title": "名称", "version": "版"}, as_json=as_json)


@app.command("forms")
def list_forms(municipality: str = TOWN, as_json: bool = JSON) -> None:
    """使用中の様式を出す"""
    with municipality_of(municipality):
        rows = list(
            FormDefinition.objects.filter(current=True).order_by("code").values("code", "title", "version")
        )
    print_rows(rows, {"code": "様式", "title": "名称", "version": "版"}, as_json=as_json)


@app.command("upload")
def upload(
    files: list[Path],
    name: str = typer.Option("", "--name", help="束の名前"),
    force: bool = typer.Option(False, "--force", help="取り込み済みの同じファイルも読み取る"),
    user: str = USER,
    municipality: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """申請書を1つの束として取り込む。受け取れないファイルが1つでもあれば終了コード1（ほかは取り込む）"""
    readable = [path for path in files if path.is_file()]
    absent = [str(path) for path in files if not path.is_file()]
    batch_id, rows = 0, [_absent(path) for path in absent]
    with _acting(municipality, user, "reading.upload") as actor, ExitStack() as stack:
        if readable:
            opened = [(path.name, stack.enter_context(path.open("rb"))) for path in readable]
            batch = uploads.upload(opened, actor=actor, name=name, force=force)
            batch_id = batch.pk
            rows += [asdict(file) for file in queries.files_of(batch)]
    for row in rows:
        row["state_label"] = STATES[row["state"]]
    if as_json:
        print_json({"batch": batch_id or None, "files": rows})
    else:
        print_rows(rows, FILE_HEADINGS, as_json=False, title=f"束 {batch_id}" if batch_id else "")
    refused = sum(row["state"] == BatchFile.State.REFUSED for row in rows)
    if refused:
        raise fail(f"{len(rows)}個のうち{refused}個を受け取れませんでした。説明を読んで直してください。")


def _absent(path: str) -> dict[str, Any]:
    message = "ファイルがありません。名前と場所を確かめてください。"
    return {"id": 0, "name": path, "state": BatchFile.State.REFUSED.value, "message": message, "pages": 0}


@app.command("batches")
def list_batches(
    state: str = typer.Option("", "--state", help="open（対応が要る）・running・done"),
    limit: int = typer.Option(20, "--limit", min=1),
    municipality: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """束の一覧を出す"""
    with municipality_of(municipality):
        rows = [queries.batch_facts(row) for row in queries.in_state(queries.listed_batches(), state)[:limit]]
    print_rows(rows, BATCH_HEADINGS, as_json=as_json)


@app.command("status")
def status(batch_id: int, municipality: str = TOWN, as_json: bool = JSON) -> None:
    """束の状況を出す"""
    with municipality_of(municipality):
        batch = _batch(batch_id)
        facts = asdict(queries.progress_of(batch)) | {"statistics": asdict(queries.statistics_of(batch))}
        facts["files_list"] = [asdict(file) for file in queries.files_of(batch)]
    if as_json:
        print_json(facts)
        return
    rows = [{"what": label, "number": facts[key]} for key, label in STATUS_WORDS.items()]
    print_rows(rows, {"what": "何が", "number": "いくつ"}, as_json=False, title=facts["name"])
    console.print("読み取り中です。" if facts["running"] else "読み取りは終わりました。")


@app.command("questions")
def list_questions(
    batch: int = BATCH,
    held: bool = typer.Option(False, "--held", help="保留の値を出す"),
    user: str = USER,
    municipality: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """確認を待つ値を出す"""
    with _acting(municipality, user, "reading.confirm") as actor:
        rows = [asdict(one) for one in question_queries.open_questions(batch or None, held=held)]
        record("reading.values_listed", subject=f"batch:{batch or 'all'}", actor=actor)
    print_rows(rows, QUESTION_HEADINGS, as_json=as_json)


@app.command("answer")
def answer(
    question_id: int,
    value: str,
    insist: bool = typer.Option(False, "--insist", help="範囲の外や空欄でも、用紙にそう書いてある"),
    user: str = WHO,
    municipality: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """値を確定する"""
    with _acting(municipality, user, "reading.confirm") as actor:
        if not Question.objects.filter(pk=question_id).exists():
            raise fail(
                f"番号 {question_id} の値はありません。yakuba reading questions で確かめてください。", 2
            )
        done = questions.answer(question_id, value, actor=actor, seconds=0.0, insist=insist)
        facts = {"id": done.pk, "state": done.state, "state_label": done.get_state_display()}
    print_rows([facts], {"id": "番号", "state_label": "状態"}, as_json=as_json)


@app.command("problems")
def list_problems(batch: int = BATCH, municipality: str = TOWN, as_json: bool = JSON) -> None:
    """困っている用紙と、ページの足りない受付を出す"""
    with municipality_of(municipality):
        rows = [asdict(as_problem(sheet)) for sheet in problem_sheets(batch or None)]
        lacking = [
            {"case": item.case.pk, "receipt_number": item.case.receipt_number, "message": item.sentence}
            for item in incomplete_cases(batch or None)
        ]
    if as_json:
        print_json({"sheets": rows, "incomplete_cases": lacking})
        return
    shown = [row | {"place": row["index"] + 1} for row in rows]
    print_rows(shown, PROBLEM_HEADINGS, as_json=False)
    if lacking:
        print_rows(lacking, {"receipt_number": "受付番号", "message": "説明"}, as_json=False)


@contextmanager
def _acting(municipality: str, username: str, permission: str) -> Iterator[User | None]:
    """Work as a member of staff with that person's rights, or as the operator."""
    if username:
        with acting(username, permission, municipality=municipality) as actor:
            yield actor
    else:
        with municipality_of(municipality):
            yield None


def _batch(batch_id: int) -> Batch:
    found = Batch.objects.filter(pk=batch_id).first()
    if found is None:
        raise Missing(f"束 {batch_id} はありません。yakuba reading batches で番号を確かめてください。")
    return found
