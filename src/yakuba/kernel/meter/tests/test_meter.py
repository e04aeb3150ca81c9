"""What is used is counted once, and what is over a limit is refused with a sentence."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from typer.testing import CliRunner

from yakuba.config.command import build
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.kernel.meter import limits, queries
from yakuba.kernel.meter.kinds import kinds
from yakuba.kernel.meter.limits import OverLimit, require_room
from yakuba.kernel.meter.models import Usage
from yakuba.kernel.meter.noting import note
from yakuba.kernel.tenancy import active_municipality

MONTH = f"{timezone.localdate():%Y-%m}"


def total(kind: str) -> float:
    return float(sum(one.amount for one in queries.totals() if one.kind == kind))


def test_the_same_use_counts_once(in_yakuba_city):
    for _ in range(3):
        note("reading.pages", "sheet:1")
        note("robots.minutes", "turn:a", 1.25)
    note("reading.pages", "sheet:2")
    assert (total("reading.pages"), total("robots.minutes")) == (2.0, 1.25)


def test_what_is_rolled_back_was_not_used(in_yakuba_city):
    with pytest.raises(RuntimeError), transaction.atomic():
        note("reading.pages", "sheet:1")
        raise RuntimeError
    assert total("reading.pages") == 0


def test_the_database_refuses_to_change_a_use(in_yakuba_city):
    note("reading.pages", "sheet:1")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Usage.objects.update(amount=0)


def test_only_what_is_declared_is_counted(in_yakuba_city):
    with pytest.raises(LookupError):
        note("reading.nothing", "x")
    with pytest.raises(ValueError, match="less than nothing"):
        note("reading.pages", "x", -1)
    assert {
        "reading.pages",
        "robots.minutes",
        "ledger.fields_confirmed",
        "ledger.letters",
        "nursery.letters",
    } <= set(kinds())


def test_each_town_sees_its_own(in_yakuba_city, clerk, neighbour_town, neighbour):
    note("reading.pages", "sheet:1", 12)
    with active_municipality(neighbour_town):
        note("reading.pages", "sheet:1", 34)
    for user, mine, other in ((clerk, "12", "34"), (neighbour, "34", "12")):
        client = Client()
        client.force_login(user)
        page = client.get(reverse("meter:months")).content.decode()
        assert f'class="number">{mine}<' in page
        assert f'class="number">{other}<' not in page
        rows = list(
            csv.reader(io.StringIO(client.get(reverse("meter:table")).getvalue().decode("utf-8-sig")))
        )
        assert [row[5] for row in rows[1:]] == [mine]


def test_the_operator_sums_all_towns(in_yakuba_city, neighbour_town, tmp_path):
    note("reading.pages", "sheet:1", 12)
    with active_municipality(neighbour_town):
        note("robots.minutes", "turn:1", 0.5)
    out = tmp_path / "usage.csv"
    assert CliRunner().invoke(build(), ["meter", "sums", "--month", MONTH, "--out", str(out)]).exit_code == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    assert [(row["団体コード"], row["量"], row["単位"]) for row in rows] == [
        ("990019", "12", "枚"),
        ("990027", "0.5", "分"),
    ]
    assert CliRunner().invoke(build(), ["meter", "sums", "--month", "2026-13"]).exit_code == 2
    one = CliRunner().invoke(build(), ["meter", "sums", "--municipality", "990027"]).output
    assert "990027" in one
    assert "990019" not in one


def test_a_limit_is_the_operators_and_holds_for_one_town(in_yakuba_city, neighbour_town):
    done = CliRunner().invoke(build(), ["meter", "limit", "990019", "storage", "10"])
    assert done.exit_code == 0, done.output
    assert AuditEvent.objects.filter(name="meter.limit_set").count() == 1
    store(StoredFile.Kind.PAGE, "a", "image/png", b"12345678")
    require_room("storage", 2)
    with pytest.raises(OverLimit, match="10バイト"):
        require_room("storage", 3)
    with active_municipality(neighbour_town):
        require_room("storage", 10**12)
    CliRunner().invoke(build(), ["meter", "limit", "990019", "storage"])
    require_room("storage", 3)
    for words in (["990019", "nothing", "1"], ["990019", "storage", str(2**63)], ["999999", "storage", "1"]):
        assert CliRunner().invoke(build(), ["meter", "limit", *words]).exit_code in {1, 2}, words


def test_the_page_tells_of_limits_where_there_are_some(in_yakuba_city, clerk):
    client = Client()
    client.force_login(clerk)
    empty = client.get(reverse("meter:months")).content.decode()
    assert "まだ何も使っていません" in empty
    assert "運用者が決めた上限" not in empty
    limits.set_limit("pages_a_day", 5000)
    assert "運用者が決めた上限" in client.get(reverse("meter:months")).content.decode()
