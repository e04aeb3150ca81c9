"""How well questions are answered: `.venv/bin/python benchmarks/answers.py --faq FAQ.csv --queries QUERIES.csv [--json]`.

1. The plain sum of the signals, then everything learned in cross-validation with five seeds (mean, least, most): finding,
   what is answered alone and with three shown, how much of it is wrong, and what is answered with the right entry gone.
2. The same with whole answers held out: no question of the entries measured was ever confirmed.
3. With `--entries 20000`: the time of a question on one core over so many entries (made up), and of building the index.

The files are the caller's: `id,question,answer` and `query,relevant` with `id:grade;id:grade…`. None is part of the project.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from dataclasses import asdict
from pathlib import Path
from statistics import mean
from typing import Any

from yakuba.kernel.tables.reading import rows
from yakuba.services.answers.contracts import Entry
from yakuba.services.answers.engine import learning, reading
from yakuba.services.answers.engine.evaluating import Evaluation
from yakuba.services.answers.engine.finding import Finder

SEEDS, FOLDS = (1, 2, 3, 4, 5), 5
SHOWN = (
    *("s1", "s5", "mrr", "ndcg10", "answered", "wrong_of_answered"),
    *("answered_three", "wrong_of_three", "answered_out_of_scope", "labels"),
)
THINGS = [
    "住民票",
    "戸籍",
    "印鑑登録",
    "転入届",
    "粗大ごみ",
    "犬の登録",
    "保育所",
    "固定資産税",
    "図書館",
    "水道",
    "介護認定",
    "避難所",
    "期日前投票",
    "児童手当",
    "予防接種",
]
DONE = [
    "の手数料",
    "の申込み",
    "の期限",
    "の窓口",
    "に要る書類",
    "の代理申請",
    "の取消し",
    "の再発行",
    "の郵送",
    "の予約",
]


def measured(faq: Path, queries: Path) -> dict[str, Any]:
    """All figures of the first two tables."""
    entries, faults = reading.faq(rows(faq.read_bytes(), ("id", "question", "answer"), []))
    asked, more = reading.queries(rows(queries.read_bytes(), ("query", "relevant"), []), entries)
    evaluation = Evaluation(entries, asked)
    found: dict[str, Any] = {
        "entries": len(entries),
        "queries": len(asked),
        "left_out": len(faults) + len(more),
        "ms_per_query": evaluation.ms,
        "plain": asdict(evaluation.plain()),
    }
    for name, by_answer in (("learned", False), ("learned, answers held out", True)):
        runs = [asdict(evaluation.crossed(FOLDS, seed, by_answer=by_answer)) for seed in SEEDS]
        for how, of in (("mean", mean), ("least", min), ("most", max)):
            found[f"{name}, {how}"] = {key: of([run[key] for run in runs]) for key in SHOWN}
    return found


def timed(number: int) -> dict[str, float]:
    """CPU time of building an index of made-up entries, and of questions to it (one thread)."""
    chance = random.Random(1)
    entries = [
        Entry(
            str(at),
            f"{chance.choice(THINGS)}{chance.choice(DONE)}を知りたい（{at}番）",
            f"担当課{at % 97}の窓口で受け付けます。" * 3,
        )
        for at in range(number)
    ]
    started = time.process_time()
    finder = Finder(entries)
    built = time.process_time() - started
    spent = []
    for _ in range(300):
        question = f"{chance.choice(THINGS)}{chance.choice(DONE)}はどうすればよいですか"
        started = time.process_time()
        learning.answer(finder, question)
        spent.append((time.process_time() - started) * 1000)
    spent.sort()
    return {"entries": number, "build_s": built, "median_ms": spent[150], "p95_ms": spent[285]}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--faq", type=Path)
    parser.add_argument("--queries", type=Path)
    parser.add_argument("--entries", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found: dict[str, Any] = {}
    if asked.faq and asked.queries:
        found |= measured(asked.faq, asked.queries)
    if asked.entries:
        found["time"] = timed(asked.entries)
    if asked.json:
        print(json.dumps(found, ensure_ascii=False))
        return
    print(f"{'':34}" + "".join(f"{key[:12]:>13}" for key in SHOWN))
    for name, value in found.items():
        if isinstance(value, dict) and name != "time":
            print(f"{name:34}" + "".join(f"{value[key]:13.3f}" for key in SHOWN))
        else:
            print(f"{name}: {value}")


if __name__ == "__main__":
    main()
