"""`yakuba nursery round notices`: made, listed and taken along in one go."""

from __future__ import annotations

from pathlib import Path

import typer

from yakuba.kernel.operations.commands import JSON, TOWN, USER, in_town
from yakuba.kernel.operations.printing import print_answer, say, write
from yakuba.kernel.operations.working import carried_out
from yakuba.services.nursery.cli.command import round_app
from yakuba.services.nursery.operations import notices


@round_app.command("notices")
def take_notices(
    round_id: int,
    make: bool = typer.Option(False, "--make", help="いまここで作る"),
    pdf: Path | None = typer.Option(None, "--pdf", help="印刷用PDFを書くファイル"),
    mailing: Path | None = typer.Option(None, "--mailing", help="宛名の一覧を書くファイル"),
    encoding: str = typer.Option("utf-8", "--encoding", help="CSVの文字コード: utf-8 か cp932（Shift_JIS）"),
    accept: bool = typer.Option(False, "--accept", help="Shift_JISで書けない文字が〓になってよい"),
    user: str = USER,
    municipality: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """通知を作り、印刷用PDFと宛名の一覧を取り出す。どれも付けなければ、これまでに作った通知を出す"""
    asked = {"round_id": round_id}
    with in_town(notices.list_notices, user, municipality) as actor:
        if make:
            made = carried_out(notices.make_notices, actor, asked, quiet=as_json)
            say(notices.make_notices.answer, notices.make_notices.answer.show(made))
        if pdf is not None:
            write(notices.take_print(actor, **asked), pdf)
        if mailing is not None:
            write(notices.take_addresses(actor, **asked, encoding=encoding, accept=accept), mailing)
        print_answer(notices.list_notices.answer, notices.list_notices.whole(actor, **asked), as_json=as_json)
