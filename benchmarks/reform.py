"""How long the pages of the comparison take with many bodies: `.venv/bin/python benchmarks/reform.py [--bodies 50]`.

A SQLite database in a folder of its own: one town with an answered inventory of 200 processes of 30 tasks, 49 more of its
group that share theirs, and as many published effects. Each page is asked once to warm up, and then five times; told are the
median and the largest, in seconds, and the median of CPU seconds, of the whole answer in this process without the network, and how many bytes it has.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

TIMES = 5


def prepared(folder: str) -> None:
    """Settings and tables of an installation of its own."""
    os.environ |= {"YAKUBA_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "yakuba.config.settings"}
    import django

    django.setup()
    from yakuba.config.setup import prepare

    prepare()


def bodies_made(number: int, processes: int, tasks: int):
    """The towns in one group; all but the first share. Returns a person of the first who may do all."""
    from django.db import transaction
    from django.utils import timezone

    from yakuba.kernel.accounts import proof
    from yakuba.kernel.accounts.models import Role, User
    from yakuba.kernel.registry import permission_names
    from yakuba.kernel.tenancy import active_municipality
    from yakuba.kernel.tenancy.models import Municipality
    from yakuba.kernel.values.municipality_codes import check_digit
    from yakuba.services.reform.models import Body
    from yakuba.services.robots import facade as robots

    towns = [
        Municipality.objects.create(code=code + check_digit(code), name=f"見本{at}町")
        for at, code in enumerate(str(99100 + at) for at in range(number))
    ]
    robots.set_group("見本", towns)
    drawn = random.Random(7)
    person = None
    for at, town in enumerate(towns):
        with transaction.atomic(), active_municipality(town):
            if person is None:
                user = User.objects.create_user(
                    "person", password="a-long-word-of-the-benchmark", municipality=town
                )
                user.roles.add(Role.objects.create(name="all", permissions=sorted(permission_names())))
                person = proof.give_for_good(user)
            today = timezone.localdate()
            Body.objects.create(
                code=town.code,
                name=town.name,
                population=drawn.randrange(3_000, 400_000),
                counted_on=today,
                source="見本",
            )
            _inventory(processes, tasks, drawn, share=at > 0)
            _effect(drawn)
    return person


def _inventory(processes: int, tasks: int, drawn: random.Random, *, share: bool) -> None:
    """Rows as the actions of the room write them, but in bulk: ten sections, a closed round."""
    from django.utils import timezone

    from yakuba.kernel.tenancy.models import Department
    from yakuba.services.reform.actions.classes import first_classes
    from yakuba.services.reform.engine.comparison import as_plain, sums
    from yakuba.services.reform.models import (
        InventoryRound,
        Process,
        SectionInventory,
        SharedProcess,
        Task,
        WorkClass,
    )

    first_classes()
    work_class = WorkClass.objects.get(name="入力")
    row = InventoryRound.objects.create(year=2026, deadline=timezone.localdate(), closed=True)
    for at in range(10):
        department = Department.objects.create(name=f"第{at}課")
        section = SectionInventory.objects.create(round=row, department=department, state="answered")
        made = Process.objects.bulk_create(
            [Process(section=section, name=f"業務{number}") for number in range(at, processes, 10)]
        )
        found, shared = [], []
        for process in made:
            rows = _tasks(process.name, tasks, drawn)
            for position, one in enumerate(rows):
                task = Task(process=process, section=section, round=row, position=position)
                task.take(one, work_class)
                found.append(task)
            plain = [as_plain(one) for one in rows]
            shared.append(
                SharedProcess(
                    key=process.name,
                    name=process.name,
                    group="見本",
                    year=2026,
                    rows=plain,
                    **vars(sums([rows])),
                )
            )
        Task.objects.bulk_create(found, batch_size=500)
        if share:
            SharedProcess.objects.bulk_create(shared, batch_size=50)


def _tasks(process: str, tasks: int, drawn: random.Random):
    from decimal import Decimal

    from yakuba.services.reform.contracts import TaskRow

    cases = Decimal(drawn.randrange(60, 5_000))
    return [
        TaskRow(
            process, f"工程{task // 3}", f"作業{task}", "入力", "regular", cases, Decimal(drawn.randrange(1, 30)),
            "noncore", "routine", "none", drawn.choice(["paper", "data"]), Decimal(3), "lgwan",
        )
        for task in range(tasks)
    ]  # fmt: skip


def _effect(drawn: random.Random) -> None:
    from django.utils import timezone

    from yakuba.services.reform.models import EffectEntry, Initiative

    for at in range(20):
        terms = {
            "title": f"取組{at}",
            "means": "robots",
            "year": 2026,
            "cases": 1_000,
            "before": 10,
            "before_kind": "measured",
            "after": 2,
            "after_kind": "measured",
            "source": "見本",
        }
        row = Initiative.objects.create(state="running", **terms)
        EffectEntry.objects.create(
            initiative=row,
            version=1,
            state="published",
            saved=drawn.randrange(10, 900),
            kind="measured",
            population=8_000,
            counted_on=timezone.localdate(),
            published_at=timezone.now(),
            **terms,
        )


def main() -> None:
    """Make the towns, ask the pages, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bodies", type=int, default=50)
    parser.add_argument("--processes", type=int, default=200)
    parser.add_argument("--tasks", type=int, default=30)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prepared(folder)
        begun = time.monotonic()
        person = bodies_made(asked.bodies, asked.processes, asked.tasks)
        size = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
        print(
            f"{asked.bodies} bodies × {asked.processes} processes × {asked.tasks} tasks: made in {time.monotonic() - begun:.0f} s, {size / 1e6:.0f} MB",
            file=sys.stderr,
        )
        _pages(person)


def _pages(person) -> None:
    from django.test import Client
    from django.urls import reverse

    from yakuba.kernel.tenancy import active_municipality
    from yakuba.services.reform.models import EffectEntry, Indicator, StandardModel
    from yakuba.services.reform.operations import register, standards
    from yakuba.services.robots import facade as robots

    with active_municipality(person.municipality):
        standard = standards.compose(person, name="業務0")
        register.national_tracks(person)
        other = robots.group_towns()[1]
        entry, indicator = EffectEntry.objects.first(), Indicator.objects.first()
        assert StandardModel.objects.count() == 1
    client = Client(SERVER_NAME="localhost")
    client.force_login(person)
    pages = {
        "compare": reverse("reform:compare"),
        "compare, a search": reverse("reform:compare") + "?q=業務1",
        "compare_process": reverse("reform:compare_process") + "?name=業務0",
        "compare_process, a band": reverse("reform:compare_process") + "?name=業務0&band=5万人～10万人",
        "compare_body": reverse("reform:compare_body") + f"?name=業務0&code={other.code}",
        "compared_tables": reverse("reform:compared_tables"),
        "sharing": reverse("reform:sharing"),
        "shown": reverse("reform:shown") + "?name=業務0",
        "standards": reverse("reform:standards"),
        "standard": reverse("reform:standard", args=[standard.pk]),
        "edit_standard": reverse("reform:edit_standard", args=[standard.pk]),
        "bpmn": reverse("reform:bpmn", args=[standard.pk]),
        "register": reverse("reform:register"),
        "entry": reverse("reform:entry", args=[entry.pk]),
        "indicators": reverse("reform:indicators"),
        "indicator": reverse("reform:indicator", args=[indicator.pk]),
        "rounds": reverse("reform:rounds"),
        "analysis": reverse("reform:analysis"),
        "initiatives": reverse("reform:initiatives"),
    }
    print("| page | median s | largest s | CPU s | kB |\n|---|---|---|---|---|")
    for name, address in pages.items():
        times, cpu = [], []
        for _ in range(TIMES + 1):
            begun, before = time.monotonic(), time.process_time()
            answer = client.get(address)
            content = b"".join(answer) if answer.streaming else answer.content
            times.append(time.monotonic() - begun)
            cpu.append(time.process_time() - before)
            assert answer.status_code == 200, (name, answer.status_code)
        print(
            f"| {name} | {statistics.median(times[1:]):.2f} | {max(times[1:]):.2f} | {statistics.median(cpu[1:]):.2f} | {len(content) / 1000:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
