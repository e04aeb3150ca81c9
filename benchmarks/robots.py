"""Rows per second of the robot in Chromium against plain HTTP, in one run: `.venv/bin/python benchmarks/robots.py`.

Both enter the same cases into the same sample core system, one after another, each row with its look-up. The
robot also verifies every field, compares the confirmation page and the stored values, and keeps two pictures;
"no pictures" shows what those cost. What the robot sends goes
through the egress, as in the product. Plain HTTP is the limit: it only sends requests.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / "src"), str(PROJECT / "samples" / "coresystem" / "tests")]

from coresystem_client import Client  # noqa: E402
from coresystem_entries import ENTRIES  # noqa: E402

from yakuba.services.robots.adapters.chromium import ChromiumBrowser  # noqa: E402
from yakuba.services.robots.adapters.egress.client import EgressSession  # noqa: E402
from yakuba.services.robots.contracts import EvidenceKind, RowState  # noqa: E402
from yakuba.services.robots.engine.player import ScenarioPlayer  # noqa: E402
from yakuba.services.robots.engine.runner import Runner  # noqa: E402
from yakuba.services.robots.tests import town  # noqa: E402
from yakuba.services.robots.tests.memory import MemoryStore  # noqa: E402

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


def measure(core: town.CoreSystem, rows: int) -> list[dict[str, object]]:
    """One line for each procedure and way."""
    table: list[dict[str, object]] = []
    first = 1
    ways: tuple[Callable[[str, int], dict[str, object]], ...] = (
        lambda code, start: plain_http(core, code, start, rows),
        lambda code, start: robot(core, code, start, rows, False),
        lambda code, start: robot(core, code, start, rows, True),
    )
    for code in town.PROCEDURES:
        for way in ways:
            line = {"procedure": code, "fields": len(town.fields(code)), **way(code, first)}
            seconds = float(str(line["s/row"]))
            table.append(line | {"s/row": round(seconds, 4), "rows/s": round(1 / seconds, 2)})
            first += rows + 2
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        core = town.CoreSystem.start(Path(folder))
        try:
            table = measure(core, options.rows)
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
