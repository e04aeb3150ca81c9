"""`yakuba translation …`: the operations, and checking a file, which needs no database."""

from __future__ import annotations

from pathlib import Path

import typer

from yakuba.kernel.cli.output import print_json
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.definitions.given import content
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.operations.commands import JSON, add_commands
from yakuba.kernel.operations.printing import write
from yakuba.services.translation.operations import OPERATIONS, plain_facts

app = verbs("多言語")
add_commands(app, OPERATIONS)


@app.command("plain")
def plain(
    file: Path = typer.Argument(..., help="調べる文章（テキストかWord）"),
    word: Path = typer.Option(None, "--word", help="ふりがなを付けたWordを、このファイルに書く"),
    as_json: bool = JSON,
) -> None:
    """やさしい日本語か調べ、言いかえの候補を出す（データベースは要らない）"""
    from yakuba.services.translation.engine import papers
    from yakuba.services.translation.engine.plain import check

    lines = papers.paragraphs(content(file, papers.LARGEST), file.name)
    checked = check("\n".join(lines))
    if word is not None:
        write(Download("furigana.docx", papers.WORD, papers.with_furigana(lines)), word)
    if as_json:
        print_json(plain_facts(checked))
        return
    for one in checked.findings:
        mark = "確かめる" if one.ask else "直す"
        typer.echo(f"{mark}\t{one.said.strip()}\t{one.why}\t{one.instead}")
    typer.echo(f"直すところのない文 {checked.score}%（{len(checked.sentences)}文のうち）")
