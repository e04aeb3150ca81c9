"""A row store in memory, for tests and the benchmark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from yakuba.services.robots.contracts import Evidence, Row
from yakuba.services.robots.engine.states import OPEN


class MemoryStore:
    """Keeps rows in a dict; `evidence` and `saved` list what came in, in order."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = {row.number: row for row in rows}
        self.evidence: list[tuple[int, Evidence]] = []
        self.saved: list[Row] = []

    def open_rows(self) -> Sequence[int]:
        return sorted(number for number, row in self.rows.items() if row.state in OPEN)

    def load(self, number: int) -> Row:
        return self.rows[number]

    def save(self, row: Row) -> None:
        self.rows[row.number] = row
        self.saved.append(row)

    def keep(self, number: int, evidence: Evidence) -> None:
        self.evidence.append((number, evidence))
