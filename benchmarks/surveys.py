"""How long surveys take at the country's size: `.venv/bin/python benchmarks/surveys.py [--questions 300] [--years 10]`.

A SQLite database in a folder of its own: 1,788 bodies answer 300 questions on six sheets in each of ten years (invented, seed
7). Told are the tally of all years, the pages from the prepared tally (each asked once to warm up, then three times; median
and largest in seconds, in this process, without the network), the forms handed out, and the import of a form of every body
from one ZIP, with the peak memory of the process that keeps the answers.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import resource
import statistics
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

TIMES = 3
QUIET = SimpleNamespace(progress=lambda *_: None, check=lambda: None)


def prepared(folder: str) -> None:
    """Settings and tables of an installation of its own."""
    os.environ |= {
        "YAKUBA_DATA_DIR": folder,
        "DJANGO_SETTINGS_MODULE": "yakuba.config.settings",
        "YAKUBA_ALLOWED_HOSTS": "testserver",
    }
    import django

    django.setup()
    from yakuba.config.setup import prepare

    prepare()


def person():
    """Who may do all, in a town of its own."""
    from yakuba.kernel.accounts import proof
    from yakuba.kernel.accounts.models import Role, User
    from yakuba.kernel.registry import permission_names
    from yakuba.kernel.tenancy import active_municipality
    from yakuba.kernel.tenancy.models import Municipality

    town = Municipality.objects.create(code="991007", name="見本町")
    with active_municipality(town):
        user = User.objects.create_user("person", password="a-long-word-of-the-benchmark", municipality=town)
        user.roles.add(Role.objects.create(name="all", permissions=sorted(permission_names())))
        return town, proof.give_for_good(user)


def text(year: int, questions: int) -> str:
    """A definition with so many questions on six sheets: numbers, choices, several answers, texts, per cents in turn."""
    kinds = (
        "kind: number, unit: 件", "kind: choice, options: {yes: はい, plan: 予定, no: いいえ}", "kind: choices, options: {a: 甲, b: 乙, c: 丙}",
        "kind: text", 'kind: number, unit: "%", decimals: 1',
    )  # fmt: skip
    lines = ["survey: big", "title: 大きな調査", f'edition: "{year}"', f"as_of: {year}-04-01", "sections:"]
    for sheet in range(6):
        lines += [f"  - title: 区分その{sheet + 1}", "    questions:"]
        for at in range(sheet * questions // 6, (sheet + 1) * questions // 6):
            lines.append(f"      - {{code: q{at}, label: 設問{at}, {kinds[at % 5]}}}")
    return "\n".join(lines)


def answered(edition, drawn: random.Random) -> int:
    """Every body answers nine questions of ten. → how many values."""
    from yakuba.services.surveys.models import Answers, AnswerState, Asked

    drawers = (
        lambda: str(drawn.randrange(10_000)), lambda: drawn.choice(("yes", "plan", "no")), lambda: drawn.choice(("a", "a,b", "b,c", "a,b,c")),
        lambda: "文の答え", lambda: f"{drawn.randrange(1000) / 10:g}",
    )  # fmt: skip
    fields = list(edition.definition.fields)
    rows = [
        Answers(asked=body, version=1, by=Answers.Way.PROXY,
                values={key: drawers[at % 5]() for at, key in enumerate(fields) if drawn.random() < 0.9})
        for body in Asked.objects.filter(edition=edition)
    ]  # fmt: skip
    Answers.objects.bulk_create(rows, batch_size=200)
    Asked.objects.filter(edition=edition).update(state=AnswerState.ANSWERED)
    return sum(len(row.values) for row in rows)


def pages(user, edition, asked) -> None:
    """Print how long each page takes."""
    from django.test import Client
    from django.urls import reverse

    client = Client()
    client.force_login(user)
    of = [edition.pk]
    listed = (
        ("surveys", reverse("surveys:index"), {}), ("edition", reverse("surveys:edition", args=of), {}), ("bodies", reverse("surveys:asked", args=of), {}),
        ("body", reverse("surveys:body", args=[asked.pk]), {}), ("tally, all questions", reverse("surveys:tally", args=of), {}),
        ("question of ten years", reverse("surveys:question", args=of), {"key": "q1"}),
        ("question, prefectures", reverse("surveys:question", args=of), {"key": "q1", "map": "prefecture"}),
        ("question, bodies as points", reverse("surveys:question", args=of), {"key": "q1", "map": "bodies"}),
        ("number, bodies as points", reverse("surveys:question", args=of), {"key": "q0", "map": "bodies"}),
        ("sheet of a body", reverse("surveys:card", args=[asked.pk]), {}),
    )  # fmt: skip
    for name, url, given in listed:
        taken = []
        for _ in range(TIMES + 1):
            began = time.perf_counter()
            answer = client.get(url, given, follow=True)
            taken.append(time.perf_counter() - began)
            assert answer.status_code == 200, (name, answer.status_code)
        size = len(answer.content)
        print(
            f"page {name}: {statistics.median(taken[1:]):.2f} s, largest {max(taken[1:]):.2f} s, {size / 1e3:,.0f} kB",
            flush=True,
        )


def imported(edition, folder: Path) -> None:
    """Hand out a form of every body, and take all of them in again."""
    import zipfile

    from yakuba.services.surveys import jobs
    from yakuba.services.surveys.actions import imports
    from yakuba.services.surveys.engine.forms import layout, writing
    from yakuba.services.surveys.models import Asked, FormFile

    began = time.perf_counter()
    named = [(row.code, str(row)) for row in Asked.objects.filter(edition=edition)]
    held = folder / "forms.zip"
    with held.open("wb") as file:
        file.writelines(writing.archive(edition.definition, named))
    print(
        f"handed out {len(named):,} forms: {time.perf_counter() - began:.1f} s, {held.stat().st_size / 1e6:.0f} MB",
        flush=True,
    )
    # What a body writes: one filled form, copied for each by its marks, as the handing out does.
    import openpyxl

    book = openpyxl.load_workbook(
        io.BytesIO(writing.template(edition.definition).for_body(layout.BODY_MARK, layout.NAME_MARK))
    )
    for at, place in enumerate(layout.places(edition.definition)):
        kind = place.field.kind.value
        typed = {"number": at % 90, "choice": "はい", "choices": "○" if at % 2 else None, "text": f"答え{at}"}
        book[place.sheet][place.cell] = typed[kind]
    saved = io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    filled = writing.Template(tuple((name, part, layout.BODY_MARK.encode() in part) for name, part in parts))
    back = folder / "back.zip"
    with zipfile.ZipFile(back, "w") as archive:
        for code, name in named:
            archive.writestr(f"{code}.xlsx", filled.for_body(code, name))
    began, cpu = time.perf_counter(), os.times()
    with back.open("rb") as file:
        run = imports.hand_in(edition, [("back.zip", file)], True, actor=None)
    jobs.take_in(QUIET, form_import_id=run.pk)
    now = os.times()
    used = (now.user - cpu.user) + (now.system - cpu.system) + (now.children_user - cpu.children_user)
    taken = FormFile.objects.filter(run=run, not_read="").count()
    assert taken == len(named), [
        row.not_read for row in FormFile.objects.filter(run=run).exclude(not_read="")[:3]
    ]
    told = FormFile.objects.filter(run=run).exclude(faults=[]).count()
    print(
        f"imported {taken:,} forms ({told} with faults): {time.perf_counter() - began:.1f} s, {used:.1f} s of CPU",
        flush=True,
    )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--years", type=int, default=10)
    asked_for = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prepared(folder)
        from yakuba.kernel.tenancy import active_municipality
        from yakuba.services.surveys.actions import definitions, tallies
        from yakuba.services.surveys.models import Asked, Edition

        town, user = person()
        drawn = random.Random(7)
        with active_municipality(town):
            values = 0
            for year in range(2026 - asked_for.years + 1, 2027):
                row = definitions.send_out(
                    definitions.load(text(year, asked_for.questions), actor=None), actor=None
                )
                values += answered(row, drawn)
            editions = list(Edition.objects.all())
            print(
                f"{Asked.objects.count():,} sheets with {values:,} answers in {len(editions)} years",
                flush=True,
            )
            began, cpu = time.perf_counter(), time.process_time()
            for one in editions:
                tallies.prepare(Edition.objects.get(pk=one.pk))
            used = time.process_time() - cpu
            print(f"tally of all years: {time.perf_counter() - began:.1f} s, {used:.1f} s of CPU", flush=True)
            last = Edition.objects.select_related("survey").order_by("-as_of")[0]
        with active_municipality(town):
            body = Asked.objects.get(edition=last, code="131016")
            pages(user, last, body)
            imported(last, Path(folder))
        print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB", flush=True)


if __name__ == "__main__":
    main()
