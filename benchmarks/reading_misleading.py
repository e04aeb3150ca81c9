"""The reading engine on sheets drawn to mislead: `.venv/bin/python benchmarks/reading_misleading.py --seeds 1 2 --sheets 30`.

Judged are the fields a trick was played on. Silent errors are those passed (trusted or blank) with another value
than a clerk reads, or passed where she would ask; with the exact upper bound of their share. What is said of a sheet as a
whole (a line across it) is one value, wrong when any of its fields passes. The other fields of the same sheets are counted apart. `--write` puts the figures, with the share passed of ordinary piles, into figures.json.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / "src"), str(PROJECT / "samples" / "generator")]

import fonts  # noqa: E402
from misleading import KINDS, MisleadingSheet, draw_sheets  # noqa: E402
from reading import Outcome, make_pile, read_pile, sheets_of, total  # noqa: E402

from yakuba.services.reading.adapters.recognisers import recogniser as house_recogniser  # noqa: E402
from yakuba.services.reading.contracts import Decision, FieldReading, PageReading, PageStatus  # noqa: E402
from yakuba.services.reading.engine.library import FormLibrary  # noqa: E402
from yakuba.services.reading.engine.reader import read_page  # noqa: E402

SAMPLES = PROJECT / "samples"
FIGURES = PROJECT / "benchmarks" / "figures.json"
ALPHA = 0.05


@dataclass
class Count:
    """Values judged, those of them that passed without a person, and those passed that are wrong."""

    judged: int = 0
    passed: int = 0
    silent: int = 0

    @property
    def bound(self) -> float:
        return upper_bound(self.silent, self.judged)


@dataclass
class Result:
    """By kind of trick; others: the fields nothing was done to; unread: sheets that went to a person whole."""

    kinds: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    others: Count = field(default_factory=Count)
    unread: int = 0
    sheets: int = 0
    silent: list[dict[str, Any]] = field(default_factory=list)


def upper_bound(wrong: int, of: int) -> float:
    """One-sided exact 95 % bound of a share (Clopper and Pearson, Biometrika 26, 1934): the share at which `wrong`
    or fewer in `of` would be seen one time in twenty. Bisection, to 1e-9; 1 where nothing or all was wrong."""
    if of == 0 or wrong >= of:
        return 1.0
    low, high = wrong / of, 1.0
    while high - low > 1e-9:
        share = (low + high) / 2
        if at_most(wrong, of, share) > ALPHA:
            low = share
        else:
            high = share
    return high


def at_most(wrong: int, of: int, share: float) -> float:
    """Probability of at most `wrong` in `of`, summed in logarithms so that large counts do not overflow."""
    logs = [
        math.lgamma(of + 1)
        - math.lgamma(k + 1)
        - math.lgamma(of - k + 1)
        + k * math.log(share)
        + (of - k) * math.log1p(-share)
        for k in range(wrong + 1)
    ]
    return math.fsum(math.exp(one) for one in logs)


def judge(sheet: MisleadingSheet, page: PageReading, result: Result) -> None:
    """Compare one page with what a clerk reads on it."""
    result.sheets += 1
    if page.status is not PageStatus.READ or (page.form, page.page) != (sheet.form, sheet.page):
        result.unread += 1
        return
    tricks = {one.field: one for one in sheet.judged}
    whole: dict[str, list[FieldReading]] = defaultdict(list)
    for reading in page.fields:
        trick = tricks.get(reading.field)
        truth = trick.truth if trick else sheet.values[reading.field]
        passed = reading.decision is not Decision.DOUBTFUL
        wrong = passed and (truth is None or reading.value != truth)
        kind = trick.kind if trick else "untouched"
        if trick and trick.whole_page:
            whole[kind] += [reading] if wrong else []
            continue
        _count(result.kinds[kind] if trick else result.others, passed, wrong)
        if wrong:
            result.silent.append(_entry(sheet, kind, truth, reading))
    for kind, passed_wrong in whole.items():  # what is said of all fields at once counts as one value
        _count(result.kinds[kind], bool(passed_wrong), bool(passed_wrong))
        result.silent += [_entry(sheet, kind, None, reading) for reading in passed_wrong[:1]]


def _count(count: Count, passed: bool, wrong: bool) -> None:
    count.judged += 1
    count.passed += passed
    count.silent += wrong


def _entry(sheet: MisleadingSheet, kind: str, truth: str | None, reading: FieldReading) -> dict[str, Any]:
    """A silent error as the report shows it."""
    entry = {"sheet": sheet.name, "field": reading.field, "kind": kind, "truth": truth}
    return {**entry, "read": reading.value, "effects": sheet.effects}


def measure(
    seeds: Sequence[int], sheets: int, kinds: Sequence[str], quiet: bool, keep: Path | None = None
) -> Result:
    """Draw, read and judge. keep: a folder for the pictures of sheets with silent errors."""
    cv2.setNumThreads(1)
    library, recogniser = FormLibrary.load(SAMPLES / "forms", SAMPLES / "procedures"), house_recogniser()
    result = Result()
    for seed in seeds:
        drawn = draw_sheets(sheets, seed, kinds)
        for sheet in track(drawn, f"seed {seed}", total=sheets, console=Console(stderr=True, quiet=quiet)):
            colour = "RGB" if sheet.picture.mode == "RGB" else "L"
            known = len(result.silent)
            judge(sheet, read_page(np.array(sheet.picture.convert(colour)), library, recogniser), result)
            if keep and len(result.silent) > known:
                sheet.picture.save(keep / f"{sheet.name.replace(':', '-')}.png")
    return result


def judged(result: Result) -> Count:
    counts = result.kinds.values()
    return Count(*(sum(getattr(count, name) for count in counts) for name in Count.__dataclass_fields__))


def passed_share(seeds: Sequence[int], sheets: int, quiet: bool) -> tuple[float, int]:
    """Share of the values of ordinary piles that pass without a person, and how many of these are wrong."""
    library, recogniser, outcome = (
        FormLibrary.load(SAMPLES / "forms", SAMPLES / "procedures"),
        house_recogniser(),
        Outcome(),
    )
    for seed in seeds:
        with tempfile.TemporaryDirectory() as name:
            make_pile(seed, sheets, Path(name))
            read_pile(seed, list(sheets_of(Path(name))), library, recogniser, outcome, quiet)
    tally = total(outcome)
    return tally.passed / tally.fields, tally.silent


def write(figures: dict[str, Any]) -> None:
    """Into figures.json, beside the figures of other benchmarks."""
    known = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.is_file() else {}
    text = json.dumps({**known, **figures}, ensure_ascii=False, indent=2, sort_keys=True)
    FIGURES.write_text(text + "\n", encoding="utf-8")


def report(result: Result, console: Console) -> None:
    table = Table(title=f"{result.sheets} sheets drawn to mislead, {result.unread} of them not read at all")
    for column in ("kind", "judged", "passed", "silent errors", "95 % bound"):
        table.add_column(column, justify="left" if column == "kind" else "right")
    rows = [*sorted(result.kinds.items()), ("all kinds", judged(result)), ("untouched fields", result.others)]
    for name, count in rows:
        table.add_row(name, str(count.judged), str(count.passed), str(count.silent), f"{count.bound:.1%}")
    console.print(table)
    for wrong in result.silent:
        console.print(wrong)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[1001])
    parser.add_argument("--sheets", type=int, default=30, help="sheets of each seed")
    parser.add_argument(
        "--kinds", nargs="+", choices=KINDS, default=KINDS, metavar="KIND", help=", ".join(KINDS)
    )
    parser.add_argument("--without", nargs="+", choices=KINDS, default=(), metavar="KIND", help="not these")
    parser.add_argument(
        "--pile", type=int, default=20, help="with --write: sheets of each seed's ordinary pile"
    )
    parser.add_argument("--keep", type=Path, help="folder for the pictures of sheets with silent errors")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--write", action="store_true", help="put the figures into benchmarks/figures.json")
    options = parser.parse_args()
    fonts.require_fonts()
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    kinds = [kind for kind in options.kinds if kind not in options.without]
    result = measure(options.seeds, options.sheets, kinds, options.json, options.keep)
    every = judged(result)
    figures: dict[str, Any] = {
        "misleading_silent": every.silent,
        "misleading_judged": every.judged,
        "misleading_bound_95": round(every.bound, 4),
    }
    if options.write:
        share, _ = passed_share(options.seeds, options.pile, options.json)
        figures["passed_share"] = round(share, 4)
        write(figures)
    if not options.json:
        report(result, Console())
        return
    apart = {
        "kinds": {name: asdict(count) for name, count in sorted(result.kinds.items())},
        "untouched": asdict(result.others),
        "unread": result.unread,
        "sheets": result.sheets,
    }
    print(json.dumps({**figures, **apart, "silent": result.silent}, ensure_ascii=False))


if __name__ == "__main__":
    main()
