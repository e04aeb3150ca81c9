"""Two workers at once, and workers that are killed: every page read once, every case whole."""

import io
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress

import pytest
from django.conf import settings
from django.db import connection, connections

from tests.running_house import lay_tables
from yakuba.kernel.files.tests import pdf_files
from yakuba.kernel.ledger.models import CaseEvent, CaseValue
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.reading.actions import questions, reader, sheets, uploads
from yakuba.services.reading.actions.uploads import WrongStep
from yakuba.services.reading.models import Batch, BatchFile, Question, Sheet

BUS, NURSERY = "bus-pass", "nursery-admission"

pytestmark = pytest.mark.xdist_group("reading_desk")


def together(municipality, *works):
    """Do the works at the same time, each in a thread with its own connection. Returns what they raised."""
    raised = []

    def run(work):
        try:
            with active_municipality(municipality):
                work()
        except Exception as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=600)
    return raised


@pytest.fixture
def several_writers(transactional_db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets in one writer at a time")


def waiting_sheets(desk, *wanted):
    """Sheets of these pages that nobody has read yet."""
    batch = Batch.objects.create(name="束")
    file = BatchFile.objects.create(batch=batch, name="束.pdf", pages=len(wanted), state="split")
    for index, page in enumerate(wanted):
        sheets.add_sheet(file, sheets.PageImage(index, "image/jpeg", desk.scans.jpeg(*page)), 0.1)
    return list(Sheet.objects.order_by("index"))


def test_two_pages_of_a_case_that_are_read_at_the_same_time_make_it_complete(
    several_writers, full_desk, yakuba_city, monkeypatch
):
    first, second = waiting_sheets(full_desk, (NURSERY, 1), (NURSERY, 2))
    meet = threading.Barrier(2, timeout=600)
    really = reader.read_image

    def read_and_meet(content, chosen=None):
        reading = really(content, chosen)
        meet.wait()
        return reading

    monkeypatch.setattr(reader, "read_image", read_and_meet)
    raised = together(yakuba_city, lambda: sheets.read_sheet(first.pk), lambda: sheets.read_sheet(second.pk))
    assert raised == []
    case = full_desk.case(NURSERY)
    assert case.status in (Status.CONFIRMING, Status.READY)
    assert CaseValue.objects.filter(case=case).count() == 43
    assert CaseEvent.objects.filter(case=case, kind="ledger.opened").count() == 1


def test_the_same_sheet_in_two_workers_is_placed_once(several_writers, desk, yakuba_city):
    (sheet,) = waiting_sheets(desk, (BUS, 1))
    together(yakuba_city, *[lambda: sheets.read_sheet(sheet.pk)] * 2)
    assert CaseEvent.objects.filter(kind="reading.read").count() == 1
    assert CaseValue.objects.count() == 13


def test_of_two_persons_who_answer_at_the_same_time_one_is_told(
    several_writers, desk, yakuba_city, make_staff
):
    desk.read((BUS, 1))
    desk.answer_all(BUS)
    question = questions.ask_again(desk.case(BUS), "name", actor=desk.person)
    colleague = make_staff(yakuba_city, "reading.confirm")
    raised = together(
        yakuba_city,
        *[
            lambda person=person, name=name: questions.answer(question.pk, name, actor=person, seconds=1.0)
            for person, name in ((desk.person, "小宮山美幸"), (colleague, "小見山美幸"))
        ],
    )
    assert [type(error) for error in raised] == [WrongStep]
    question.refresh_from_db()
    name = CaseValue.objects.get(case=desk.case(BUS), field="name")
    assert name.confirmed_by == question.answered_by


def test_two_persons_who_ask_at_the_same_time_get_different_values(
    several_writers, desk, yakuba_city, make_staff
):
    desk.read((BUS, 1))
    desk.answer_all(BUS)
    for field in ("name", "birth"):
        questions.ask_again(desk.case(BUS), field, actor=desk.person)
    Question.objects.update(leased_to=None, leased_until=None, type="name")
    got = []
    persons = [make_staff(yakuba_city, "reading.confirm") for _ in range(2)]
    together(
        yakuba_city,
        *[lambda person=person: got.append(questions.take_next(person, type_="name")) for person in persons],
    )
    assert len({question.pk for question in got if question is not None}) == 2


SET_UP = """
import django, sys, yaml
django.setup()
from pathlib import Path
from django.conf import settings
from yakuba.kernel.ledger.actions import load_procedure
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.services.reading.actions.definitions import load_form
with active_municipality(Municipality.objects.create(code="990019", name="やくば市")):
    for code in sys.argv[1:]:
        samples = settings.YAKUBA.samples_dir
        load_procedure(yaml.safe_load((samples / "procedures" / f"{code}.yaml").read_text(encoding="utf-8")))
        load_form(samples / "forms" / code)
"""
LOOK = """
import django, json
django.setup()
from yakuba.kernel.ledger.models import Case, CaseEvent, CaseValue
from yakuba.kernel.tenancy import every_municipality
from yakuba.services.reading.models import Sheet
with every_municipality("all there is"):
    print(json.dumps({
        "sheets": sorted(Sheet.all_municipalities.values_list("file__name", "index", "state", "page")),
        "cases": sorted(Case.all_municipalities.values_list("receipt_number", "status")),
        "values": CaseValue.all_municipalities.count(),
        "read": CaseEvent.all_municipalities.filter(kind="reading.read").count(),
    }))
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kills", [2, pytest.param(6, marks=pytest.mark.full)])
def test_workers_killed_at_any_moment_lose_nothing_and_do_nothing_twice(scans, tmp_path, kills):
    """Two worker processes on one SQLite file; so many times one of them is killed with SIGKILL."""
    environment = os.environ | {
        "YAKUBA_DATA_DIR": str(tmp_path / "data"),
        "YAKUBA_DATABASE_URL": "",
        "YAKUBA_WORKER_CONCURRENCY": "1",
        "DJANGO_SETTINGS_MODULE": "yakuba.config.settings",
        "OMP_NUM_THREADS": "1",
    }

    def run(*arguments):
        command = [sys.executable, *map(str, arguments)]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, cwd=settings.YAKUBA.samples_dir
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    lay_tables(tmp_path / "data")
    run("-c", SET_UP, BUS, NURSERY)
    for name, pages in {"一.pdf": [(NURSERY, 1), (BUS, 1)], "二.pdf": [(NURSERY, 2)]}.items():
        (tmp_path / name).write_bytes(scans.pdf(*pages))
    run("-m", "yakuba", "reading", "upload", tmp_path / "一.pdf", tmp_path / "二.pdf")
    moments = random.Random(4)
    workers = [_worker(environment) for _ in range(2)]
    try:
        for number in range(kills):
            time.sleep(moments.uniform(2.0, 6.0))
            workers[number % 2].send_signal(signal.SIGKILL)
            workers[number % 2].wait()
            workers[number % 2] = _worker(environment)
        until = time.monotonic() + 600
        while json.loads(run("-m", "yakuba", "reading", "status", "1", "--json"))["running"]:
            assert time.monotonic() < until
            time.sleep(2.0)
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    found = json.loads(run("-c", LOOK))
    assert [row[:3] for row in found["sheets"]] == [
        ["一.pdf", 0, "placed"],
        ["一.pdf", 1, "placed"],
        ["二.pdf", 0, "placed"],
    ]
    assert {number for number, _ in found["cases"]} == {scans.number(BUS), scans.number(NURSERY)}
    assert {status for _, status in found["cases"]} <= {"confirming", "ready"}
    assert (found["values"], found["read"]) == (13 + 43, 3)


def _worker(environment):
    return subprocess.Popen(
        [sys.executable, "-m", "yakuba", "worker"], env=environment, stderr=subprocess.DEVNULL
    )


def test_one_file_uploaded_twice_at_once_is_read_once(several_writers, yakuba_city, monkeypatch):
    looked = threading.Barrier(2)
    look = uploads._same_before

    def both_look(sha256):
        found = look(sha256)
        with suppress(threading.BrokenBarrierError):  # the other one waits for its turn
            looked.wait(timeout=2)
        return found

    monkeypatch.setattr(uploads, "_same_before", both_look)
    content = pdf_files.form("Hello")

    def send():
        uploads.upload([("a.pdf", io.BytesIO(content))])

    assert not together(yakuba_city, send, send)
    with active_municipality(yakuba_city):
        states = sorted(BatchFile.objects.values_list("state", flat=True))
    assert states == sorted([BatchFile.State.KNOWN, BatchFile.State.SPLITTING])
