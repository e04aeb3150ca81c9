"""`yakuba drafting …`: the operations, and proofreading of a file, which needs no database."""

from __future__ import annotations

from pathlib import Path

import typer

from yakuba.kernel.cli.output import errors, municipality_of, print_json, print_rows, write_file
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.definitions.given import content
from yakuba.kernel.operations.commands import JSON, add_commands
from yakuba.services.drafting.contracts import TextClass, TownWord
from yakuba.services.drafting.operations import OPERATIONS, finding_facts

app = verbs("文書作成支援")
add_commands(app, OPERATIONS)

COLUMNS = {
    "place": "場所",
    "strength_label": "強さ",
    "found": "いまの文",
    "suggestion": "直し",
    "label": "決まり",
}


@app.command("proofread")
def proofread(
    file: Path = typer.Argument(help="Word（.docx）かテキストのファイル"),
    text_class: TextClass = typer.Option(
        TextClass.NOTICE, "--class", help="文書の種類（law, notice, record, explanation）"
    ),
    words: Path = typer.Option(None, "--words", help="用語集の表（列 直す語,町の書き方）"),
    municipality: str = typer.Option("", "--municipality", help="この団体コードの町の用語集も使う"),
    out: Path = typer.Option(None, "--out", help="確かな直しをした文を書くファイル"),
    as_json: bool = JSON,
) -> None:
    """公用文の決まりに合わない書き方を見つける（データベースは要らない）"""
    from yakuba.services.drafting.engine import documents
    from yakuba.services.drafting.engine.proofreading import applying
    from yakuba.services.drafting.engine.proofreading.proofread import cleaned, findings

    read = documents.read(file.name, content(file, documents.LARGEST))
    text = cleaned(read.text)
    found = findings(text, text_class, [*_words(words), *_of_town(municipality)])
    mended = applying.applied(text, [one for one in found if one.sure])
    facts = [finding_facts(one) for one in found]
    for one in read.hidden:
        errors.print(f"見えない文字がありました: {one[:80]}", style="yellow", markup=False, highlight=False)
    if out:
        write_file(out, mended.encode())
    if as_json:
        print_json({"findings": facts, "corrected": mended})
    else:
        rows = [
            one | {"place": "、".join(f"{p['line']}:{p['column']}" for p in one["places"][:5])}
            for one in facts
        ]
        print_rows(rows, COLUMNS, as_json=False)


def _words(path: Path | None) -> list[TownWord]:
    from yakuba.kernel.tables.whole import whole
    from yakuba.services.drafting.engine import termlist

    if path is None:
        return []
    return whole(content(path), termlist.REQUIRED, termlist.read, name=path.name)


def _of_town(code: str) -> list[TownWord]:
    from yakuba.services.drafting.queries.terms import town_words

    if not code:
        return []
    with municipality_of(code):
        return town_words()
