"""Labels compared with the form's: `.venv/bin/python benchmarks/reading_labels.py --seeds 1 2 --sheets 20`.

What it costs: fields of ordinary piles beside which other words seem to stand. What it finds: fields of changed forms
(labels, options, eras exchanged, words, characters, units changed, rows moved), by kind. Nothing is recognised.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / "src"), str(PROJECT / "samples" / "generator")]

from misleading import draw_sheet  # noqa: E402
from reading import SAMPLES, make_pile, sheets_of  # noqa: E402
from revisions import CHANGES  # noqa: E402

from yakuba.services.reading.engine.alignment import Alignment, align  # noqa: E402
from yakuba.services.reading.engine.crops import lay_on_form  # noqa: E402
from yakuba.services.reading.engine.formmark import read_mark  # noqa: E402
from yakuba.services.reading.engine.labels import changed_fields  # noqa: E402
from yakuba.services.reading.engine.library import FormLibrary  # noqa: E402


def compared(image: NDArray[np.uint8], library: FormLibrary) -> tuple[str, frozenset[str], int] | None:
    """Form page, fields with other words and number of fields; None where no form was found."""
    grey = np.ascontiguousarray(image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
    mark = read_mark(grey)
    fit = align(grey, library, mark.name if mark else "")
    if not isinstance(fit, Alignment):
        return None
    sheet = lay_on_form(np.ascontiguousarray(image), fit)
    changed = changed_fields(fit.template.labels, sheet.grey, sheet.form)
    return fit.template.name, changed, len(fit.template.definition.boxes)


def ordinary(seed: int, sheets: int, library: FormLibrary) -> Iterator[tuple[str, frozenset[str], int]]:
    with tempfile.TemporaryDirectory() as name:
        make_pile(seed, sheets, Path(name))
        for sheet in sheets_of(Path(name)):
            found = compared(sheet.image, library) if sheet.case else None
            if found:
                yield found


def changed(seed: int, sheets: int, library: FormLibrary) -> Iterator[tuple[str, bool]]:
    """(kind, found) of each field whose words were changed, on sheets that are still taken for the form."""
    kinds = list(CHANGES)
    for number in range(sheets):
        sheet = draw_sheet([kinds[number % len(kinds)]], f"labels:{seed}:{number}")
        picture = np.array(sheet.picture.convert("RGB" if sheet.picture.mode == "RGB" else "L"))
        found = compared(picture, library)
        if found and found[0] == f"{sheet.form}/{sheet.page}":
            for one in sheet.judged:
                yield one.kind, one.field in found[1]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[1001])
    parser.add_argument(
        "--sheets", type=int, default=20, help="sheets of each seed, ordinary and changed each"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    library = FormLibrary.load(SAMPLES / "forms", SAMPLES / "procedures")
    fields = cost = 0
    kinds: dict[str, list[bool]] = defaultdict(list)
    for seed in track(options.seeds, console=Console(stderr=True, quiet=options.json)):
        for _, wrong, count in ordinary(seed, options.sheets, library):
            fields, cost = fields + count, cost + len(wrong)
        for kind, hit in changed(seed, options.sheets, library):
            kinds[kind].append(hit)
    result: dict[str, Any] = {
        "ordinary_fields": fields,
        "asked_for_nothing": cost,
        "changed": {kind: {"fields": len(hits), "found": sum(hits)} for kind, hits in sorted(kinds.items())},
    }
    if options.json:
        print(json.dumps(result, ensure_ascii=False))
        return
    table = Table(title=f"{cost} of {fields} fields of ordinary piles asked for nothing")
    for column in ("change", "fields", "found"):
        table.add_column(column, justify="left" if column == "change" else "right")
    for kind, hits in sorted(kinds.items()):
        table.add_row(kind, str(len(hits)), str(sum(hits)))
    Console().print(table)


if __name__ == "__main__":
    main()
