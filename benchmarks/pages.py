"""How long staff wait for a page: `.venv/bin/python benchmarks/pages.py [--cases 100000] [--people 20] [--seconds 120]`.

The demo town with so many cases of thirteen fields, and `yakuba web` in a process of its own on SQLite (with
YAKUBA_DATABASE_URL, on that empty PostgreSQL database). So many people click at once, each 5 s after the last page came
(exponentially spread): the list of cases as it is, further on, sorted and searched; cases; the search over everything;
and whatever the menu leads to. Printed for each kind: pages, milliseconds until the whole page is here (median, 95 of 100,
longest), and CPU milliseconds of the web process for a page of any kind.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT), str(PROJECT / "src")]
PROCEDURE = "bus-pass"
ACCOUNTS = ("madoguchi", "robot", "kacho", "kanri")
THINKING = 5.0  # seconds between two clicks of a person, on average
FAMILY = ("佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤", "吉田", "山田")
FAMILY_KANA = ("サトウ", "スズキ", "タカハシ", "タナカ", "イトウ", "ワタナベ", "ヤマモト", "ナカムラ", "コバヤシ", "カトウ",
               "ヨシダ", "ヤマダ")  # fmt: skip
GIVEN, GIVEN_KANA = (
    ("花子", "太郎", "葵", "湊", "凛", "蓮"),
    ("ハナコ", "タロウ", "アオイ", "ミナト", "リン", "レン"),
)
TOWNS = ("緑町", "中央", "本町", "栄町", "港町", "若葉台")


def values(chance: random.Random) -> dict[str, str]:
    """What somebody wrote into the form, in canonical form."""
    family, given = chance.randrange(len(FAMILY)), chance.randrange(len(GIVEN))
    day = f"2026-{chance.randrange(4, 12):02}-{chance.randrange(1, 29):02}"
    return {
        "application_date": day,
        "kana": f"{FAMILY_KANA[family]}{GIVEN_KANA[given]}",
        "name": f"{FAMILY[family]}{GIVEN[given]}",
        "birth": f"{chance.randrange(1930, 2015)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
        "postal_code": f"{chance.randrange(10**7):07}",
        "address": f"やくば市{chance.choice(TOWNS)}{chance.randrange(1, 9)}-{chance.randrange(1, 40)}",
        "phone": f"0{chance.randrange(10**8, 10**9)}",
        "category": chance.choice(("elderly", "disabled", "returned", "student")),
        "routes": chance.choice(("east", "west", "loop")),
        "period": chance.choice(("month1", "month3", "month6")),
        "start_date": day,
        "delivery": chance.choice(("counter", "post")),
    }


def fill(many: int) -> list[str]:
    """The town with so many cases; the session cookies of its staff. In the process that calls it."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection, transaction
    from django.test import Client
    from django.utils import timezone

    from yakuba.config.setup import prepare
    from yakuba.demo import town
    from yakuba.kernel.ledger.models import Case, CaseEvent, CaseValue, Procedure, name_cases
    from yakuba.kernel.ledger.workflow import Status
    from yakuba.kernel.search.indexing import rebuild
    from yakuba.kernel.values import receipt_numbers

    prepare()
    town.load_town("http://127.0.0.1:8100")
    chance, now = random.Random(11), timezone.now()
    with town.in_yakuba_city() as city, transaction.atomic():
        procedure = Procedure.objects.get(code=PROCEDURE)
        states = [Status.READY, Status.CONFIRMING, Status.ENTERED, Status.ENTERED, Status.DONE]
        for start in range(0, many, 10_000):
            eights = [f"{8_000_000 + n:08}" for n in range(start, min(many, start + 10_000))]
            numbers = [eight + receipt_numbers.check_digits(eight) for eight in eights]
            made = Case.objects.bulk_create(
                Case(
                    municipality=city,
                    procedure=procedure,
                    receipt_number=number,
                    status=chance.choice(states),
                )
                for number in numbers
            )
            for case in made:
                case.written = {"receipt_number": case.receipt_number, **values(chance)}
            common = {"municipality_id": city.pk}
            rows = [
                common | {"case_id": case.pk, "field": field, "value": value, "trusted": True, "origin": "reading",
                          "source": "{}", "confirmed_by_id": None, "confirmed_at": None}
                for case in made for field, value in case.written.items()
            ]  # fmt: skip
            _insert(connection, CaseValue, rows)
            events = [
                common | {"case_id": case.pk, "kind": kind, "at": now, "actor": "machine", "user_id": None,
                          "seconds": 1.0, "details": "{}"}
                for case in made for kind in ("reading.read", "ledger.ready", "robots.entered")
            ]  # fmt: skip
            _insert(connection, CaseEvent, events)
        name_cases(procedure)
    with town.in_yakuba_city():
        rebuild("ledger.cases")  # as the job does it at night; some minutes for so many
    cookies = []
    for name in ACCOUNTS:
        client = Client()
        client.force_login(town.user(name))
        cookies.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return cookies


def _insert(connection: Any, model: Any, rows: Sequence[dict[str, Any]]) -> None:
    names = list(rows[0])
    columns, marks = ", ".join(f'"{one}"' for one in names), ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({marks})",
            [tuple(row.values()) for row in rows],
        )


@contextmanager
def web(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """`yakuba web`, answering."""
    process = subprocess.Popen([sys.executable, "-m", "yakuba", "web"], env=environment)
    try:
        while True:
            with suppress(OSError, http.client.HTTPException):
                if Person(int(environment["YAKUBA_PORT"]), "").page("/login/")[0] == 200:
                    break
            assert process.poll() is None
            time.sleep(0.3)
        yield process
    finally:
        process.terminate()
        process.wait(60)


class Person:
    """A browser that asks for pages alone and keeps its connection."""

    def __init__(self, port: int, cookie: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._cookie = cookie

    def page(self, path: str) -> tuple[int, str]:
        """Status and text, behind all redirects."""
        for _ in range(5):
            answer = self._ask(path)
            text = answer.read().decode(errors="replace")
            if answer.status not in (301, 302):
                return answer.status, text
            path = urljoin(path, answer.headers["Location"])
        raise RuntimeError(f"too many redirects: {path}")

    def _ask(self, path: str) -> http.client.HTTPResponse:
        for attempt in (1, 2):  # an idle connection may have been closed meanwhile, as a browser's is
            try:
                self._connection.request("GET", path, headers={"Cookie": f"sessionid={self._cookie}"})
                return self._connection.getresponse()
            except (http.client.RemoteDisconnected, ConnectionError):
                self._connection.close()
                if attempt == 2:
                    raise
        raise AssertionError


def click(
    person: Person, chance: random.Random, menu: Sequence[str], many: int, first: int
) -> tuple[str, str]:
    """A kind of page, and one of it."""
    word = quote(chance.choice(FAMILY) + chance.choice(GIVEN))
    return chance.choices(
        (
            ("case", f"/cases/{first + chance.randrange(many)}/"),
            ("list", "/cases/?sort=procedure"),
            ("list, further on", f"/cases/?sort=procedure&page={chance.randrange(2, max(3, many // 50))}"),
            ("list by name", "/cases/?sort=name"),
            ("list, searched", f"/cases/?text={word}"),
            ("search", f"/search/?text={word}"),
            ("menu", chance.choice(menu)),
        ),
        (25, 10, 5, 5, 10, 5, 40),
    )[0]


def visit(
    port: int,
    cookie: str,
    seed: int,
    until: float,
    menu: Sequence[str],
    many: int,
    first: int,
    seen: list[Any],
) -> None:
    chance, person = random.Random(seed), Person(port, cookie)
    time.sleep(chance.random() * THINKING)
    while time.monotonic() < until:
        kind, path = click(person, chance, menu, many, first)
        began = time.perf_counter()
        status, _ = person.page(path)
        seen.append((kind, path, status, (time.perf_counter() - began) * 1000))
        time.sleep(chance.expovariate(1 / THINKING))


def cpu(pid: int) -> float:
    """CPU seconds of a process and its children so far."""
    found = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(stat.parent.name) == pid or int(fields[1]) == pid:
                found += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return found


def line(kind: str, times: Sequence[float]) -> dict[str, Any]:
    ranked = sorted(times)
    p95 = ranked[min(len(ranked) - 1, int(len(ranked) * 0.95))]
    return {
        "kind": kind,
        "pages": len(ranked),
        "median": round(ranked[len(ranked) // 2]),
        "p95": round(p95),
        "longest": round(ranked[-1]),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--filled", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.filled:
        print(json.dumps(fill(given.filled)))
        return
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
        probe.close()
        environment = os.environ | {
            "YAKUBA_DATA_DIR": folder, "YAKUBA_PORT": str(port), "YAKUBA_OUTBOUND_HOSTS": "127.0.0.1:8100",
            "DJANGO_SETTINGS_MODULE": "yakuba.config.settings", "PYTHONPATH": f"{PROJECT}/src",
        }  # fmt: skip
        command = [sys.executable, __file__, "--filled", str(given.cases)]
        cookies = json.loads(
            subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout.splitlines()[
                -1
            ]
        )
        with web(environment) as process:
            report(given, port, cookies, process.pid)


def menu(person: Person) -> list[str]:
    """Where the menu leads somebody, and the home page."""
    shown = re.findall(r'<nav class="nav nav--wide.*?</nav>', person.page("/")[1], re.DOTALL)[0]
    return ["/", *dict.fromkeys(re.findall(r'href="(/[^"]*)"', shown))]


def report(given: argparse.Namespace, port: int, cookies: list[str], pid: int) -> None:
    person = Person(port, cookies[-1])
    menus = {cookie: menu(Person(port, cookie)) for cookie in cookies}
    first = min(int(n) for n in re.findall(r'href="/cases/(\d+)/"', person.page("/cases/?sort=procedure")[1]))
    before, began, seen = cpu(pid), time.monotonic(), []
    threads = [
        threading.Thread(
            target=visit,
            args=(port, cookie, n, began + given.seconds, menus[cookie], given.cases, first, seen),
        )
        for n, cookie in ((n, cookies[n % len(cookies)]) for n in range(given.people))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    used = cpu(pid) - before
    refused = [one for one in seen if one[2] != 200]
    kinds = defaultdict(list)
    for kind, path, _, took in seen:
        kinds[f"menu {path}" if kind == "menu" else kind].append(took)
    table = [
        line("all", [took for *_, took in seen]),
        *(line(kind, times) for kind, times in sorted(kinds.items())),
    ]
    if given.json:
        print(
            json.dumps(
                {"pages": table, "cpu_ms_a_page": round(used / len(seen) * 1000), "refused": refused[:5]},
                ensure_ascii=False,
            )
        )
        return
    for row in table:
        print("{kind:44} {pages:5} {median:6} {p95:6} {longest:6}".format(**row))
    print(f"CPU ms of the web process a page {used / len(seen) * 1000:.0f}; not 200: {refused[:5]}")


if __name__ == "__main__":
    main()
