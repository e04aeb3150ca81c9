"""What a stranger, a watcher and a broken house hear."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client

from yakuba.kernel.jobs.models import Job, State, Worker
from yakuba.kernel.jobs.tests.workers import standing_worker
from yakuba.kernel.monitoring import health

TOKEN = "a-token-of-twenty-characters"
LINE = re.compile(r'[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[0-9.e+]+')


@pytest.fixture(autouse=True)
def _asked_anew():
    health.forget()
    yield
    health.forget()


@pytest.fixture
def worker(db):
    return standing_worker()


@pytest.fixture
def watcher(monkeypatch):
    monkeypatch.setattr(settings.YAKUBA, "metrics_token", TOKEN)
    return Client(headers={"Authorization": f"Bearer {TOKEN}"})


def test_a_stranger_hears_one_word(worker):
    for path in ("/health/", "/health/ready", "/health/live"):
        answer = Client().get(path)
        assert (answer.status_code, answer.content) == (200, b"ok\n")
    Worker.objects.all().delete()
    health.forget()
    answer = Client().get("/health/ready")
    assert (answer.status_code, answer.content) == (503, b"not ok\n")
    assert Client().get("/health/live").status_code == 200


@pytest.mark.parametrize("name", ["database", "migrations", "data_folder", "disk", "workers"])
def test_each_check_alone_takes_the_house_out(worker, watcher, monkeypatch, name):
    def broken() -> bool:
        raise OSError("/srv/yakuba is gone")

    monkeypatch.setitem(health._CHECKS, name, broken)
    answer = watcher.get("/health/ready")
    assert answer.status_code == 503
    assert [one for one, held in answer.json()["checks"].items() if not held] == [name]
    assert b"/srv" not in answer.content


def test_migrations_that_are_missing_are_noticed(worker, monkeypatch):
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: [("one", False)])
    assert not health.checks()["migrations"]


def test_a_folder_that_cannot_be_written_is_noticed(worker, monkeypatch, tmp_path):
    monkeypatch.setattr(settings.YAKUBA, "data_dir", tmp_path / "gone")
    held = health.checks()
    assert not held["data_folder"]
    assert held["database"]


def test_strangers_do_not_ask_the_database_each_time(worker, django_assert_num_queries):
    Client().get("/health/ready")
    with django_assert_num_queries(0):
        Client().get("/health/ready")


def test_figures_are_for_named_addresses_and_the_token_alone(worker, monkeypatch, clerk):
    person = Client()
    person.force_login(clerk)
    for client in (Client(), person, Client(headers={"Authorization": "Bearer "})):
        assert client.get("/metrics").status_code == 404
    monkeypatch.setattr(settings.YAKUBA, "metrics_token", TOKEN)
    assert Client(headers={"Authorization": f"Bearer {TOKEN}x"}).get("/metrics").status_code == 404
    assert Client(headers={"Authorization": f"Bearer {TOKEN}"}).get("/metrics").status_code == 200
    monkeypatch.setattr(settings.YAKUBA, "metrics_addresses", "192.0.2.0/24, 127.0.0.2")
    assert Client(REMOTE_ADDR="192.0.2.9").get("/metrics").status_code == 200
    assert Client(REMOTE_ADDR="::ffff:127.0.0.2").get("/metrics").status_code == 200
    for address in ("127.0.0.1", "192.0.3.1", "", "not an address"):
        assert Client(REMOTE_ADDR=address).get("/metrics").status_code == 404, address
    assert Client(REMOTE_ADDR="192.0.2.9").post("/metrics").status_code in {403, 405}


def test_figures_name_a_town_by_its_code_alone(worker, watcher, in_yakuba_city):
    job = Job.objects.create(name="x.y", key="k", ticket="t")
    Job.objects.filter(pk=job.pk).update(state=State.FAILED)
    answer = watcher.get("/metrics")
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    assert 'yakuba_jobs{municipality="990019",state="failed"} 1\n' in text
    assert 'yakuba_health{check="workers"} 1\n' in text
    assert "yakuba_workers 1\n" in text
    assert text.isascii(), "no name of a town, a person or a file"
    for line in text.splitlines():
        assert line.startswith("# ") or LINE.fullmatch(line), line
