"""The whole chain without a screen: scans in, values confirmed, cases entered, everything compared with the truth."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TypeVar

from yakuba.demo import town
from yakuba.demo.clerk import StandIn
from yakuba.demo.comparison import Comparison, LedgerValue, compare
from yakuba.demo.programs import CoreSystem, Pile, Workers
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.ledger.workflow import Status
from yakuba.services.reading import facade as reading
from yakuba.services.reform import facade as reform
from yakuba.services.robots import facade as robots

POLL = 0.5  # seconds; looking costs queries, and the workers need the processor more
ROUNDS = 5  # how often the robots are sent for what is left before it counts as lost
STANDSTILL = 300.0  # seconds without any progress after which the chain gives up

T = TypeVar("T")
OnProgress = Callable[[str, int, int], None]  # what, done, total


class ChainStuck(RuntimeError):
    """Nothing moved for a long time, or cannot move at all here; the argument says where and why."""


@dataclass(frozen=True)
class Result:
    """What one run of the chain came to. Times in seconds and minutes as named."""

    comparison: Comparison
    sheets: int
    kills: int
    reading_seconds: float
    entering_seconds: float
    rows: int
    minutes_by_hand: float
    minutes_now: float

    def to_json(self) -> dict[str, object]:
        """The figures of `yakuba demo --json`."""
        found = self.comparison
        return {
            "sheets": self.sheets,
            "fields": found.fields,
            "fields_auto": found.auto,
            "fields_person": found.person,
            "silent_errors": len(found.silent_errors),
            "cases_entered": found.entered,
            "cases_lost": len(found.lost),
            "cases_twice": len(found.twice),
            "core_errors": len(found.core_errors),
            "kills": self.kills,
            "sheets_per_minute": round(self.sheets / self.reading_seconds * 60, 1),
            "rows_per_second": round(self.rows / self.entering_seconds, 2) if self.rows else 0.0,
            "minutes_by_hand": round(self.minutes_by_hand, 1),
            "minutes_now": round(self.minutes_now, 1),
        }

    @property
    def good(self) -> bool:
        """Nothing lost, nothing twice, nothing silently wrong."""
        found = self.comparison
        return not (found.lost or found.twice or found.silent_errors or found.core_errors)


@dataclass
class Killer:
    """Kills a worker at random moments, spread over the whole chain; `progress` is its share done, 0..1."""

    workers: Workers
    moments: list[float] = field(default_factory=list)

    @classmethod
    def plan(cls, workers: Workers, number: int) -> Killer:
        """`number` moments that nobody can predict."""
        chance = random.SystemRandom()
        return cls(workers, sorted(chance.uniform(0.01, 0.97) for _ in range(number)))

    def tick(self, progress: float) -> None:
        """Keep the workers alive, and kill one when its moment has come."""
        self.workers.keep_alive()
        if self.moments and progress >= self.moments[0]:
            self.moments.pop(0)
            self.workers.kill_one()

    def finish(self) -> None:
        """Carry out what is left, so that the wanted number is reached."""
        while self.moments:
            self.tick(1.0)


def run_chain(
    pile: Pile, core: CoreSystem, workers: Workers, *, kills: int = 0, on_progress: OnProgress | None = None
) -> Result:
    """Put the pile through the house. やくば市 must be active and loaded. Raises ChainStuck."""
    tell = on_progress or (lambda *_: None)
    killer = Killer.plan(workers, kills)
    clerk = StandIn(pile, town.user("standin"))
    started = time.monotonic()
    batch = _upload(pile)
    _read(batch, pile.sheets, clerk, killer, tell)
    read = time.monotonic()
    _confirm(batch, clerk, killer, tell)
    confirmed = time.monotonic()
    rows = _enter(clerk, core, killer, tell)
    killer.finish()
    effect = reform.total(reform.effects())
    return Result(
        comparison=compare(pile.truth, _ledger_values(), core.stored()),
        sheets=pile.sheets,
        kills=workers.kills,
        reading_seconds=read - started,
        entering_seconds=time.monotonic() - confirmed,
        rows=rows,
        minutes_by_hand=effect.before,
        minutes_now=effect.person,
    )


def _upload(pile: Pile) -> int:
    with ExitStack() as stack:
        files = [(path.name, stack.enter_context(path.open("rb"))) for path in pile.files]
        return reading.upload(files, town.user("madoguchi"), name="見本の束")


def _read(batch: int, sheets: int, clerk: StandIn, killer: Killer, tell: OnProgress) -> None:
    for now in _until_standstill("読み取り", lambda: reading.batch_progress(batch)):
        done = now.sheets - now.waiting - now.blank
        tell("読み取り", min(done, sheets), sheets)
        killer.tick(0.5 * min(1.0, done / max(1, sheets)))
        if not clerk.retry_failed_jobs() and not now.running:
            return


def _confirm(batch: int, clerk: StandIn, killer: Killer, tell: OnProgress) -> None:
    """The stand-in works until nothing waits; sheets that it sorted are read again in between."""
    for now in _until_standstill("確認", lambda: (clerk.work(batch), reading.batch_progress(batch))[1]):
        tell("確認（人の代わり）", now.answered, now.answered + now.open + now.held)
        killer.tick(0.5)
        if not clerk.retry_failed_jobs() and not (now.running or now.open or now.problems):
            return


def _enter(clerk: StandIn, core: CoreSystem, killer: Killer, tell: OnProgress) -> int:
    if lacks := robots.obstacles():
        raise ChainStuck("読み取りと確認は済みましたが、ロボットを動かせません。" + " ".join(lacks))
    rows = 0
    for _ in range(ROUNDS):
        runs = [_start(code) for code in town.procedure_codes() if _waits(code)]
        if not runs:
            break
        rows += sum(robots.run_progress(run).total for run in runs)
        _follow(runs, clerk, core, killer, tell)
    return rows


def _waits(procedure: str) -> bool:
    return Case.objects.filter(procedure__code=procedure, status=Status.READY).exists()


def _start(procedure: str) -> int:
    return robots.start_run(procedure, town.user("robot"))


def _follow(runs: list[int], clerk: StandIn, core: CoreSystem, killer: Killer, tell: OnProgress) -> None:
    for now in _until_standstill("入力", lambda: [robots.run_progress(run) for run in runs]):
        decided = clerk.retry_failed_jobs() + sum(clerk.decide(run, core) for run in runs)
        done, total = sum(one.done for one in now), sum(one.total for one in now)
        tell("ロボットの入力", done, total)
        killer.tick(0.5 + 0.5 * done / max(1, total))
        for one in now:
            if one.state == "halted":  # the circuit breaker asks a person to look; the stand-in lets it go on
                robots.resume(one.run_id, town.user("robot"))
        if not decided and all(one.finished and one.state != "halted" for one in now):
            return


def _until_standstill(place: str, look: Callable[[], T]) -> Iterator[T]:
    """Yield what `look` gives, every POLL seconds. Raises ChainStuck when it was the same for STANDSTILL seconds."""
    seen, since = None, time.monotonic()
    while True:
        now = look()
        if now != seen:
            seen, since = now, time.monotonic()
        elif time.monotonic() - since > STANDSTILL:
            raise ChainStuck(f"{place}が{STANDSTILL:.0f}秒のあいだ進みません: {now}")
        yield now
        time.sleep(POLL)


def _ledger_values() -> Iterator[LedgerValue]:
    rows = CaseValue.objects.select_related("case__procedure")
    for row in rows.iterator(chunk_size=2000):
        case = (row.case.procedure.code, row.case.receipt_number)
        yield LedgerValue(case, row.field, row.value, row.origin == CaseValue.Origin.PERSON)
