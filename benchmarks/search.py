"""How well and how fast the search finds: `.venv/bin/python benchmarks/search.py [--cases 10000 100000] [--json]`.

1. Right pages of the manual among the first 1, 5 and 10, for questions in other words than the manual's
   (`search-questions.tsv`), beside SQLite's FTS5 with trigrams, FTS5 over the same terms, and words looked for as typed.
2. Time, size and growth with that many cases in the index, of the same five questions in the same process.

3. With `--storages N`: the same terms of N cases kept in other ways, their size and the time of the same questions.

Everything lies in a temporary folder. With YAKUBA_DATABASE_URL, the index lies in that (empty) PostgreSQL database, and
its `ts_rank` over the same words is one more way in the first table.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve().parent
Ranker = Callable[[str], list[str]]
FIRST = (1, 5, 10)
ASKED = ("佐藤花子", "ヤマダ", "緑町3丁目", "0312345678", "窓口 転入 電話")


def prepare(folder: Path) -> None:
    """An empty installation with one town."""
    os.environ["YAKUBA_DATA_DIR"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yakuba.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from yakuba.kernel.tenancy.models import Municipality

    call_command("migrate", interactive=False, verbosity=0)
    Municipality.objects.get_or_create(code="990019", defaults={"name": "やくば市"})


def questions() -> list[tuple[str, set[str]]]:
    """Question and the pages that answer it."""
    with (HERE / "search-questions.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))[1:]
    return [(text, set(pages.split(";"))) for text, pages in rows]


def typed(pages: Sequence[Any]) -> Ranker:
    """Pages that hold the words between blanks as they are typed, the more often the earlier."""

    def rank(text: str) -> list[str]:
        words = text.split()
        found = [
            (sum(f"{page.title}\n{page.text}".count(word) for word in words), page.name)
            for page in pages
            if all(word in f"{page.title}\n{page.text}" for word in words)
        ]
        return [name for _, name in sorted(found, reverse=True)]

    return rank


def fts5(pages: Sequence[Any], tokenizer: str, cut: Callable[[str], list[str]]) -> Ranker:
    """SQLite's FTS5 with its own BM25 and the title three times; any of the terms that `cut` makes of a question."""
    base = sqlite3.connect(":memory:")
    base.execute(
        f"CREATE VIRTUAL TABLE pages USING fts5(name UNINDEXED, title, text, tokenize='{tokenizer}')"
    )
    for page in pages:
        given = (
            [" ".join(cut(page.title)), " ".join(cut(page.text))]
            if tokenizer != "trigram"
            else [page.title, page.text]
        )
        base.execute("INSERT INTO pages VALUES (?, ?, ?)", (page.name, *given))

    def rank(text: str) -> list[str]:
        terms = dict.fromkeys(cut(text))
        if not terms:
            return []
        wanted = " OR ".join('"' + term.replace('"', "") + '"' for term in terms)
        rows = base.execute(
            "SELECT name FROM pages WHERE pages MATCH ? ORDER BY bm25(pages, 0, 3, 1) LIMIT 10", (wanted,)
        )
        return [name for (name,) in rows]

    return rank


def tsvector(pages: Sequence[Any], cut: Callable[[str], list[str]]) -> Ranker:
    """PostgreSQL's full-text search over words that are cut already, the title weighed most, by `ts_rank`."""
    from django.db import connection

    cursor = connection.cursor()
    cursor.execute("CREATE TEMPORARY TABLE cut_pages (name text, words tsvector)")
    for page in pages:
        cursor.execute(
            "INSERT INTO cut_pages VALUES (%s, setweight(to_tsvector('simple', %s), 'A') || setweight(to_tsvector('simple', %s), 'D'))",
            (page.name, " ".join(cut(page.title)), " ".join(cut(page.text))),
        )

    def rank(text: str) -> list[str]:
        wanted = " | ".join(
            "'" + term.replace("'", "").replace("\\", "") + "'" for term in dict.fromkeys(cut(text))
        )
        cursor.execute(
            "SELECT name FROM cut_pages, to_tsquery('simple', %s) asked WHERE words @@ asked ORDER BY ts_rank(words, asked, 1) DESC LIMIT 10",
            (wanted,),
        )
        return [name for (name,) in cursor.fetchall()]

    return rank


def quality() -> list[dict[str, Any]]:
    """Right pages among the first, for each way of finding."""
    from django.db import connection

    from yakuba.kernel.search import indexing
    from yakuba.kernel.search.cutting import terms
    from yakuba.kernel.search.finding import ranked
    from yakuba.kernel.ui import manual

    def only_words(text: str) -> list[str]:
        return [term[1:] for term, _ in terms(text) if term[0] == "w"]

    indexing.rebuild("ui.manual")
    pages = list(manual.pages())
    ways: dict[str, Ranker] = {
        "the index": lambda text: [key for key, _ in ranked("ui.manual", text, 10)],
        "FTS5 over the same words": fts5(pages, "unicode61", only_words),
        "FTS5 trigram": fts5(
            pages, "trigram", lambda text: [text[at : at + 3] for at in range(len(text) - 2)]
        ),
        "words as typed": typed(pages),
    }
    if connection.vendor == "postgresql":
        ways["PostgreSQL ts_rank over the same words"] = tsvector(pages, only_words)
    rows = []
    for name, rank in ways.items():
        places = []
        for text, right in questions():
            found = rank(text)
            places.append(next((at for at, one in enumerate(found, 1) if one in right), 99))
            if name == "the index" and places[-1] > 1:
                print(f"  {places[-1]:3} {text} → {found[:3]}", file=sys.stderr)
        total = len(places)
        rows.append(
            {"way": name, "questions": total}
            | {f"first {n}": round(sum(place <= n for place in places) / total, 3) for n in FIRST}
            | {"mrr": round(sum(1 / place for place in places if place <= 10) / total, 3)}
        )
    return rows


def cases(many: int, seed: int = 7) -> Iterator[Any]:
    """Entries like those of the ledger: numbers, names, addresses."""
    from yakuba.kernel.search import Entry, Text

    chance = random.Random(seed)
    family, given = (
        ["佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤"],
        ["花子", "太郎", "葵", "陽翔", "結菜", "湊", "凛", "蓮", "咲良", "悠真"],
    )
    kana = [
        "サトウ",
        "スズキ",
        "タカハシ",
        "タナカ",
        "イトウ",
        "ヤマダ",
        "ヤマモト",
        "ナカムラ",
        "コバヤシ",
        "カトウ",
    ]
    towns = ["緑町", "中央", "本町", "栄町", "大字北", "港町", "若葉台", "東が丘"]
    for number in range(many):
        phone = f"0{chance.randrange(10**8, 10**9)}"
        texts = [
            Text(f"08{number:06}{chance.randrange(98):02}", 3.0, exact=True),
            Text(chance.choice(family) + chance.choice(given), 2.0, exact=True),
            Text(
                chance.choice(kana) + chance.choice(["ハナコ", "タロウ", "アオイ", "ハルト"]), 2.0, exact=True
            ),
            Text(
                f"{chance.randrange(1950, 2026)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 28):02}",
                exact=True,
            ),
            Text(
                f"やくば市{chance.choice(towns)}{chance.randrange(1, 9)}丁目{chance.randrange(1, 30)}番{chance.randrange(1, 40)}号",
                exact=True,
            ),
            Text(phone, exact=True),
            Text(f"{chance.randrange(1_000_000, 9_999_999)}", exact=True),
            Text(
                chance.choice(["転入のため", "就労のため", "窓口で説明済み", "電話で確認した", "郵送"]),
                exact=True,
            ),
        ]
        yield Entry(f"{number:08}", texts[0].text, "/", tuple(texts))


made: dict[str, Any] = {}


def keys(after: str) -> Iterator[str]:
    """Of the entries that were made."""
    return iter(key for key in made if key > after)


def entries(wanted: Sequence[str]) -> list[Any]:
    """The entries that were made."""
    return [made[key] for key in wanted if key in made]


def growth(sizes: Sequence[int]) -> list[dict[str, Any]]:
    """Time and size of the index with that many cases."""
    from django.db import connection

    from yakuba.kernel.registry import SearchSource, rooms
    from yakuba.kernel.search import indexing
    from yakuba.kernel.search.finding import ranked
    from yakuba.kernel.search.models import Document, Posting
    from yakuba.kernel.search.noting import changed

    sys.modules["search_benchmark"] = sys.modules[__name__]
    declared = SearchSource(
        "search.cases", "受付", keys="search_benchmark:keys", entries="search_benchmark:entries"
    )
    rooms.search_sources()["search.cases"] = declared
    rows = []
    for many in sizes:
        made.clear()
        made.update((entry.key, entry) for entry in cases(many))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.process_time()
        indexing.rebuild("search.cases", empty=True)
        built = time.process_time() - began
        asked = {}
        for text in ASKED:
            times = []
            for _ in range(15):
                start = time.process_time()
                ranked("search.cases", text, 20)
                times.append(time.process_time() - start)
            asked[text] = median(times)
        some = list(made)[:: max(1, many // 100)]
        changed("search.cases", *some)
        began = time.process_time()
        indexing.take_in("search.cases")
        unchanged = (time.process_time() - began) / len(some)
        for number, key in enumerate(some):
            made[key] = next(iter(cases(1, seed=number + 1000))).__class__(
                key, key, "/", next(iter(cases(1, seed=number + 1000))).texts
            )
        began = time.process_time()
        for key in some:
            changed("search.cases", key)
            indexing.take_in("search.cases")
        one = (time.process_time() - began) / len(some)
        sizes_ = {}
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("SELECT SUM(LENGTH(data)) FROM search_posting")
                sizes_["postings_mb"] = round(cursor.fetchone()[0] / 1e6, 1)
            sizes_["file_mb"] = round(Path(connection.settings_dict["NAME"]).stat().st_size / 1e6, 1)
        rows.append(
            {
                "cases": many,
                "rows_of_postings": Posting.objects.count(),
                "documents": Document.objects.count(),
                "built_cpu_ms_a_case": round(built / many * 1000, 2),
                "one_change_cpu_ms": round(one * 1000, 1),
                "no_change_cpu_ms": round(unchanged * 1000, 2),
                "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
                "peak_mb_before": round(before / 1024),
                "query_cpu_ms": {text: round(seconds * 1000, 1) for text, seconds in asked.items()},
            }
            | sizes_
        )
    return rows


def storages(many: int, folder: Path) -> list[dict[str, Any]]:  # noqa: C901  # three ways side by side
    """The terms of that many cases as rows, in FTS5, and in the memory of a process: size and CPU time of each question."""
    import numpy as np

    from yakuba.kernel.search import postings
    from yakuba.kernel.search.cutting import query_terms

    found = [postings.counted(entry.texts) for entry in cases(many)]
    asked = {text: [postings.number_of(term) for term in query_terms(text)] for text in ASKED}

    base = sqlite3.connect(folder / "rows.sqlite3")
    base.execute(
        "CREATE TABLE posting (term INTEGER, document INTEGER, often INTEGER, PRIMARY KEY (term, document)) WITHOUT ROWID"
    )
    given = ((term, document, often) for document, one in enumerate(found) for term, often in one.items())
    base.executemany("INSERT INTO posting VALUES (?, ?, ?)", sorted(given))
    base.commit()

    def by_rows(numbers: list[int]) -> None:
        sums: dict[int, float] = {}
        marks = ",".join("?" * len(numbers))
        for _, document, often in base.execute(f"SELECT * FROM posting WHERE term IN ({marks})", numbers):
            sums[document] = sums.get(document, 0.0) + often
        sorted(sums, key=sums.__getitem__, reverse=True)[:20]

    text = sqlite3.connect(folder / "fts5.sqlite3")
    text.execute("CREATE VIRTUAL TABLE document USING fts5(words, content='', tokenize='unicode61')")
    name = {term: f"t{term & (2**64 - 1):x}" for one in found for term in one}
    text.executemany(
        "INSERT INTO document (rowid, words) VALUES (?, ?)",
        ((document, " ".join(name[term] for term in one if term)) for document, one in enumerate(found, 1)),
    )
    text.commit()

    def by_fts5(numbers: list[int]) -> None:
        wanted = " OR ".join(name.get(number, "t0") for number in numbers)
        text.execute(
            "SELECT rowid FROM document WHERE document MATCH ? ORDER BY bm25(document) LIMIT 20", (wanted,)
        ).fetchall()

    places: dict[int, list[int]] = {}
    for document, one in enumerate(found):
        for term in one:
            places.setdefault(term, []).append(document)
    held = {term: np.array(documents, dtype=np.uint32) for term, documents in places.items()}

    def in_memory(numbers: list[int]) -> None:
        scores = np.zeros(many, dtype=np.float32)
        for number in numbers:
            if number in held:
                scores[held[number]] += 1.0
        np.argpartition(-scores, 20)

    rows = []
    for way, ask, size in (
        ("rows", by_rows, (folder / "rows.sqlite3").stat().st_size),
        ("FTS5", by_fts5, (folder / "fts5.sqlite3").stat().st_size),
        ("memory of a process", in_memory, sum(one.nbytes + 100 for one in held.values())),
    ):
        times = {}
        for question, numbers in asked.items():
            began = time.process_time()
            for _ in range(5):
                ask(numbers)
            times[question] = round((time.process_time() - began) / 5 * 1000, 2)
        rows.append({"way": way, "cases": many, "mb": round(size / 1e6, 1), "query_cpu_ms": times})
    return rows


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--storages", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        from yakuba.kernel.tenancy import active_municipality
        from yakuba.kernel.tenancy.models import Municipality

        with active_municipality(Municipality.objects.get()):
            found = {"quality": quality(), "growth": growth(given.cases)}
            found["storages"] = storages(given.storages, Path(folder)) if given.storages else []
    if given.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for row in [*found["quality"], *found["growth"], *found["storages"]]:
        print(row)


if __name__ == "__main__":
    main()
