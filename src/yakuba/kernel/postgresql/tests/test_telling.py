"""No statement runs under an older town's setting, whatever became of the transaction or the connection."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from psycopg import sql

from yakuba.kernel.tenancy import active_municipality, every_municipality, no_municipality
from yakuba.kernel.tenancy.models import Department, Municipality

on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no second wall")
pytestmark = [on_postgresql, pytest.mark.django_db(transaction=True)]
COUNT = "SELECT count(*) FROM tenancy_department"


@pytest.fixture(autouse=True)
def _nothing_is_open(_a_test_sees_every_town: None) -> Iterator[None]:
    with no_municipality():
        yield


@pytest.fixture
def towns() -> tuple[Municipality, Municipality]:
    """The first has one department, the second two."""
    one, two = (Municipality.objects.create(code=code, name=code) for code in ("990019", "990027"))
    with active_municipality(one):
        Department.objects.create(name="税務課")
    with active_municipality(two):
        Department.objects.bulk_create([Department(name="税務課"), Department(name="福祉課")])
    return one, two


def seen() -> int:
    """How many departments the database shows, asked without the application's filter."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT)
        return int(cursor.fetchone()[0])


def test_the_setting_follows_the_active_town_without_a_transaction(towns):
    one, two = towns
    assert seen() == 0
    with active_municipality(one):
        assert seen() == 1
        with active_municipality(two):
            assert seen() == 2
            with every_municipality("all"):
                assert seen() == 3
                with active_municipality(one):
                    assert seen() == 1
            assert seen() == 2
        assert seen() == 1
    assert seen() == 0


def test_a_rollback_brings_no_older_town_back(towns):
    one, two = towns
    with active_municipality(two), suppress(ZeroDivisionError), transaction.atomic():
        seen()
        with active_municipality(one):
            assert seen() == 1
            _ = 1 / 0
    assert seen() == 0
    with active_municipality(one):
        assert seen() == 1


def test_a_savepoint_rolled_back_brings_no_older_town_back(towns):
    one, two = towns
    with active_municipality(two), transaction.atomic():
        assert seen() == 2
        savepoint = transaction.savepoint()
        with active_municipality(one):
            assert seen() == 1
            transaction.savepoint_rollback(savepoint)
            assert seen() == 1, "the server is at the town of before the savepoint, and is told anew"
        assert seen() == 2


def test_an_error_in_a_savepoint_brings_no_older_town_back(towns):
    one, two = towns
    with active_municipality(two), transaction.atomic():
        assert seen() == 2
        with active_municipality(one):
            with suppress(IntegrityError), transaction.atomic():
                assert seen() == 1
                Department.objects.create(name="税務課")
            assert seen() == 1
        assert seen() == 2


def test_a_town_that_changes_while_the_transaction_is_broken_is_told_behind_it(towns):
    one, two = towns
    with active_municipality(two), suppress(DatabaseError), transaction.atomic():
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        with active_municipality(one):
            seen()
    with active_municipality(one):
        assert seen() == 1


def test_a_rollback_in_words_brings_no_older_town_back(towns):
    one, two = towns
    with active_municipality(two):
        assert seen() == 2
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            with active_municipality(one):
                cursor.execute(COUNT)
                cursor.execute("ROLLBACK")
                assert seen() == 1
        assert seen() == 2


def test_a_commit_that_fails_brings_no_older_town_back(towns):
    one, two = towns
    with active_municipality(two):
        assert seen() == 2
    with active_municipality(one):
        with suppress(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            # The foreign key is proved at the commit.
            cursor.execute("UPDATE accounts_user SET department_id = NULL WHERE id = -1")
            cursor.execute(
                "INSERT INTO accounts_role (municipality_id, name, permissions, second_factor, passkey) "
                "VALUES (%s, 'x', '[]', false, false)",
                [one.pk],
            )
            cursor.execute("INSERT INTO accounts_signedin (municipality_id, user_id, digest, began_at, seen_at, address, "
                           "browser) VALUES (%s, -1, 'x', now(), now(), '', '')", [one.pk])  # fmt: skip
        assert seen() == 1


def test_a_connection_that_is_opened_again_is_told_anew(towns):
    one, _ = towns
    with active_municipality(one):
        assert seen() == 1
        connection.close()
        assert seen() == 1
    assert seen() == 0


def test_copy_and_rows_fetched_in_portions_are_told_too(towns):
    one, two = towns
    with active_municipality(two):
        assert seen() == 2
    with active_municipality(one), connection.cursor() as cursor:
        with cursor.copy("COPY (SELECT name FROM tenancy_department) TO STDOUT") as rows:
            found = list(rows.rows())
        assert len(found) == 1
    with active_municipality(two), connection.cursor() as cursor:
        assert len(list(cursor.stream("SELECT name FROM tenancy_department"))) == 2
    with active_municipality(one):
        assert len(list(Department.all_municipalities.iterator(chunk_size=1))) == 1


def test_rows_fetched_in_portions_stay_those_of_the_town_that_asked(towns):
    one, two = towns
    with transaction.atomic(), active_municipality(two):
        rows = Department.all_municipalities.order_by("pk").iterator(chunk_size=1)
        first = next(rows)
        with active_municipality(one):
            assert seen() == 1
            rest = list(rows)
    assert {row.municipality_id for row in (first, *rest)} == {two.pk}


def test_each_thread_has_its_own_town(towns):
    one, two = towns
    met = threading.Barrier(2)
    found: dict[int, list[int]] = {}

    def work(town: Municipality) -> None:
        try:
            for _ in range(20):
                met.wait()
                with active_municipality(town):
                    found.setdefault(town.pk, []).append(seen())
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[town]) for town in towns]
    with every_municipality("who starts a thread hands nothing on"):
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join()
    assert found == {one.pk: [1] * 20, two.pk: [2] * 20}


def test_what_is_told_costs_nothing_while_it_is_the_same(towns):
    one, _ = towns
    with active_municipality(one):
        seen()
        told = connection._told
        with transaction.atomic():
            seen()
            assert connection._told == told
        assert connection._told == str(one.pk), "a commit undoes nothing"


def test_a_setting_that_is_none_shows_nothing(towns):
    connection.ensure_connection()
    server = connection.connection  # psycopg's own, which nobody tells anything
    server.execute("SET yakuba.municipality = '0'")
    assert server.execute(COUNT).fetchone()[0] == 0
    server.execute("SET yakuba.municipality = '1 OR true'")
    with pytest.raises(psycopg.Error):
        server.execute(COUNT)
    connection.forget()


@pytest.mark.parametrize(
    "words",
    [
        "SET yakuba.municipality = 'every'",
        "/* all */ RESET ALL",
        "-- all\nDISCARD ALL",
        sql.SQL("RESET ALL"),
        b"RESET ALL",
        "SELECT Set_Config('yakuba.municipality', 'every', false)",
        "SELECT 1; SET yakuba.municipality = 'every'",
        "DO $$ BEGIN PERFORM set_config('yakuba.municipality', 'every', false); END $$",
    ],
)
def test_no_words_leave_another_setting_behind(towns, words):
    with active_municipality(towns[1]):
        assert seen() == 2
        with connection.cursor() as cursor:
            cursor.execute(words)
        assert seen() == 2


def test_each_portion_is_of_the_town_that_asked_for_the_first(towns):
    """The server asks for whom a second table's rows are wanted when it comes to that table."""
    one, two = towns
    every = Department.all_municipalities.order_by()
    with transaction.atomic(), active_municipality(two):
        rows = every.union(every.all(), all=True).iterator(chunk_size=1)
        first = next(rows)
        with active_municipality(one):
            assert seen() == 1
            rest = list(rows)
            assert seen() == 1
    assert [row.municipality_id for row in (first, *rest)] == [two.pk] * 4


def test_threads_that_share_a_connection_each_see_their_own_town(towns):
    shared, found = connections["default"], set()
    shared.ensure_connection()
    shared.inc_thread_sharing()

    def work(town: Municipality) -> None:
        connections["default"] = shared
        for _ in range(50):
            with active_municipality(town):
                found.add((town.pk, seen()))

    threads = [threading.Thread(target=work, args=[town]) for town in towns]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shared.dec_thread_sharing()
    assert found == {(towns[0].pk, 1), (towns[1].pk, 2)}
