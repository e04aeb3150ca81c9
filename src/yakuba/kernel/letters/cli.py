"""`yakuba letters …`: a finished PDF read back before it goes to the printer or comes from there."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import typer

from yakuba.kernel.cli.options import JSON
from yakuba.kernel.cli.output import console, fail, print_json, progress_bar
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.definitions.given import content

app = verbs("手紙")
LARGEST = 500_000_000  # bytes; a PDF of 100,000 letters


@app.callback()
def letters() -> None:
    """手紙"""


@app.command()
def verify(
    pdf: Path = typer.Argument(help="印刷用PDF"),
    mailing: Path | None = typer.Option(
        None, "--mailing", help="宛名の一覧（CSVかExcel）。省くとPDFだけで確かめる"
    ),
    as_json: bool = JSON,
) -> None:
    """印刷用PDFを読み返し、どのページも宛名の一覧のとおりか確かめる（違えば終了コード1）"""
    from pypdfium2 import PdfiumError

    from yakuba.kernel.letters import verify as reader  # takes long; only this needs it
    from yakuba.kernel.letters.mailing import read_marks

    data = content(pdf, LARGEST)
    try:
        marks, problems = read_marks(content(mailing, LARGEST)) if mailing else (reader.own_list(data), [])
        with progress_bar(quiet=as_json) as bar:
            task = bar.add_task("読み返し", total=None)
            found = reader.verify(
                data, marks, told=lambda done, total: bar.update(task, completed=done, total=total)
            )
    except PdfiumError as error:
        raise fail(f"{pdf} はPDFとして読めません。", 2) from error
    if as_json:
        faults = [asdict(one) for one in problems]
        print_json({"letters": len(marks), "mailing": faults, "findings": [asdict(one) for one in found]})
    else:
        for text in [*map(str, problems), *(one.reason for one in found)]:
            console.print(text, highlight=False, markup=False)
        if not found and not problems:
            console.print(f"{len(marks)}通とも、宛名の一覧のとおりです。", highlight=False)
    if found or problems or not marks:
        raise typer.Exit(1)
