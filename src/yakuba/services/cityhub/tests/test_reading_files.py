"""Files of readings: JSON with its faults by line, and folders out of which each file is taken once, whatever dies."""

from __future__ import annotations

import json
import os
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.files import dropfolders
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.refusals import Conflict, Invalid, Unavailable
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.cityhub.actions import reading_files, taking
from yakuba.services.cityhub.engine import json_readings
from yakuba.services.cityhub.engine.moments import written
from yakuba.services.cityhub.models import Reading, ReadingFile, ReadingFolder


def one(seconds=60, **more):
    return {
        "id": "rain-1",
        "type": "WeatherObserved",
        "attribute": "precipitation",
        "at": written(time.time() - seconds),
        "value": 1.5,
        "unit": "mm",
    } | more


def lines_of(text):
    problems = []
    found = json_readings.rows(text, problems)
    return [row.line for row in found], [(one.line, one.reason) for one in problems]


def test_a_list_and_a_line_each_are_read_with_their_lines():
    listed = "[\n" + ",\n".join(json.dumps(one()) for _ in range(3)) + "\n]\n"
    assert lines_of(listed) == ([2, 3, 4], [])
    assert lines_of("\ufeff" + "\n".join(json.dumps(one()) for _ in range(3))) == ([1, 2, 3], [])


@pytest.mark.parametrize(
    ("text", "kept", "line"),
    [
        ('[{"id": "a"},\n3,\n{"id": "b"}]', 2, 2),
        ('[{"id": "a"},\n{"id": "b", oops}]', 1, 2),
        ('[{"id": "a"},\n{"id": "b"}', 2, 2),
        ('[{"id": "a"}]\n[]', 1, 1),
        ("[" * 100_000, 0, 1),
        ("{", 0, 1),
    ],
)
def test_what_stands_above_a_fault_is_kept_and_the_fault_has_its_line(text, kept, line):
    found, problems = lines_of(text)
    assert len(found) == kept
    assert [number for number, _ in problems] == [line]


def test_json_is_taken_whole_or_told_by_line(in_yakuba_city, clerk):
    good = json.dumps([one(60), one(30)])
    assert taking.take_text(good, actor=clerk) == 2
    assert taking.take_text(good, actor=clerk) == 2
    assert Reading.objects.count() == 2
    bad = (
        "["
        + ",\n".join(
            json.dumps(each)
            for each in (
                one(20),
                one(at="1870-01-01T00:00:00Z"),
                one(at="2099-01-01T00:00:00Z"),
                one(value="NaN"),
                one(value=True),
                one(id="a b"),
                one(value=None),
            )
        )
        + "]"
    )
    with pytest.raises(Invalid) as error:
        taking.take_text(bad, actor=clerk)
    assert [problem.line for problem in error.value.problems] == [2, 3, 4, 5, 6, 7]
    assert Reading.objects.count() == 2


def test_json_by_hand(in_yakuba_city, make_staff, yakuba_city):
    client = Client()
    client.force_login(make_staff(yakuba_city, "cityhub.view", "cityhub.write"))
    file = SimpleUploadedFile("a.json", json.dumps([one()]).encode())
    assert client.post(reverse("cityhub:load_json"), {"file": file}).status_code == 302
    wrong = SimpleUploadedFile("a.json", json.dumps([one(value="高い")]).encode())
    answer = client.post(reverse("cityhub:load_json"), {"file": wrong})
    assert answer.status_code == 422
    assert "1行目" in answer.content.decode()
    with active_municipality(yakuba_city):
        assert Reading.objects.count() == 1


class Logger:
    """Another machine that writes into a folder, and a worker that looks."""

    def __init__(self, root, town, clerk):
        self.folder = reading_files.add_folder("雨量計", actor=clerk)
        self.path = root / f"{town.code}-cityhub" / "雨量計"

    def put(self, name, content):
        path = self.path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def look(self, times=2):
        for _ in range(times):
            reading_files.look(self.folder.pk)

    def take(self):
        reading_files.take_files(self.folder.pk)

    def rows(self):
        return list(ReadingFile.objects.order_by("pk"))

    def names(self, place=""):
        where = self.path / place
        return {one.name for one in where.iterdir() if one.is_file()} if where.is_dir() else set()


@pytest.fixture
def logger(tmp_path, monkeypatch, in_yakuba_city, clerk):
    monkeypatch.setattr(settings.YAKUBA, "arrival_root", tmp_path)
    return Logger(tmp_path, in_yakuba_city, clerk)


def test_a_file_is_taken_once_and_put_away(logger):
    logger.put("a.json", json.dumps([one(60), one(30)]))
    logger.put("b.csv", f"id,type,attribute,at,value\nr,T,x,{written(time.time())},2\n")
    logger.look(1)
    assert not Job.objects.exists()
    logger.look(1)
    assert Job.objects.filter(name=reading_files.JOB, state="waiting").count() == 1
    for _ in range(2):
        logger.take()
        logger.look()
    assert [(row.state, row.readings, row.filed) for row in logger.rows()] == [
        ("taken", 2, True),
        ("taken", 1, True),
    ]
    assert Reading.objects.count() == 3
    assert logger.names() == set()
    assert logger.names("済") == {f"{row.pk}_{row.name}" for row in logger.rows()}


def test_good_lines_are_taken_and_the_others_told_by_line(logger):
    logger.put("a.json", "[" + ",\n".join(json.dumps(each) for each in (one(60), one(value="x"))) + "]")
    logger.put("b.json", json.dumps([one(value="x")]))
    logger.put("c.csv", b"\x00\x01\x02")
    logger.look()
    logger.take()
    first, second, third = logger.rows()
    assert (first.state, first.readings, first.faults) == ("taken", 1, 1)
    assert "2行目" in first.message
    assert (second.state, third.state) == ("refused", "refused")
    assert {f"{second.pk}_b.json", f"{second.pk}_b.json.理由.txt"} <= logger.names("読めません")
    assert Reading.objects.count() == 1


def test_a_worker_that_dies_anywhere_leaves_each_file_taken_once(logger, monkeypatch):
    class Died(BaseException):
        pass

    def dies(*arguments, **named):
        raise Died

    def once(where, name):
        monkeypatch.setattr(where, name, dies)
        with pytest.raises(Died):
            logger.take()
        monkeypatch.undo()
        monkeypatch.setattr(settings.YAKUBA, "arrival_root", logger.path.parents[1])

    logger.put("a.json", json.dumps([one(60)]))
    logger.look()
    once(dropfolders.Folder, "copy")
    once(reading_files, "take")
    assert Reading.objects.count() == 0
    once(reading_files, "_end")  # the readings are there, and are taken once more
    assert Reading.objects.count() == 1
    assert [row.state for row in logger.rows()] == ["taking"]
    once(dropfolders.Folder, "put_away")
    assert Reading.objects.count() == 1
    assert logger.names() == {"a.json"}
    Reading.objects.all().delete()  # if it were taken again, there would be one
    logger.look()
    logger.take()
    assert Reading.objects.count() == 0
    assert [(row.state, row.filed) for row in logger.rows()] == [("taken", True)]
    assert logger.names() == set()


def test_a_large_file_lets_others_write_between(logger, monkeypatch):
    """Parts of some thousand readings, each stored by itself; who dies between goes on, and nothing is there twice."""
    monkeypatch.setattr(taking, "AT_ONCE", 10)
    before, parts = taking.put_readings, []

    class Died(BaseException):
        pass

    def counted(space, listed):
        parts.append(len(listed))
        if len(parts) == 3:
            raise Died
        before(space, listed)

    monkeypatch.setattr(taking, "put_readings", counted)
    logger.put("a.json", json.dumps([one(60 + n) for n in range(35)]))
    logger.look()
    with pytest.raises(Died):
        logger.take()
    assert Reading.objects.count() == 20
    logger.take()
    assert Reading.objects.count() == 35
    assert [(row.state, row.readings) for row in logger.rows()] == [("taken", 35)]


def test_a_growing_file_waits(logger):
    whole = json.dumps([one(60), one(30)])
    path = logger.put("a.json", whole[:40])
    logger.look(1)
    path.write_text(whole)
    logger.look(1)
    assert [row.state for row in logger.rows()] == ["coming"]
    logger.look(1)
    os.utime(path, ns=(1, 1))
    logger.take()
    assert [row.state for row in logger.rows()] == ["coming"]
    assert not Reading.objects.exists()


def test_of_several_workers_one_looks_in_each_pause(logger):
    logger.put("a.json", json.dumps([one(60)]))
    reading_files.look_everywhere()
    reading_files.look_everywhere()
    assert [row.state for row in logger.rows()] == ["coming"]
    ReadingFolder.objects.update(looked_at=timezone.now() - timedelta(minutes=1))
    reading_files.look_everywhere()
    assert [row.state for row in logger.rows()] == ["taking"]


def test_links_and_names_lead_nowhere(logger, tmp_path, clerk):
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps([one(60)]))
    (logger.path / "link.json").symlink_to(secret)
    logger.look()
    assert logger.rows() == []
    for name in ("../x", "a/b", ".x", "", "済"):
        with pytest.raises(Invalid):
            reading_files.add_folder(name, actor=clerk)
    with pytest.raises(Conflict):
        reading_files.add_folder("雨量計", actor=clerk)


def test_a_folder_that_is_gone_is_told(logger):
    logger.path.rename(logger.path.parent / "away")
    logger.look(1)
    logger.folder.refresh_from_db()
    assert "フォルダが見つかりません" in logger.folder.trouble


def test_without_a_place_there_is_no_folder(in_yakuba_city, clerk, monkeypatch):
    monkeypatch.setattr(settings.YAKUBA, "arrival_root", None)
    with pytest.raises(Unavailable, match="YAKUBA_ARRIVAL_ROOT"):
        reading_files.add_folder("雨量計", actor=clerk)


def test_the_page_shows_what_came(logger, make_staff, yakuba_city):
    logger.put("a.json", json.dumps([one(60), one(value="x")]))
    logger.look()
    logger.take()
    client = Client()
    client.force_login(make_staff(yakuba_city, "cityhub.view", "cityhub.manage"))
    page = client.get(reverse("cityhub:files"), follow=True).content.decode()
    assert "1件を入れ、1か所は入れていない" in page
    client.post(reverse("cityhub:switch_folder", args=[logger.folder.pk]), {"active": "0"})
    logger.folder.refresh_from_db()
    assert not logger.folder.active
