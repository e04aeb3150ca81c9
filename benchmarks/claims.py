"""What checking claims takes: `.venv/bin/python benchmarks/claims.py [--claims 1000000] [--rules 200] [--table 1600000] [--single]`.

Invented claims of nine lines and 3.5 diseases. Each line of the answer is a process of its own; peak memory is that of the whole
process. `rules`: the town's rules as rows, one query a kind; `tables`: the same with check tables of that many rows; `single`:
as many single queries over the same prepared tables; `polars`: the same formulation in Polars, for the kinds of `PLAIN`, with
the number and the sum of its findings beside DuckDB's. `import`: a claim file of a hundredth as many claims is read.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ACTS, DRUGS, ILL = 3_000, 6_000, 20_000
FIRST_ACT, FIRST_DRUG, FIRST_ILL = 110_000_000, 620_000_000, 1_000_000
USUAL = 300  # diseases that most claims have
PLAIN = ("age", "setting", "dose", "contraindication", "count", "exclusion")
STEP = """
import resource, sys, time
from pathlib import Path
from claims import run
begun = time.monotonic()
said = run(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]), sys.argv[6])
print(f"{sys.argv[2]}: {said}; {time.monotonic() - begun:.1f} s, {time.process_time():.1f} s of CPU, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
"""


def run(folder: Path, what: str, claims: int, rules: int, table: int, memory: str) -> str:
    """One step; what it says of itself."""
    steps = {
        "made": made,
        "import": read,
        "rules": checked,
        "tables": checked,
        "single": single,
        "polars": with_polars,
    }
    return steps[what](folder, what, claims, rules, table, memory)


def made(folder: Path, what: str, claims: int, rules: int, table: int, memory: str) -> str:
    """The claims and the check tables, as Parquet."""
    import duckdb

    con = duckdb.connect(
        config={"memory_limit": memory, "threads": "2", "temp_directory": str(folder / "spilt")}
    )
    con.execute("SET enable_progress_bar = false")
    con.execute("SELECT setseed(0.5)")
    con.execute(
        f"""COPY (SELECT n::INT AS number, (n * 14)::INT AS line, (n * 900)::BIGINT AS "offset", 900::INT AS length, 202604::INT AS month,
        24315::INT AS month_no, 202004::INT AS edition, 1::TINYINT AS kind, random() < 0.03 AS inpatient, (random() * 400)::BIGINT AS institution,
        '' AS institution_code, '' AS institution_name, 0::BIGINT AS prescriber, '' AS insurer, '' AS symbol, '' AS insured, '' AS branch,
        1 + (random() * {claims} / 2)::BIGINT AS person, '' AS name, '' AS kana, (1 + random())::TINYINT AS sex, 19600101::INT AS birth,
        (random() * 95)::SMALLINT AS age, (random() * 3000)::BIGINT AS points, 1::INT AS visits, 70::SMALLINT AS benefit, '' AS payer,
        '' AS department, NULL::BIGINT AS total FROM generate_series(1, {claims}) t(n)) TO '{folder / "claims.parquet"}' (FORMAT parquet)"""
    )
    con.execute(
        f"""COPY (SELECT number, line, kind, section, CASE WHEN kind = 1 THEN {FIRST_ACT} + (pow(random(), 2) * {ACTS})::INT
        ELSE {FIRST_DRUG} + (pow(random(), 2) * {DRUGS})::INT END::INT AS code, 1 + (random() * 8)::INT::DOUBLE AS amount, points, 1::INT AS times,
        days, 1::TINYINT AS weeks, NULL::VARCHAR AS daily, points AS value
        FROM (SELECT (1 + n // 9)::INT AS number, ((1 + n // 9) * 14 + n % 9 + 1)::INT AS line, CASE WHEN random() < 0.6 THEN 1 ELSE 2 END::TINYINT AS kind,
          60::SMALLINT AS section, (random() * 500)::BIGINT AS points, (1 << (random() * 27)::INT)::INT AS days FROM generate_series(0, {claims} * 9 - 1) t(n)))
        TO '{folder / "items.parquet"}' (FORMAT parquet)"""
    )
    con.execute(
        f"""COPY (SELECT (1 + (n * 2) // 7)::INT AS number, ((1 + (n * 2) // 7) * 14 + 10 + n % 4)::INT AS line,
        ({FIRST_ILL} + CASE WHEN random() < 0.9 THEN random() * {USUAL} ELSE random() * {ILL} END)::INT AS code, 20260101::INT AS start,
        24312::INT AS started, 1::TINYINT AS outcome, false AS main, random() < 0.15 AS suspected FROM generate_series(0, {claims} * 7 // 2 - 1) t(n))
        TO '{folder / "diseases.parquet"}' (FORMAT parquet)"""
    )
    # In the shares of the published ones: drug and disease 77 %, bundles 15.5 %, exclusions 5 %, the rest dose, times, pairs.
    none = "NULL::DOUBLE"
    parts = [
        _rows(0.77, "indication", f"{FIRST_DRUG} + n % {DRUGS}", f"{FIRST_ILL} + n // {DRUGS}", none, 0),
        _rows(0.135, "indication", f"{FIRST_ACT} + n % 1000", f"{FIRST_ILL} + n // 1000", none, 0),
        _rows(
            0.05,
            "exclusion",
            f"{FIRST_ACT} + (n * 7919) % {ACTS}",
            f"{FIRST_ACT} + (n * 104729 + 1) % {ACTS}",
            none,
            1,
        ),
        _rows(0.005, "pair", f"{FIRST_DRUG} + 3000 + n % 3000", f"{FIRST_DRUG} + (n * 31) % 6000", none, 0),
        _rows(0.02, "dose", f"{FIRST_DRUG} + n % {DRUGS}", "0", "8", 0),
        _rows(0.02, "count", f"{FIRST_ACT} + n % {ACTS}", "0", "3", 3),
    ]
    text = " UNION ALL ".join(part.format(rows=table) for part in parts)
    con.execute(f"COPY ({text}) TO '{folder / 'table.parquet'}' (FORMAT parquet)")
    return f"{claims:,} claims, {claims * 9:,} lines, {claims * 7 // 2:,} diseases, {table:,} rows of check tables"


def _rows(share: float, kind: str, code: str, other: str, high: str, unit: int) -> str:
    return (
        f"SELECT '{kind}' AS kind, ({code})::INT AS code, ({other})::INT AS other, NULL::DOUBLE AS low, ({high})::DOUBLE AS high, "
        f"{unit}::TINYINT AS unit, 1::SMALLINT AS span, 0::INT AS starts, 999912::INT AS ends, 0::TINYINT AS mark "
        f"FROM generate_series(0, ({{rows}} * {share})::BIGINT - 1) t(n)"
    )


def town_rules(rules: int) -> list:
    """So many rules of the plain kinds, on usual codes."""
    from yakuba.services.claims.engine.tables import Check

    found = []
    for number in range(1, rules + 1):
        kind, act, drug = PLAIN[number % len(PLAIN)], FIRST_ACT + number * 7, FIRST_DRUG + number * 11
        made_of = {
            "age": Check(kind, act, high=90.0), "setting": Check(kind, act, low=0.0), "dose": Check(kind, drug, high=7.0),
            "contraindication": Check(kind, drug, FIRST_ILL + number), "count": Check(kind, act, high=1.0, unit=3),
            "exclusion": Check(kind, act, FIRST_ACT + number * 3, unit=3),
        }  # fmt: skip
        found.append((number, made_of[kind]))
    return found


def checked(folder: Path, what: str, claims: int, rules: int, table: int, memory: str) -> str:
    """As the room does it: the rules as rows, one query for each kind."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        checking, _ = _opened(
            Path(own), folder, rules, memory, [folder / "table.parquet"] if what == "tables" else []
        )
        checking.check()
        tallies = checking.tallies(claims)
        kept = sum(1 for _ in checking.rows([rule for rule, one in tallies.items() if one.capped]))
        said = _sum(checking)
        checking.close()
    capped = sum(one.capped for one in tallies.values())
    return f"{said}, {kept:,} kept, {capped} of {len(tallies):,} rules that found something capped"


def single(folder: Path, what: str, claims: int, rules: int, table: int, memory: str) -> str:
    """The same rules, a query for each."""
    from yakuba.services.claims.adapters.checking import statements

    with tempfile.TemporaryDirectory(dir=folder) as own:
        checking, found = _opened(Path(own), folder, rules, memory, [])
        con = checking.con
        con.execute("CREATE TABLE every_rule AS SELECT * FROM rule")
        for number, one in found:
            con.execute("DELETE FROM rule")
            con.execute("INSERT INTO rule SELECT * FROM every_rule WHERE rule = ?", [number])
            con.execute("INSERT INTO found " + statements()[one.kind][0])
        said = _sum(checking)
        checking.close()
    return said


def _opened(own: Path, folder: Path, rules: int, memory: str, tables: list):
    from yakuba.services.claims.adapters.checking import Checking, Source, TableFile, rule_rows

    checking, found = Checking(own, memory=memory), town_rules(rules)
    checking.rules(rule_rows(found), [TableFile(one) for one in tables])
    checking.claims([Source(*(folder / f"{name}.parquet" for name in ("claims", "items", "diseases")))])
    return checking, found


def _sum(checking) -> str:
    number, places = checking.con.execute("SELECT count(*), sum(place % 1000003) FROM found").fetchall()[0]
    return f"{number:,} findings (sum {places})"


def with_polars(folder: Path, what: str, claims: int, rules: int, table: int, memory: str) -> str:
    """The plain kinds in Polars."""
    import polars as pl

    from yakuba.services.claims.contracts import CLAIMS, LINES

    rule = pl.DataFrame(
        [{"rule": number, "kind": one.kind, "code": one.code, "other": one.other, "low": one.low, "high": one.high} for number, one in town_rules(rules)],
        schema_overrides={"low": pl.Float64, "high": pl.Float64, "code": pl.Int32, "other": pl.Int32},
    ).lazy()  # fmt: skip
    claim = pl.scan_parquet(folder / "claims.parquet").select(
        "number", "inpatient", "institution", "person", "age"
    )
    codes = (
        rule.select("code").collect()["code"].to_list() + rule.select("other").collect()["other"].to_list()
    )
    item = (
        pl.scan_parquet(folder / "items.parquet")
        .filter(pl.col("code").is_in(codes))
        .join(claim, on="number")
        .with_columns(place=(CLAIMS + pl.col("number").cast(pl.Int64)) * LINES + pl.col("line"))
        .collect(engine="streaming")
        .lazy()
    )
    disease = pl.scan_parquet(folder / "diseases.parquet").filter(~pl.col("suspected"))

    def of(kind: str):
        return rule.filter(pl.col("kind") == kind)

    joined = {kind: item.join(of(kind), on="code") for kind in PLAIN}
    month = ["code", "person", "institution"]
    found = [
        joined["age"].filter(pl.col("age") > pl.col("high")).select("rule", "place"),
        joined["setting"]
        .filter(pl.col("inpatient").cast(pl.Float64) != pl.col("low"))
        .select("rule", "place"),
        joined["dose"].filter(pl.col("amount") > pl.col("high")).select("rule", "place"),
        joined["contraindication"]
        .join(disease, left_on=["number", "other"], right_on=["number", "code"])
        .select("rule", "place")
        .unique(),
        item.group_by(month)
        .agg(pl.col("times").sum(), pl.col("place").max())
        .join(of("count"), on="code")
        .filter(pl.col("times") > pl.col("high"))
        .select("rule", "place"),
        joined["exclusion"]
        .join(item.select("code", "person", "institution"), left_on=["other", *month[1:]], right_on=month)
        .select("rule", "place")
        .unique(),
    ]
    rows = pl.concat(pl.collect_all(found, engine="streaming"))
    return f"{len(rows):,} findings (sum {(rows['place'] % 1000003).sum()})"


def read(folder: Path, what: str, claims: int, rules: int, table: int, memory: str) -> str:
    """A file in the electronic format: read, and written as Parquet."""
    from yakuba.services.claims.adapters import shelf
    from yakuba.services.claims.engine import making, reading

    count = max(100, claims // 100)
    file = b"".join(making.lines(iter(making.ordered(list(making.samples(count, seed=1))))))
    import time

    begun = time.process_time()
    faults: list = []
    told = reading.Told()
    with tempfile.TemporaryDirectory(dir=folder) as own, shelf.Writing(Path(own)) as writing:
        for one in reading.claims(file.splitlines(keepends=True), faults, told):
            writing.add(one)
    spent = time.process_time() - begun
    return f"{count:,} claims of {len(file) // count} bytes, {len(faults)} faults, {spent / count * 1e6:.0f} µs of CPU a claim"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=20_000)
    parser.add_argument("--rules", type=int, default=200)
    parser.add_argument("--table", type=int, default=32_000)
    parser.add_argument("--memory", default="400MB", help="of DuckDB's buffers")
    parser.add_argument("--single", action="store_true", help="also a query for each rule, and Polars")
    asked = parser.parse_args()
    steps = ["made", "import", "rules", "tables", *(["single", "polars"] if asked.single else [])]
    with tempfile.TemporaryDirectory() as folder:
        for what in steps:
            numbers = (str(asked.claims), str(asked.rules), str(asked.table), asked.memory)
            subprocess.run(
                [sys.executable, "-c", STEP, folder, what, *numbers], check=True, cwd=Path(__file__).parent
            )


if __name__ == "__main__":
    main()
