"""What the second wall costs: `.venv/bin/python benchmarks/row_security.py [--cases 20000] [--rounds 40]`.

The demo town with so many cases on a PostgreSQL server of its own, pages by Django's test client in this process. In each
round every page is asked once with the wall and once without it (row security off on all tables, and the connection told
nothing), first in one order, in the next round in the other. Printed for each page: milliseconds (median) with and without,
their ratio, and how often the server was told of a town.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT), str(PROJECT / "src"), str(PROJECT / "benchmarks")]
ROW = "{:24} {:>8} {:>8} {:>7} {:>6}"


def wall(up: bool) -> None:
    """Put it up, or take it down."""
    from django.db import connection

    from yakuba.kernel.tenancy import rowsecurity

    with connection.cursor() as cursor:
        for table in rowsecurity.conditions():
            cursor.execute(f'ALTER TABLE "{table}" {"ENABLE" if up else "DISABLE"} ROW LEVEL SECURITY')


def measure(cases: int, rounds: int) -> None:
    """Print the table."""
    from pages import fill  # benchmarks/pages.py

    fill(cases)
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from yakuba.demo import town
    from yakuba.kernel.ledger.models import Case
    from yakuba.kernel.postgresql.base import DatabaseWrapper

    settings.ALLOWED_HOSTS = ["testserver"]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client()
    with town.in_yakuba_city():
        client.force_login(town.user("kanri"))
        number = Case.objects.order_by("pk").values_list("pk", flat=True)[cases // 2]
    addresses = {
        "home": "/",
        "a case": f"/cases/{number}/",
        "list of cases": "/cases/?sort=procedure",
        "list, further on": "/cases/?sort=procedure&page=50",
        "list, by name": "/cases/?sort=name",
        "list, searched": "/cases/?text=佐藤花子",
        "search": "/search/?text=佐藤花子",
    }
    told: list[str] = []
    tell: Callable[[Any], None] = DatabaseWrapper.tell

    def counted(self: Any) -> None:
        before = self._told
        tell(self)
        if self._told != before:
            told.append(str(self._told))

    seen: dict[tuple[str, bool], list[float]] = {}
    counts: dict[str, int] = {}
    for turn in range(rounds + 2):  # the first two warm up
        for up in (True, False) if turn % 2 else (False, True):
            DatabaseWrapper.tell = tell  # type: ignore[method-assign]
            wall(up)
            DatabaseWrapper.tell = counted if up else (lambda self: None)  # type: ignore[method-assign, assignment]
            for name, address in addresses.items():
                told.clear()
                began = time.perf_counter()
                answer = client.get(address)
                took = (time.perf_counter() - began) * 1000
                assert answer.status_code == 200, (address, answer.status_code)
                if turn > 1:
                    seen.setdefault((name, up), []).append(took)
                if up:
                    counts[name] = len(told)
    DatabaseWrapper.tell = tell  # type: ignore[method-assign]
    print(ROW.format("page", "with", "without", "ratio", "told"))
    for name in addresses:
        with_it, without = median(seen[name, True]), median(seen[name, False])
        print(ROW.format(name, f"{with_it:.1f}", f"{without:.1f}", f"{with_it / without:.3f}", counts[name]))
    sums = [sum(median(seen[name, up]) for name in addresses) for up in (True, False)]
    print(ROW.format("all", f"{sums[0]:.1f}", f"{sums[1]:.1f}", f"{sums[0] / sums[1]:.3f}", ""))


def main() -> None:
    """In a process of its own, behind a server that lives as long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--measured", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measured:
        measure(given.cases, given.rounds)
        return
    from tests.postgresql_server import postgresql_server

    with tempfile.TemporaryDirectory() as folder, postgresql_server(durable=True) as server:
        environment = os.environ | {
            "YAKUBA_DATA_DIR": folder,
            "YAKUBA_DATABASE_URL": server.new_database("benchmark"),
            "YAKUBA_OUTBOUND_HOSTS": "127.0.0.1:8100",
            "DJANGO_SETTINGS_MODULE": "yakuba.config.settings",
            "PYTHONPATH": f"{PROJECT}/src",
        }
        command = [
            sys.executable,
            __file__,
            "--measured",
            "--cases",
            str(given.cases),
            "--rounds",
            str(given.rounds),
        ]
        subprocess.run(command, env=environment, check=True)


if __name__ == "__main__":
    main()
