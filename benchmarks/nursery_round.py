"""A big city's round through the nursery room: `.venv/bin/python benchmarks/nursery_round.py [--seed 1]`.

Draws 8,000 children and 311 facilities with samples/nursery-round/generate.py, loads them into an empty installation
in a throwaway folder, calculates and adopts the round, opens every page with Django's test client, takes every file
and makes the notices. For each step: wall and CPU seconds of this process, SQL queries, bytes that came out, and the
most memory that the process held meanwhile. --notices N: so many notices only, 0 for none.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice, product
from pathlib import Path
from random import Random
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / "src"), str(PROJECT / "samples" / "nursery-round")]
CITY = (8000, 311)
CHILDREN_A_HOUSEHOLD = 1.155  # of the generator
SEATS = 24.0  # of a facility: with 311, nine for ten children
FIRST_WORDS = "葉桜緑光星虹海空森泉花風月朝東西南北中上下大小新陽鶴亀松竹梅"
SECOND_WORDS = ("が丘", "が原", "町", "台", "の里", "野", "山", "川", "橋", "谷", "浜", "沢")


def names(count: int) -> list[str]:
    """So many nurseries: two in ten small ones, one in ten for all children."""
    kinds = ("保育園",) * 7 + ("小規模保育室",) * 2 + ("こども園",)
    words = islice((one + other for other, one in product(SECOND_WORDS, FIRST_WORDS)), count)
    return [f"{word}{kinds[number % len(kinds)]}" for number, word in enumerate(words)]


def draw(children: int, facilities: int, seed: int) -> tuple[bytes, bytes]:
    """facilities.csv and applications.csv of a round of that size; the same for the same seed."""
    import generate
    import yaml

    generate.MEAN_SEATS = tuple(SEATS * mean / sum(generate.MEAN_SEATS) for mean in generate.MEAN_SEATS)
    chance = Random(seed)
    text = (PROJECT / "samples" / "procedures" / "nursery-admission.yaml").read_text(encoding="utf-8")
    procedure = yaml.safe_load(text)
    places = generate.facilities(names(facilities), chance)
    households = int(children / CHILDREN_A_HOUSEHOLD) + 500
    rows = list(islice(generate.rows_of(procedure, places, households, chance), children))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        generate.write(path, places)
        first = path.read_bytes()
        generate.write(path, rows)
        return first, path.read_bytes()


class Measured:
    """Prints a line for each step."""

    def __init__(self) -> None:
        self.queries = 0
        print("| step | wall s | CPU s | SQL | KB | most MB |\n|---|---|---|---|---|---|", flush=True)

    @contextmanager
    def counting(self) -> Iterator[None]:
        from django.db import connection

        def count(execute: Any, *words: Any) -> Any:
            self.queries += 1
            return execute(*words)

        with connection.execute_wrapper(count):
            yield

    def step(self, name: str, work: Callable[[], Any]) -> Any:
        """Do it; bytes that come out are counted."""
        forget_peak()
        self.queries, wall, cpu = 0, time.perf_counter(), time.process_time()
        result = work()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        size = f"{len(result) / 1024:,.0f}" if isinstance(result, bytes) else ""
        print(f"| {name} | {wall:.2f} | {cpu:.2f} | {self.queries} | {size} | {peak():.0f} |", flush=True)
        return result


def forget_peak() -> None:
    """The most memory counts from now."""
    Path("/proc/self/clear_refs").write_text("5")


def peak() -> float:
    """The most memory held since then, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def set_up(folder: str) -> None:
    """An empty installation in the folder."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "yakuba.config.settings", "YAKUBA_DATA_DIR": folder}
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def new_town() -> tuple[Any, Any]:
    """A municipality with the procedure, and its clerk who may do everything."""
    import yaml

    from yakuba.kernel.accounts.models import Role, User
    from yakuba.kernel.ledger import actions as ledger
    from yakuba.kernel.registry import permission_names
    from yakuba.kernel.tenancy import active_municipality
    from yakuba.kernel.tenancy.models import Municipality

    town = Municipality.objects.create(code="990019", name="やくば市")
    with active_municipality(town):
        role = Role.objects.create(name="すべて", permissions=sorted(permission_names()))
        clerk = User.objects.create(username="clerk", municipality=town, display_name="見本職員")
        clerk.roles.add(role)
        for code in ("nursery-admission", "nursery-decision"):
            text = (PROJECT / "samples" / "procedures" / f"{code}.yaml").read_text(encoding="utf-8")
            ledger.load_procedure(yaml.safe_load(text), actor=clerk)
    return town, clerk


def load_and_run(
    measured: Measured, clerk: Any, facilities: bytes, applications: bytes, seconds: int
) -> tuple[Any, Any]:
    """The round with an adopted run, and a what-if beside it."""
    from yakuba.services.nursery import facade
    from yakuba.services.nursery.actions import runs, taking, trying
    from yakuba.services.nursery.models import Round, Run

    rules = (PROJECT / "samples" / "nursery-rules" / "yakuba-city.yaml").read_text(encoding="utf-8")
    number = facade.make_round("一次選考", _start(), facade.load_rules(rules, actor=clerk), actor=clerk)
    round = Round.objects.get(pk=number)
    for name, action, data in (
        ("load facilities", taking.facilities_from_file, facilities),
        ("load facilities again", taking.facilities_from_file, facilities),
        ("load applications", taking.applications_from_file, applications),
        ("load applications again", taking.applications_from_file, applications),
    ):
        refused = measured.step(name, lambda action=action, data=data: action(round, data)).problems
        assert not refused, refused[:3]
    run = measured.step("start a run", lambda: runs.start(round, actor=clerk, seconds=seconds))
    calculate(measured, "run", run)
    run = Run.objects.get(pk=run.pk)
    assert run.is_done, run.problems[:3]
    print(f"| {run.status}, {len(run.blocking)} blocking, bound {run.bound}, {run.counts} | | | | | |")
    measured.step("adopt", lambda: runs.adopt(run))
    seats = {next(slot for slot, item in run.slots.items() if item["waiting"]): 5}
    tried = trying.try_out(Run.objects.get(pk=run.pk), actor=clerk, seats=seats, level="", rule_set=None)
    calculate(measured, "what-if", tried)
    return Round.objects.get(pk=number), Run.objects.get(pk=run.pk), Run.objects.get(pk=tried.pk)


def calculate(measured: Measured, name: str, run: Any) -> None:
    """The work of a run, and where its seconds went."""
    from yakuba.services.nursery.actions import runs
    from yakuba.services.nursery.models import Run

    began, storing = time.perf_counter(), [0.0]

    def told(done: int, total: int, note: str) -> None:
        if note == runs.SHARES["store"][2]:
            storing[0] = time.perf_counter() - began

    measured.step(name, lambda: runs.calculate(run.pk, told))
    took = Run.objects.get(pk=run.pk).seconds | {"store": time.perf_counter() - began - storing[0]}
    print("| " + ", ".join(f"{step} {value:.2f}" for step, value in took.items()) + " | | | | | |")


def _start() -> Any:
    from datetime import date

    return date(2027, 4, 1)


def open_pages(measured: Measured, clerk: Any, round: Any, run: Any, tried: Any) -> None:
    """Every page of the round, as the clerk's browser asks for it."""
    from django.test import Client
    from django.urls import reverse

    from yakuba.services.nursery.models import Application, Facility, Placement

    client = Client(SERVER_NAME="localhost")
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    child = Application.objects.filter(round=round).order_by("receipt_number")[100]
    place = Facility.objects.filter(round=round).order_by("code")[3]
    placed = Placement.objects.get(run=run, application=child)
    csv = {"table": "children"}
    pages: list[tuple[str, list[int], dict[str, str]]] = [
        ("index", [], {}),
        ("index", [], {}),  # the first page of a process also reads templates
        ("round", [round.pk], {}),
        ("applications", [round.pk], {}),
        ("applications", [round.pk], {"page": "100"}),
        ("applications", [round.pk], {"q": "佐"}),
        ("application", [child.pk], {}),
        ("application_edit", [child.pk], {}),
        ("application_index", [child.pk], {}),
        ("propose", [child.pk], {}),
        ("facilities", [round.pk], {}),
        ("facility_edit", [place.pk], {}),
        ("decisions", [round.pk], {}),
        ("freeze", [round.pk], {}),
        ("notices", [round.pk], {}),
        ("notice_texts", [round.pk], {}),
        ("run", [run.pk], {}),
        ("run", [tried.pk], {}),
        ("run_children", [run.pk], {}),
        ("run_children", [run.pk], {"page": "100"}),
        ("run_children", [run.pk], {"q": "佐", "result": "unplaced"}),
        ("run_facilities", [run.pk], {}),
        ("run_facility", [run.pk, place.pk], {}),
        ("placement", [placed.pk], {}),
        ("fairness", [run.pk], {}),
        ("fairness", [run.pk], {"result": "final"}),
        ("fairness", [tried.pk], {}),
        ("compare", [tried.pk], {}),
        ("what_if", [run.pk], {}),
        ("files", [run.pk], {}),
        ("run_market", [run.pk], {}),
        *[("export_csv", [run.pk], csv | {"table": table}) for table in _tables()],
        ("export_csv", [run.pk], csv | {"form": "sjis.csv", "accept": "1"}),
        ("export_excel", [run.pk], {}),
    ]

    def opened(name: str, numbers: list[int], query: dict[str, str]) -> bytes:
        answer = client.get(reverse(f"nursery:{name}", args=numbers), query)
        assert answer.status_code == 200, (name, answer.status_code)
        return bytes(answer.getvalue() if answer.streaming else answer.content)

    for name, numbers, query in pages:
        more = "&".join(f"{key}={value}" for key, value in query.items())
        measured.step(
            f"{name}?{more}" if more else name,
            lambda name=name, numbers=numbers, query=query: opened(name, numbers, query),
        )


def _tables() -> list[str]:
    from yakuba.services.nursery.queries import exports

    return list(exports.TABLES)


def make_notices(measured: Measured, clerk: Any, round: Any, count: int | None) -> None:
    """The print file of the round, or of its first `count` notices."""
    from yakuba.services.nursery.actions import notices

    print_file = notices.printing.print_file
    if count is not None:
        notices.printing.print_file = lambda made, *words, **more: print_file(made[:count], *words, **more)
    made = notices.start(round, actor=clerk)
    measured.step("notices", lambda: notices.make(made.pk, lambda *_: None))
    measured.step("take the notices", lambda: notices.take_print(round, actor=clerk).content)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--children", type=int, default=CITY[0])
    parser.add_argument("--facilities", type=int, default=CITY[1])
    parser.add_argument("--seconds", type=int, default=60, help="that a calculation may take")
    parser.add_argument("--notices", type=int, help="so many only")
    options = parser.parse_args()
    files = draw(options.children, options.facilities, options.seed)
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        from yakuba.kernel.tenancy import active_municipality

        measured = Measured()
        town, clerk = new_town()
        with active_municipality(town), measured.counting():
            round, run, tried = load_and_run(measured, clerk, *files, options.seconds)
            open_pages(measured, clerk, round, run, tried)
            if options.notices != 0:
                make_notices(measured, clerk, round, options.notices)


if __name__ == "__main__":
    main()
