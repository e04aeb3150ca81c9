"""Rows per second of the robot in Chromium against plain HTTP, in one run: `.venv/bin/python benchmarks/robots.py`.

Both enter the same cases into the same sample core system, one after another, each row with its look-up. The
robot also verifies every field, compares the confirmation page and the stored values, and keeps two pictures;
"no pictures" shows what those cost. What the robot sends goes
through the egress, as in the product. Plain HTTP is the limit: it only sends requests. The fast lane is proved before,
and does what the robot does, with evidence in words; it also asks for the search page first.

With `--faults` instead: rows through the fault world of the tests (freezes and kills of workers and of the egress,
clock steps, late stores, dropped lines, log-outs), and one JSON line that says how many were entered twice, lost, or
left to a person, and why.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
FIGURES = PROJECT / "benchmarks" / "figures.json"
sys.path[:0] = [str(PROJECT / one) for one in (".", "src", "tests", "samples/coresystem/tests")]

from coresystem_client import Client  # noqa: E402
from coresystem_entries import ENTRIES  # noqa: E402

from yakuba.services.robots.adapters.chromium import ChromiumBrowser  # noqa: E402
from yakuba.services.robots.adapters.egress.client import EgressSession  # noqa: E402
from yakuba.services.robots.adapters.plain.browser import PlainBrowser  # noqa: E402
from yakuba.services.robots.adapters.plain.proving import ProvingBrowser, ProvingTarget  # noqa: E402
from yakuba.services.robots.contracts import EvidenceKind, Lane, RowState  # noqa: E402
from yakuba.services.robots.engine.player import ScenarioPlayer  # noqa: E402
from yakuba.services.robots.engine.runner import Runner  # noqa: E402
from yakuba.services.robots.tests import fault_world, town  # noqa: E402
from yakuba.services.robots.tests.memory import MemoryStore  # noqa: E402

MANY = 10  # so many rows without a browser for each with one
PHASES = ("lookup", "entering", "submitting", "confirm", "pictures")
COLUMNS = ("procedure", "fields", "how", "rows/s", "s/row", *(f"{phase} s" for phase in PHASES))


def robot(core: town.CoreSystem, code: str, first: int, rows: int, pictures: bool) -> dict[str, object]:
    """One run of the robot; two rows before it warm browser and session up."""
    kinds = tuple(EvidenceKind) if pictures else ()
    target, numbers = core.base.partition("//")[2], itertools.count(1)
    way_out = EgressSession(core.database.parent / "egress", "", lambda _: next(numbers), [target])
    with way_out, ChromiumBrowser(["127.0.0.1"], way_out=way_out.address) as browser:
        player = ScenarioPlayer(town.scenario(code), browser, town.SECRETS, core.base)
        Runner(MemoryStore(town.rows(code, 2, first)), player, pictures=kinds).run()
        report = Runner(MemoryStore(town.rows(code, rows, first + 2)), player, pictures=kinds).run()
    if report.counts != {RowState.ENTERED: rows}:
        raise SystemExit(f"{code}: {report}")
    phases = {f"{phase} s": round(report.seconds.get(phase, 0.0) / rows, 3) for phase in PHASES}
    return {"how": "robot" if pictures else "robot, no pictures", "s/row": report.seconds_per_row, **phases}


def fast_lane(core: town.CoreSystem, code: str, first: int, rows: int) -> dict[str, object]:
    """The same rows in the fast lane, proved before; two rows warm the session up."""
    target, numbers = core.base.partition("//")[2], itertools.count(1)
    scenario = town.scenario(code)
    with EgressSession(
        core.database.parent / "fast", code, lambda least: least + next(numbers), [target]
    ) as way_out:
        with ProvingBrowser(["127.0.0.1"], way_out=way_out.address) as browser:
            proving = ProvingTarget(scenario, browser, town.SECRETS, core.base)
            proving.cut = way_out.open
            way_out.open()
            Runner(MemoryStore(town.rows(code, 1, first)), proving, egress=way_out, rehearse=True).run()
        if browser.differences or browser.proved != 1:
            raise SystemExit(f"{code}: {browser.differences}")
        plain = PlainBrowser(["127.0.0.1"], way_out.address, 20.0, browser.pages, browser.agent)
        player = ScenarioPlayer(scenario, plain, town.SECRETS, core.base, forms=proving.forms, lane=Lane.FAST)
        made = town.rows(code, rows, first + 2)
        Runner(MemoryStore(town.rows(code, 2, first)), player, egress=way_out).run()
        report = Runner(MemoryStore(made), player, egress=way_out).run()
        plain.close()
    if report.counts != {RowState.ENTERED: rows}:
        raise SystemExit(f"{code}: {report}")
    phases = {f"{phase} s": round(report.seconds.get(phase, 0.0) / rows, 3) for phase in PHASES}
    return {"how": "fast lane", "s/row": report.seconds_per_row, **phases}


def plain_http(core: town.CoreSystem, code: str, first: int, rows: int) -> dict[str, object]:
    """The same requests without a browser: look-up, three pages, commit, detail."""
    client = Client(int(core.base.rsplit(":", 1)[1]))
    client.login(password=town.SECRETS["パスワード"])
    began = time.perf_counter()
    for serial in range(first, first + rows):
        receipt = town.receipt_number(serial)
        client.get(f"/{code}/search?uketsuke_no={receipt}")
        pages = [
            {**page, **({"uketsuke_no": receipt} if n == 0 else {})}
            for n, page in enumerate(ENTRIES[code][0])
        ]
        number = client.enter(code, pages).registration_number
        client.get(f"/{code}/detail/{number}")
    client.close()
    return {"how": "plain HTTP", "s/row": (time.perf_counter() - began) / rows}


def measure(core: town.CoreSystem, rows: int, fast_only: bool = False) -> list[dict[str, object]]:
    """One line for each procedure and way."""
    table: list[dict[str, object]] = []
    first = 1
    ways: tuple[Callable[[str, int], dict[str, object]], ...] = (
        lambda code, start: plain_http(core, code, start, MANY * rows),
        lambda code, start: fast_lane(core, code, start, MANY * rows),
        lambda code, start: robot(core, code, start, rows, False),
        lambda code, start: robot(core, code, start, rows, True),
    )
    for code in town.PROCEDURES:
        for way in ways[:2] if fast_only else ways:
            line = {"procedure": code, "fields": len(town.fields(code)), **way(code, first)}
            seconds = float(str(line["s/row"]))
            table.append(line | {"s/row": round(seconds, 4), "rows/s": round(1 / seconds, 2)})
            first += MANY * rows + 2
    return table


def faults(rows: int, worlds: int, seed: int, database: str, write: bool) -> int:
    """Rows spread over worlds that stand side by side. 0 when none was lost and none entered twice."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(worlds) as threads:
        shares = [rows // worlds + (one < rows % worlds) for one in range(worlds)]
        places = [Path(folder) / str(one) for one in range(worlds)]
        for place in places:
            place.mkdir()
        seeds = range(seed, seed + worlds)
        found = sum(
            threads.map(fault_world.turn, places, shares, seeds, [database] * worlds), fault_world.Figures()
        )
    figures = {
        "entered_rows": found.rows,
        "entered_twice": found.twice,
        "entered_lost": found.lost,
        "with_a_person": found.with_a_person,
    }
    told = {
        "with_a_person_needlessly": found.needlessly,
        "database": database,
        "seed": seed,
        "states": found.states,
        "reasons": found.reasons,
    }
    print(json.dumps({**figures, **told, **found.happened}, ensure_ascii=False))
    if write:
        known = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.is_file() else {}
        text = json.dumps({**known, **figures}, ensure_ascii=False, indent=2, sort_keys=True)
        FIGURES.write_text(text + "\n", encoding="utf-8")
    return int(bool(found.twice or found.lost or found.rows != rows))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20)
    parser.add_argument("--fast", action="store_true", help="only plain HTTP and the fast lane")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--faults", type=int, metavar="ROWS", help="through the fault world instead")
    parser.add_argument("--worlds", type=int, default=2, help="with --faults: side by side")
    parser.add_argument("--seed", type=int, default=1, help="with --faults: of the first world")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument(
        "--write", action="store_true", help="with --faults: put them into benchmarks/figures.json"
    )
    options = parser.parse_args()
    if options.faults:
        return faults(options.faults, options.worlds, options.seed, options.database, options.write)
    with tempfile.TemporaryDirectory() as folder:
        core = town.CoreSystem.start(Path(folder))
        try:
            table = measure(core, options.rows, options.fast)
        finally:
            core.stop()
    if options.json:
        print(json.dumps(table, ensure_ascii=False))
        return 0
    widths = [max(len(name), *(len(str(line.get(name, ""))) for line in table)) for name in COLUMNS]
    for line in [dict(zip(COLUMNS, COLUMNS, strict=True)), *table]:
        print(
            "  ".join(
                str(line.get(name, "")).ljust(width) for name, width in zip(COLUMNS, widths, strict=True)
            )
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
