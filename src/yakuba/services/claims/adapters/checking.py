"""All rules at once over all claims, in DuckDB: one query for each kind of check, whose rows are rules.

A rule is kind × row × effective dates: the town's own rules and the published tables (a million rows) are rows of the same
table. What stands on the page is never a text in a query: rules are data, and the queries are these.

`place` is claim × LINES + line: where something stands, in one number that sorts as the files do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from yakuba.services.claims.contracts import CLAIMS, LINES

MEMORY = "400MB"  # of DuckDB's buffers; the process takes about half as much again
THREADS = 2
SHARE = 0.01  # of all claims: a rule that finds more is capped and named
TABLE_SHARE = 0.1  # the same for all rows of a table together
LEAST = 20  # claims that a rule may find in however few
Alike = Callable[[tuple[str, str, str], tuple[str, str, str]], bool]  # name, kana, birth of two persons
KEPT = 20  # findings that are kept of a rule above it
TABLE = 10_000_000_000  # a row of the n-th check table is rule n × TABLE + code


@cache
def statements() -> dict[str, list[str]]:
    """The statements of `checks.sql` by their heading: `prepare`, and each kind of check."""
    text = (Path(__file__).parent / "checks.sql").read_text(encoding="utf-8")
    text = text.replace("$lines", str(LINES)).replace("$claims", str(CLAIMS))
    found: dict[str, list[str]] = {}
    for part in re.split(r"^-- (?=prepare$|people$|pairs$|codes$|kind: )", text, flags=re.M)[1:]:
        head, _, body = part.partition("\n")
        found[head.removeprefix("kind: ")] = [one.strip() for one in body.split(";") if one.strip()]
    return found


@dataclass(frozen=True)
class Source:
    """The files of one claim file, in the order of the run: its place is theirs. claims, items, diseases: Parquet."""

    claims: Path
    items: Path
    diseases: Path


@dataclass(frozen=True)
class TableFile:
    """A check table as Parquet. starts, ends: months of treatment for which this edition holds."""

    path: Path
    starts: int = 0
    ends: int = 999_912


@dataclass(frozen=True)
class Row:
    """A finding. rule: of the town's rules its place from 1, of tables table × TABLE + code; place, other: claim × LINES + line, 0
    for none; value: points × times of the group; measured: what was counted or compared."""

    rule: int
    place: int
    other: int
    code: int
    value: int | None
    measured: float


@dataclass(frozen=True)
class Tally:
    """What a rule found. claims: how many; capped: whether it is above the share that a rule may find."""

    findings: int
    claims: int
    capped: bool


class Checking:
    """Claims and rules in DuckDB, for a work that has a folder. Close it."""

    def __init__(self, folder: Path, *, memory: str = MEMORY, threads: int = THREADS) -> None:
        import duckdb

        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory, "threads": str(threads), "temp_directory": str(folder / "spilt"),
            "autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "preserve_insertion_order": "false",
        }  # fmt: skip
        self.con = duckdb.connect(str(folder / "claims.duckdb"), config=settings)
        self.con.execute("SET enable_progress_bar = false")

    def close(self) -> None:
        """Let go of the file."""
        self.con.close()

    def rules(self, rows: Any, tables: Sequence[TableFile] = (), members: Sequence[Path] = ()) -> None:
        """Take the rules: rows as an Arrow table (rule, kind, code, other, low, high, unit, span, starts, ends, mark), check
        tables by their numbers from 1, and eligibility."""
        con = self.con
        con.register("town_rules", rows)
        con.execute(
            "CREATE TABLE rule AS SELECT * REPLACE (code::BIGINT AS code, other::BIGINT AS other) FROM town_rules"
        )
        con.execute("CREATE TABLE member_of(grp BIGINT, code BIGINT, starts INT, ends INT)")
        for number, one in enumerate(tables, start=1):
            held = [one.starts, one.ends, str(one.path)]
            con.execute(
                "INSERT INTO rule SELECT ? + code, kind, code, other, low, high, unit, span, greatest(starts, ?), least(ends, ?), mark "
                "FROM read_parquet(?) WHERE kind <> 'group'",
                [number * TABLE, *held],
            )
            con.execute(
                "INSERT INTO member_of SELECT other, code, greatest(starts, ?), least(ends, ?) FROM read_parquet(?) WHERE kind = 'group'",
                held,
            )
        con.execute(
            "CREATE TABLE member(person BIGINT, household VARCHAR, branch VARCHAR, birth INT, since INT, until INT, benefit INT, payer VARCHAR)"
        )
        for path in members:
            con.execute(
                "INSERT INTO member SELECT person, ltrim(insurer, '0') || '|' || trim(symbol) || '|' || ltrim(number, '0'), ltrim(branch, '0'), "
                "try_cast(replace(birth, '-', '') AS INT), since, until, benefit, payer FROM read_parquet(?)",
                [str(path)],
            )

    def claims(
        self, sources: Sequence[Source], months: Sequence[int] = (), before: Sequence[int] = ()
    ) -> int:
        """Take the claims of these files and months (all where none are given); how many. before: months that are only looked
        back to (縦覧)."""
        for name in ("claims", "items", "diseases"):
            parts = " UNION ALL ".join(
                f"SELECT {at}::BIGINT AS place, * FROM read_parquet('{_quoted(getattr(one, name))}')"  # noqa: S608
                for at, one in enumerate(sources, start=1)
            )
            self.con.execute(f"CREATE TEMP VIEW {name[:-1]}_files_all AS {parts}")
        read = {*months, *before} if months else set()
        wanted = f"WHERE month IN ({','.join(map(str, map(int, read)))})" if read else ""
        self.con.execute(f"CREATE TEMP VIEW claim_files AS SELECT * FROM claim_files_all {wanted}")  # noqa: S608
        for name in ("item", "disease"):
            within = " SEMI JOIN claim_files c ON c.place = x.place AND c.number = x.number" if read else ""
            self.con.execute(f"CREATE TEMP VIEW {name}_files AS SELECT x.* FROM {name}_files_all x{within}")  # noqa: S608
        for statement in statements()["prepare"]:
            self.con.execute(statement)
        self._months = list(map(int, months))
        asked = "WHERE list_contains(?, month)" if months else "WHERE len(?) = 0"
        counted = self.con.execute(f"SELECT count(*) FROM claim_all {asked}", [self._months])  # noqa: S608
        return int(counted.fetchall()[0][0])

    def check(
        self, told: Callable[[int, int, str], None] = lambda *_: None, alike: Alike | None = None
    ) -> None:
        """Every kind of check that a rule is of, one query each. alike: whether two persons may be one, for the kind `near`, of
        which the query only gives who could be."""
        kinds = [
            row[0] for row in self.con.execute("SELECT DISTINCT kind FROM rule ORDER BY kind").fetchall()
        ]
        for at, kind in enumerate(kinds):
            told(at, len(kinds), kind)
            self.con.execute("INSERT INTO found " + statements()[kind][0])
            if kind == "near" and alike is not None:
                self._keep_alike(alike)
        if self._months:
            self.con.execute(
                f"DELETE FROM found WHERE place // {LINES} NOT IN (SELECT claim FROM claim_all WHERE list_contains(?, month))",  # noqa: S608
                [self._months],
            )

    def _keep_alike(self, alike: Alike) -> None:
        """Of the possible pairs of persons, those that are alike."""
        pairs = self.con.execute(statements()["pairs"][0]).fetchall()
        wrong = [told[:3] for told in pairs if not alike(tuple(told[3:6]), tuple(told[6:]))]
        if not wrong:
            return
        import pyarrow as pa

        columns = zip(("rule", "place", "other"), zip(*wrong, strict=True), strict=True)
        self.con.register("wrong", pa.table({name: pa.array(part, pa.int64()) for name, part in columns}))
        self.con.execute(
            "DELETE FROM found USING wrong w WHERE found.rule = w.rule AND found.place = w.place AND found.other = w.other"
        )

    def people(self, claims: Sequence[int]) -> dict[int, dict[str, Any]]:
        """Who and where of these claims: institution, its name, the person's name and birth, month."""
        found = self.con.execute(statements()["people"][0], [list(claims)])
        names = [one[0] for one in found.description]
        return {row[0]: dict(zip(names, row, strict=True)) for row in found.fetchall()}

    def codes(self, places: Sequence[int]) -> dict[int, int]:
        """The codes of items and diseases that stand at these places."""
        return dict(self.con.execute(statements()["codes"][0], [list(places), list(places)]).fetchall())

    def tallies(self, claims: int) -> dict[int, Tally]:
        """What each rule found. A row of a table is capped as a rule is, and all of a table where it finds in a tenth of all
        claims."""
        rows = self.con.execute(
            f"SELECT rule, count(*), count(DISTINCT place // {LINES}) FROM found GROUP BY rule"  # noqa: S608
        ).fetchall()
        whole = self.con.execute(
            f"SELECT rule // {TABLE}, count(DISTINCT place // {LINES}) FROM found WHERE rule >= {TABLE} GROUP BY 1"  # noqa: S608
        ).fetchall()
        most, wide = (
            max(LEAST, claims * SHARE),
            {table for table, found in whole if found > max(LEAST, claims * TABLE_SHARE)},
        )
        return {
            rule: Tally(findings, found, found > most or rule // TABLE in wide)
            for rule, findings, found in rows
        }

    def rows(self, capped: Sequence[int] = ()) -> Iterator[Row]:
        """The findings, by their place; of rules in `capped` the first few."""
        import pyarrow as pa

        self.con.register("capped", pa.table({"rule": pa.array(capped, pa.int64())}))
        read = self.con.execute(
            f"SELECT rule, place, other, code, value, measured FROM found WHERE rule NOT IN (SELECT rule FROM capped) UNION ALL "  # noqa: S608
            f"SELECT rule, place, other, code, value, measured FROM (SELECT *, row_number() OVER (PARTITION BY rule ORDER BY place, code) AS n "
            f"FROM found WHERE rule IN (SELECT rule FROM capped)) WHERE n <= {KEPT} ORDER BY place, rule, code, other, measured"
        )
        while part := read.fetchmany(10_000):
            for row in part:
                yield Row(*row)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def rule_rows(checks: Sequence[tuple[int, Any]]) -> Any:
    """Rules as `Checking.rules` takes them. checks: number of the rule and one of its rows (`engine.tables.Check`)."""
    import pyarrow as pa

    from yakuba.services.claims.adapters.tables import CHECKS

    columns: dict[str, Any] = {"rule": pa.array([number for number, _ in checks], pa.int64())}
    for name, kind in CHECKS.items():
        columns[name] = pa.array([getattr(one, name) for _, one in checks], getattr(pa, kind)())
    return pa.table(columns)
