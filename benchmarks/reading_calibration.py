"""What the house knows of its own readings: `.venv/bin/python benchmarks/reading_calibration.py --seeds 3101 3102 … [--write]`.

Reads generated piles, compares every field with the truth and counts right and wrong by type, hand, whether it would pass
and how confident the reading was. `--write` puts the counts into engine/calibration.json, from which probabilities are
told and promises supported until a town has checked values of its own. Drawn sheets are no town's paper.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

import cv2
from reading import SAMPLES, house_recogniser, make_pile, sheets_of

from yakuba.services.reading.engine.assemble import read_cases
from yakuba.services.reading.engine.hands import hand_of
from yakuba.services.reading.engine.library import FormLibrary
from yakuba.services.reading.engine.promises import SHIPPED, Counts, Stratum
from yakuba.services.reading.engine.reader import read_page


def count(
    seed: int, sheets: int, library: FormLibrary, tally: Counter[Stratum], wrong: Counter[Stratum]
) -> None:
    """Add a pile to the counts."""
    recogniser = house_recogniser()
    with tempfile.TemporaryDirectory() as name:
        make_pile(seed, sheets, Path(name))
        pile = list(sheets_of(Path(name)))
    pages = [read_page(sheet.image, library, recogniser) for sheet in pile]
    for case in read_cases(pages, library):
        truth = pile[case.pages[0]].case
        hand = hand_of(case.fields)
        for reading in case.fields if truth else ():
            if reading.field == "receipt_number":
                continue
            stratum = Stratum.of(reading, hand)
            tally[stratum] += 1
            differs = reading.value != truth["values"][reading.field]
            wrong[stratum] += differs
            if differs and stratum.passed:
                print(
                    "silent",
                    seed,
                    reading.field,
                    truth["values"][reading.field],
                    reading.value,
                    file=sys.stderr,
                )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", required=True)
    parser.add_argument("--sheets", type=int, default=20)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    library = FormLibrary.load(SAMPLES / "forms", SAMPLES / "procedures")
    tally: Counter[Stratum] = Counter()
    wrong: Counter[Stratum] = Counter()
    for seed in options.seeds:
        count(seed, options.sheets, library, tally, wrong)
        so_far = Counts(*(sum(n for one, n in counts.items() if one.passed) for counts in (tally, wrong)))
        print(f"seed {seed}: {so_far.checked} passed, {so_far.wrong} wrong", file=sys.stderr, flush=True)
    data = {
        "made": f"benchmarks/reading_calibration.py --seeds {' '.join(map(str, options.seeds))} --sheets {options.sheets}",
        "strata": [
            {"type": one.type, "hand": one.hand, "passed": one.passed, "confidence": one.confidence,
             "checked": tally[one], "wrong": wrong[one]}
            for one in sorted(tally, key=lambda one: (one.type, one.hand, one.passed, one.confidence))
        ],
    }  # fmt: skip
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    if options.write:
        SHIPPED.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
