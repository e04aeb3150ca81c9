"""How often the proofreader speaks, and how fast it is: `.venv/bin/python benchmarks/drafting.py [--json] [TABLE.csv --column 答え]`.

Without a table, the answers of the starter set (our own texts, written with the rules in mind: a real town's texts raise
more). What is measured is how many places are told of per 1,000 characters; whether they are right a person has to look.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections import Counter
from pathlib import Path

from yakuba.services.drafting.contracts import TextClass
from yakuba.services.drafting.engine.proofreading.proofread import findings

STARTER = Path(__file__).resolve().parents[1] / "samples/answers/starter.csv"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("table", type=Path, nargs="?", default=STARTER)
    parser.add_argument("--column", default="答え")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with chosen.table.open(encoding="utf-8-sig", newline="") as file:
        texts = [row[chosen.column] for row in csv.DictReader(file)]
    findings("暖める。", TextClass.NOTICE)  # the dictionary is read once
    measured = [measure(texts, kind) for kind in TextClass]
    if chosen.json:
        print(json.dumps(measured, ensure_ascii=False))
        return
    for one in measured:
        print(f"{one['class']}: {one['characters']:,} characters, {one['per_second']:,} a CPU second")
        for rule, share in one["per_1000"].items():
            print(f"  {rule:16} {share:6.3f} per 1,000 characters")


def measure(texts: list[str], kind: TextClass) -> dict[str, object]:
    """Of one text class."""
    counts: Counter[str] = Counter()
    began = time.process_time()
    for text in texts:
        counts.update(one.rule for one in findings(text, kind) for _ in one.places)
    seconds = time.process_time() - began
    size = sum(map(len, texts))
    return {
        "class": kind.value,
        "characters": size,
        "per_second": round(size / seconds),
        "per_1000": {rule: round(1000 * count / size, 3) for rule, count in counts.most_common()},
    }


if __name__ == "__main__":
    main()
