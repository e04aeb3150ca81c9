"""A measured trace as a table → how many packets, how many lost, in how many bursts. In constant memory, faults by line.

Two kinds: a column 抜け of 0 (arrived) and 1 (lost), a row a packet; or a column 番号 with the sequence numbers of those that
arrived, in the order of their arrival: what is missing between them was lost. Numbers may come late by up to WINDOW rows, twice, and
begin again at 0 after 65535 (RTP).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from yakuba.kernel.definitions import Problem
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tables.columns import Column
from yakuba.kernel.tables.reading import Row
from yakuba.kernel.values.widths import WIDTHS
from yakuba.services.simulators.engine.loss.gilbert import Channel, Count, fit

LOST, NUMBER = "抜け", "番号"
COLUMNS = (
    Column(LOST, ("lost", "loss", "欠落", "損失")),
    Column(NUMBER, ("seq", "sequence", "連番", "シーケンス番号")),
)
MOST_ROWS = 40_000  # about 0.3 s of a processor
MOST_GAP = 10_000  # packets missing in one place
MOST_BACK = 1_000  # numbers by which one may come late: further back the sender has begun anew
WINDOW = 64
MOST_FAULTS = 50
WRAP = 65_536


@dataclass(frozen=True)
class Trace:
    """What was counted, and what of the rows was late or came twice."""

    counted: Count
    late: int
    twice: int


@dataclass
class _Runs:
    """Counts packets as they come, with the state of the last one alone."""

    packets: int = 0
    lost: int = 0
    bursts: int = 0
    in_burst: bool = False

    def arrived(self) -> None:
        self.packets += 1
        self.in_burst = False

    def missing(self, number: int) -> None:
        if number:
            self.packets, self.lost = self.packets + number, self.lost + number
            self.bursts += not self.in_burst
            self.in_burst = True


def kind_of(headings: Sequence[str]) -> str:
    """Which of the two a table with these headings is. Raises Invalid where it is neither."""
    for kind in (LOST, NUMBER):
        if kind in headings:
            return kind
    told = f"「{LOST}」（0か1）か「{NUMBER}」（届いたパケットの番号）の列がありません。"
    raise Invalid(f"{told}1行目に見出しを書いてください。")


def read_trace(rows: Iterable[Row], kind: str, problems: list[Problem]) -> Trace:
    """Count the rows of a table of that kind. `problems` takes what is wrong, and reading ends at MOST_FAULTS of it; then the counts are
    of no use. Raises Invalid for too many rows."""
    runs, faults = _Runs(), 0
    order = _Order(runs)
    for at, row in enumerate(rows, start=1):
        if at > MOST_ROWS:
            raise Invalid(
                f"{MOST_ROWS:,}行までにしてください。期間を区切ったファイルに分けると調べられます。"
            )
        reason = _flag(row, runs) if kind == LOST else order.take(row)
        if reason:
            problems.append(Problem(row.line, kind, reason))
            faults += 1
            if faults >= MOST_FAULTS:
                break
    order.finish()
    return Trace(Count(runs.packets, runs.lost, runs.bursts), order.late, order.twice)


def _flag(row: Row, runs: _Runs) -> str:
    text = WIDTHS["半角"](row.cells[LOST])
    if text == "0":
        runs.arrived()
    elif text == "1":
        runs.missing(1)
    else:
        return f"「{text[:20]}」は0（届いた）か1（抜けた）で書いてください。"
    return ""


class _Order:
    """Puts numbers in order within a window, so that one that comes late is not taken for lost."""

    def __init__(self, runs: _Runs) -> None:
        self.late = self.twice = 0
        self._runs, self._heap, self._last, self._newest, self._turns = runs, list[int](), -1, -1, 0

    def take(self, row: Row) -> str:
        """Why the row cannot be used; empty where it can."""
        text = WIDTHS["半角"](row.cells[NUMBER])
        if not (text.isascii() and text.isdigit()) or len(text) > 12:
            return f"「{text[:20]}」は0以上の整数で書いてください。"
        number = self._unwrapped(int(text))
        if self._newest >= 0 and number - self._newest > MOST_GAP:
            return f"番号が{self._newest}から{number}へ飛んでいます（{MOST_GAP:,}まで）。番号の列か確かめてください。"
        if self._newest - number > MOST_BACK:
            return (
                f"番号が{self._newest}から{number}へ戻っています。測り直した所で、ファイルを分けてください。"
            )
        self.late += number < self._newest
        self._newest = max(self._newest, number)
        heapq.heappush(self._heap, number)
        if len(self._heap) > WINDOW:
            self._pass(heapq.heappop(self._heap))
        return ""

    def _unwrapped(self, number: int) -> int:
        """RTP's numbers have 16 bits: a fall by more than half of them is another turn."""
        found = number + self._turns * WRAP
        if self._turns or self._newest < WRAP:
            if self._newest - found > WRAP // 2 and number < WRAP:
                self._turns += 1
                found += WRAP
            elif self._turns and found - self._newest > WRAP // 2:
                found -= WRAP  # a late one of the turn before
        return found

    def _pass(self, number: int) -> None:
        if number <= self._last:
            self.twice += 1  # twice, or later than the window: counted as lost already
            return
        if self._last >= 0:
            self._runs.missing(number - self._last - 1)
        self._runs.arrived()
        self._last = number

    def finish(self) -> None:
        """What still waits in the window."""
        while self._heap:
            self._pass(heapq.heappop(self._heap))


def fitted(trace: Trace) -> Channel:
    """The channel of a trace. Raises Invalid where it says nothing of one."""
    counted = trace.counted
    if counted.packets < 2:
        raise Invalid(
            f"記録が{counted.packets}個なので、当てはめられません。1行目に見出し、2行目から測った値を書いてください。"
        )
    if not counted.lost:
        raise Invalid(
            f"{counted.packets:,}個のうち抜けが1つもないので、当てはめられません。抜けのある時間の記録を選んでください。"
        )
    if counted.lost >= counted.packets:
        raise Invalid(
            "すべて抜けているので、当てはめられません。0が届いた、1が抜けたの印か確かめてください。"
        )
    return fit(counted)
