"""Retention, tried on the whole house: after an erasure no table, no file and no page of the database holds what was planted."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from postgresql_server import by_superuser
from test_protection import NAME, PHONE, PLACE, _tell_everywhere
from town_objects import load_objects

from yakuba.demo import town
from yakuba.kernel.accounts import proof as proven
from yakuba.kernel.audit.chain import verify
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import blob_path, store
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Case, CaseEvent, CaseValue
from yakuba.kernel.ledger.queries import effort
from yakuba.kernel.persons.models import Load
from yakuba.kernel.retention import actions, proof
from yakuba.kernel.retention.models import Shredding
from yakuba.kernel.search import indexing
from yakuba.kernel.tables.models import WaitingTable
from yakuba.kernel.tenancy import active_municipality, no_municipality
from yakuba.kernel.tenancy.models import Department
from yakuba.services.nursery.models import Application, Round
from yakuba.services.reading.models import Correction, Sheet
from yakuba.services.robots.models import Row, RowEvent, RowPicture

UNIT, ROUNDS = "ledger:bus-pass", "nursery:rounds"


@pytest.fixture
def known(db):
    found = load_objects()
    with town.in_yakuba_city():
        _tell_everywhere(found.arguments)
        Load.objects.all().delete()  # the register goes with the next night's file
        yield found.arguments


def over(known, days=400) -> Case:
    """The case and its round are over since then, and nothing of them is open."""
    then = timezone.now() - timedelta(days=days)
    Application.objects.update(case=None)
    Row.objects.update(holds_case=False)
    Correction.objects.update(done_at=then)
    Case.objects.filter(pk=known["case_id"]).update(status="done", updated_at=then, target_number="K-000777")
    return Case.objects.get(pk=known["case_id"])


def shredded(unit=UNIT, *, export=False) -> Shredding:
    clerk, other = town.user("kanri"), town.user("kacho")
    other.roles.add(*clerk.roles.all())
    row = actions.propose(unit, "保存期間の満了", export=export, actor=clerk)
    with pytest.raises(Exception, match="本人は承認できません"):
        actions.approve(row, actor=clerk)
    actions.approve(row, actor=proven.give_for_good(type(other).objects.get(pk=other.pk)))
    actions.shred(row.pk, lambda *_: None)
    row.refresh_from_db()
    return row


def erase_rounds() -> None:
    """The round in which the child was, as a whole."""
    with transaction.atomic():
        actions.unit_of(ROUNDS).erase(list(Round.objects.values_list("pk", flat=True)))


def test_without_a_rule_and_before_its_day_nothing_is_due(known):
    unit = actions.unit_of(UNIT)
    over(known, days=100)
    assert actions.due(unit) == []
    actions.state(UNIT, 365, actor=town.user("kanri"))
    assert actions.due(unit) == []
    actions.state(UNIT, 90, actor=town.user("kanri"))
    assert actions.due(unit) == [known["case_id"]]


def test_what_is_open_is_not_due(known):
    actions.state(UNIT, 90, actor=town.user("kanri"))
    unit, case = actions.unit_of(UNIT), over(known)
    assert actions.due(unit) == [case.pk]
    for opened in (
        lambda: Case.objects.update(status="confirming", updated_at=case.updated_at),
        lambda: Row.objects.update(holds_case=True),
        lambda: Correction.objects.update(done_at=None),
        lambda: Application.objects.update(case=case),
    ):
        opened()
        assert actions.due(unit) == [], opened
        over(known)


def test_everything_of_a_case_goes_with_its_files(known, django_capture_on_commit_callbacks):
    case = over(known)
    actions.state(UNIT, 90, actor=town.user("kanri"))
    ledger.add_event(case, "ledger.value_changed", field="address", before=PLACE, after=NAME)
    before = effort("bus-pass")
    sheet = Sheet.objects.select_related("image", "file__stored").get(pk=known["sheet_id"])
    picture = RowPicture.objects.select_related("file").get(pk=known["picture_id"])
    blobs = [blob_path(sheet.image), blob_path(sheet.file.stored), blob_path(picture.file)]
    assert all(blob.exists() for blob in blobs)
    erase_rounds()
    assert proof.left([PLACE])
    with django_capture_on_commit_callbacks(execute=True):
        row = shredded()
    assert (row.erased, row.left, row.done_at is not None) == (1, {}, True)
    assert row.files >= 2
    assert not any(blob.exists() for blob in blobs)
    assert proof.left([PLACE, NAME, PHONE]) == {}
    case.refresh_from_db()
    assert case.receipt_number == f"消去{case.pk}"
    assert not CaseValue.objects.filter(case=case).exists()
    assert set(CaseEvent.objects.filter(case=case).values_list("details__reason", flat=True)) <= {None}
    assert RowEvent.objects.exclude(message="").count() == 0
    indexing.take_in("ledger.cases")
    count, problems = verify()
    assert (count > 0, problems) == (True, [])
    assert effort("bus-pass") == before  # who worked how long stays


def test_what_was_taken_up_again_after_the_approval_stays(known):
    case = over(known)
    actions.state(UNIT, 90, actor=town.user("kanri"))
    clerk, other = town.user("kanri"), town.user("kacho")
    other.roles.add(*clerk.roles.all())
    row = actions.propose(UNIT, "満了", export=False, actor=clerk)
    actions.approve(row, actor=proven.give_for_good(type(other).objects.get(pk=other.pk)))
    Correction.objects.update(done_at=None)
    actions.shred(row.pk, lambda *_: None)
    assert CaseValue.objects.filter(case=case).exists()


@pytest.mark.slow
def test_what_is_written_before_is_for_who_proposed_it_and_goes_too(
    known, django_capture_on_commit_callbacks
):
    over(known)
    actions.state(UNIT, 90, actor=town.user("kanri"))
    row = shredded(export=True)
    with pytest.raises(Exception, match="起案した人だけ"):
        actions.take_export(row, actor=town.user("kacho"))
    file = actions.take_export(row, actor=town.user("kanri"))
    blob = blob_path(file)
    assert blob.exists()
    with django_capture_on_commit_callbacks(execute=True):
        actions.remove_old_exports(timezone.now() + timedelta(days=8))
    assert not blob.exists()


def test_a_round_goes_as_a_whole(known):
    over(known)
    Round.objects.update(
        state="frozen", start=date(2020, 4, 1), frozen_at=timezone.now() - timedelta(days=2000)
    )
    actions.state(ROUNDS, 1825, actor=town.user("kanri"))
    row = shredded(ROUNDS)
    assert row.erased == 1
    assert not Round.objects.exists()
    assert not Application.objects.exists()


def _bytes_of_the_database() -> bytes:
    """Every page, the free ones too."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        return bytes(connection.connection.serialize())
    with by_superuser(connection.get_connection_params()) as server:
        server.execute("CHECKPOINT")
        folder, number = server.execute(
            "SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    return b"".join(
        path.read_bytes() for path in (Path(folder) / "base" / str(number)).iterdir() if path.is_file()
    )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_no_byte_of_the_database_and_of_the_data_folder_holds_it():
    found = load_objects()
    planted = (PLACE.encode(), PHONE.encode())
    with town.in_yakuba_city():
        _tell_everywhere(found.arguments)
        Load.objects.all().delete()
        over(found.arguments)
        erase_rounds()
        actions.state(UNIT, 90, actor=town.user("kanri"))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as the server does by itself: its statistics hold values of columns
        assert all(word in _bytes_of_the_database() for word in planted)
        shredded()
        held = _bytes_of_the_database()
    for word in planted:
        assert word not in held
        assert word.decode().encode("unicode_escape") not in held
    for folder, _, names in os.walk(settings.YAKUBA.data_dir):
        for name in names:
            path = Path(folder) / name
            content = path.read_bytes() if path.is_file() else b""  # a socket holds nothing
            assert not any(word in content for word in planted), name


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite keeps no statistics of columns")
@pytest.mark.django_db(transaction=True)
def test_the_statistics_of_an_emptied_table_go_though_its_rows_are_hidden(yakuba_city):
    def guards() -> list[tuple[str, ...]]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1")
            return list(cursor.fetchall())

    # In no other test: the rows that those took back stay in the files of other tables.
    before, name = guards(), "統計の表にだけ残る課"
    with active_municipality(yakuba_city):
        for number in range(3):
            Department.objects.create(name=f"{name}{number % 2}{number}")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE tenancy_department")
        Department.objects.all().delete()
    with no_municipality():
        proof.scrub()
    assert name.encode() not in _bytes_of_the_database()
    assert guards() == before


def test_an_event_loses_what_was_written_in_it_and_nothing_else_can_be_changed(known):
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseEvent.objects.update(details={"reason": "書き換え"})
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseEvent.objects.update(details={}, seconds=9.0)
    CaseEvent.objects.update(details={"passed": True, "changed": True})


def test_what_is_declared_for_some_days_goes_by_itself_with_its_file(
    known, django_capture_on_commit_callbacks
):
    clerk = town.user("kanri")
    stored = store(StoredFile.Kind.UPLOAD, "宛名.csv", "text/csv", PLACE.encode(), actor=clerk)
    waiting = WaitingTable.objects.create(kind="persons.register", file=stored, person=clerk)
    assert actions.sweep() == 0
    blob = blob_path(stored)
    with django_capture_on_commit_callbacks(execute=True):
        actions.sweep(timezone.now() + timedelta(days=2))
    assert not WaitingTable.objects.filter(pk=waiting.pk).exists()
    assert not blob.exists()
