"""A log on its way in: through the page, the command and the API; masked, late, doubled, broken, large."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from typer.testing import CliRunner

from yakuba.config.command import build
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import blob_path, content_of
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.tables.tests.looking import form_of
from yakuba.services.worklogs import facade, queries
from yakuba.services.worklogs.actions import imports
from yakuba.services.worklogs.models import LogImport, LogPart, Subject
from yakuba.services.worklogs.tests.examples import HEAD, log


@pytest.fixture
def page(in_yakuba_city, clerk):
    client = Client()
    client.force_login(clerk)
    return client


def take_in(content: bytes, clerk, name: str = "log.csv") -> LogImport:
    """The log, read as a worker reads it."""
    facade.take_in(name, io.BytesIO(content), actor=clerk)
    return LogImport.objects.order_by("-pk")[0]


def kept_rows() -> list[dict]:
    """All events that are kept."""
    return [
        row
        for part in LogPart.objects.select_related("file").order_by("bucket", "month")
        for row in pq.read_table(io.BytesIO(content_of(part.file))).to_pylist()
    ]


def test_nothing_that_names_a_person_is_stored(in_yakuba_city, clerk):
    lines = [
        HEAD,
        "2026-04-01 09:00:00,PC-YAMADA,yamada.t,福祉課,業務,山田太郎 様 個人番号 123456789018,入力,佐藤花子の電話 03-1234-5678",
        "2026-04-01 09:00:05,PC-YAMADA,yamada.t,福祉課,EXCEL,C:\\Users\\yamada.t\\台帳.xlsx,入力,宛名 1234567",
    ]
    row = take_in("\n".join(lines).encode("cp932"), clerk)
    assert (row.rows, row.new, row.bad, row.state) == (2, 2, 0, "done")
    texts = json.dumps(kept_rows(), ensure_ascii=False)
    for word in ("山田", "佐藤", "123456789018", "1234-5678", "yamada", "PC-YAMADA", "1234567"):
        assert word not in texts
    assert "台帳.xlsx" in texts
    assert row.masked == 3
    assert row.file is None, "the file as it came is gone"
    assert not StoredFile.objects.filter(kind=StoredFile.Kind.UPLOAD).exists()
    part = LogPart.objects.select_related("file").get()
    assert b"PAR1" not in blob_path(part.file).read_bytes(), "encrypted on the disk"
    person = Subject.objects.get(kind="person")
    assert b"yamada" not in bytes(person.sealed)
    assert person.mark.startswith("職員")


def test_late_and_doubled_rows_stand_once_in_their_order(in_yakuba_city, clerk):
    whole = log(4).splitlines()
    late, rest = whole[5:9], whole[1:5] + whole[9:]
    first = take_in("\n".join([HEAD, *rest]).encode(), clerk)
    second = take_in("\n".join([HEAD, *late, *rest[:3]]).encode("utf-8-sig"), clerk)
    assert (first.new, second.new, second.doubled) == (16, 4, 3)
    rows = kept_rows()
    assert len(rows) == 20
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    assert rows[0]["gap_before"] is None
    assert all(now["gap_after"] == after["at"] - now["at"] for now, after in pairwise(rows))
    assert take_in("\n".join(whole).encode(), clerk).new == 0, "handed in again"


def test_bad_rows_are_told_by_line_and_the_good_ones_kept(in_yakuba_city, clerk):
    good = log(1).splitlines()[1:]
    long_title = "長" * 3000
    bad = [
        good[0].replace("2026-04", "1970-01"),
        good[0].replace("2026-04", "2099-04"),
        good[0].replace("EXCEL", "EX\0CEL"),
        good[0].replace("申込一覧.xlsx", long_title),
        good[0].replace("2026-04-01 09:00:00", "きのう"),
        good[0].replace("PC-A,tanaka", ","),
        "2026-04-01 09:00:00,PC-A",
    ]
    row = take_in("\n".join([HEAD, *bad, *good]).encode(), clerk)
    assert (row.bad, row.new) == (7, 5)
    told = "\n".join(row.faults)
    for line in range(2, 9):
        assert f"{line}行" in told, told
    assert "PCの時計がずれています" in told
    assert "PCも職員も書いてありません" in told


def test_a_file_of_which_no_row_can_be_used_says_why_and_can_be_tried_again(in_yakuba_city, clerk):
    row = imports.hand_in("x.csv", b"a,b\n1,2\n", actor=clerk)
    with pytest.raises(imports.Invalid) as refused:
        imports.work(row.pk, lambda *_: None)
    imports.give_up(refused.value, import_id=row.pk)
    row.refresh_from_db()
    assert row.state == "failed"
    assert "時刻" in row.reason
    assert queries.failures(clerk)[0].url == reverse("worklogs:import", args=[row.pk])
    imports.take_up(import_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("waiting", "")


def test_the_file_of_a_log_that_could_not_be_read_goes_after_a_week(in_yakuba_city, clerk):
    rows = [imports.hand_in("x.csv", b"a,b\n1,2\n", actor=clerk) for _ in range(2)]
    LogImport.objects.update(state="failed")
    LogImport.objects.filter(pk=rows[0].pk).update(created_at=timezone.now() - timedelta(days=8))
    imports.forget_everywhere()
    assert list(LogImport.objects.filter(file=None)) == [rows[0]]
    assert StoredFile.objects.count() == 1
    with pytest.raises(Conflict):
        imports.take_up(import_id=rows[0].pk)


def as_parquet() -> bytes:
    """The example as a Parquet file whose columns are called otherwise."""
    lines = [line.split(",") for line in log(3).splitlines()]
    names = ["timestamp", "host", "user", "section", "app", "title", "action", "object"]
    buffer = io.BytesIO()
    pq.write_table(pa.table({name: [row[at] for row in lines[1:]] for at, name in enumerate(names)}), buffer)
    return buffer.getvalue()


def as_xes() -> bytes:
    """One trace of two events."""
    event = (
        '<event><string key="concept:name" value="入力"/><date key="time:timestamp" value="2026-04-01T09:00:0{}+09:00"/>'
        '<string key="org:resource" value="tanaka"/><string key="application" value="業務"/></event>'
    )
    return f'<?xml version="1.0"?><log><trace>{event.format(0)}{event.format(7)}</trace></log>'.encode()


@pytest.mark.parametrize(
    ("name", "content", "rows"), [("a.parquet", as_parquet(), 15), ("a.xes", as_xes(), 2)]
)
def test_parquet_and_xes_are_read_by_their_names_of_columns(in_yakuba_city, clerk, name, content, rows):
    assert take_in(content, clerk, name).new == rows
    assert {row["person"] for row in kept_rows()} == {1}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PAR1 and nothing more", "Parquet"),
        (b'<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "b">]><log/>', "DOCTYPE"),
        (b"<?xml version='1.0'?><log><trace>", "XES"),
        (b"<?xml version='1.0'?><log></log>", "出来事"),
    ],
)
def test_hostile_and_broken_files_are_refused_in_words(page, clerk, content, told):
    row = imports.hand_in("x", content, actor=clerk)
    with pytest.raises(imports.Invalid, match=told):
        imports.work(row.pk, lambda *_: None)
    answer = page.post(reverse("worklogs:load"), {"file": SimpleUploadedFile("x", content)})
    assert answer.status_code == 422
    assert told in answer.content.decode()


def test_on_the_page_columns_are_chosen_and_the_first_rows_seen(page):
    address = reverse("worklogs:load")
    looked = page.post(address, {"file": SimpleUploadedFile("l.parquet", as_parquet())}, follow=True)
    assert "業務システム" in looked.content.decode()
    done = page.post(address, form_of(looked) | {"take": "1"}, follow=True)
    row = LogImport.objects.get()
    assert done.redirect_chain[-1][0] == reverse("worklogs:import", args=[row.pk])
    assert Job.objects.get(name="worklogs.take_in").arguments == {"import_id": row.pk}
    imports.work(row.pk, lambda *_: None)
    assert "読み終えたので消しました" in page.get(reverse("worklogs:import", args=[row.pk])).content.decode()
    assert Job.objects.filter(name="worklogs.prepare").exists()


def test_several_files_by_command(in_yakuba_city, clerk, tmp_path: Path):
    paths = []
    for number in (1, 2):
        paths.append(tmp_path / f"{number}.csv")
        paths[-1].write_text(log(2, day=number), encoding="utf-8")
    words = ["worklogs", "import", *map(str, paths), "--user", clerk.username, "--no-wait", "--json"]
    done = CliRunner().invoke(build(), words)
    assert [one["state"] for one in json.loads(done.stdout)] == ["waiting", "waiting"]
    assert AuditEvent.objects.filter(name="worklogs.handed_in").count() == 2
