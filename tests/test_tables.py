"""The tables that an empty database gets at once are those that all migrations make, one after another."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from postgresql_server import postgresql_server
from running_house import House, empty_house

MIGRATIONS = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", interactive=False, verbosity=0)
"""
AT_ONCE = """
import django
django.setup()
from yakuba.config import tables
told = []
tables.lay(lambda done, steps: told.append((done, steps)))
assert [one for one, _ in told] == list(range(1, told[-1][1] + 1)), told
tables.lay(lambda done, steps: told.append("again"))
assert "again" not in told
"""
KILLED = """
import os, signal
import django
django.setup()
from yakuba.config import tables
tables.lay(lambda done, steps: done > steps // 2 and os.kill(os.getpid(), signal.SIGKILL))
"""
ROWS = """
import django, json
django.setup()
from django.db import connection
names = {
    "django_migrations": "app, name",
    "django_content_type": "app_label, model",
    "auth_permission": "codename, name",
}
found = {}
with connection.cursor() as cursor:
    for table in connection.introspection.table_names():
        cursor.execute(f"SELECT {names.get(table, '*')} FROM {table}")
        found[table] = sorted(map(list, cursor.fetchall()))
print(json.dumps(found))
"""
# Everything that PostgreSQL knows of tables but the names that it gives by itself.
ON_POSTGRESQL = """
import django, json, re
django.setup()
from django.db import connection
asked = {
    "columns": "SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision, is_nullable, "
        "column_default, is_identity, identity_generation FROM information_schema.columns WHERE table_schema = 'public'",
    "constraints": "SELECT conrelid::regclass::text, contype, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace AND contype <> 'n'",
    "indexes": "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
}
found = {}
with connection.cursor() as cursor:
    for name, question in asked.items():
        cursor.execute(question)
        found[name] = sorted(str(row) for row in cursor.fetchall())
found["indexes"] = sorted(re.sub(r"INDEX \\S+ ON", "INDEX ON", one) for one in found["indexes"])
print(json.dumps(found))
"""


def rows_of(house: House) -> dict[str, list[list[str]]]:
    """What each table holds: of the three that are not empty, without numbers and times."""
    return dict(json.loads(house.python(ROWS)))


def on_sqlite(house: House) -> dict[str, object]:
    """Every table's columns, keys, indexes, checks and triggers, whatever their order."""
    found: dict[str, object] = {}
    with closing(sqlite3.connect(house.folder / "yakuba.sqlite3")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            columns = sorted(database.execute(
                'SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)', (table,)
            ))  # fmt: skip
            keys = sorted(database.execute(
                'SELECT "table", "from", "to", on_update, on_delete FROM pragma_foreign_key_list(?)', (table,)
            ))  # fmt: skip
            indexes = []
            for name, unique, partial in database.execute(
                'SELECT name, "unique", partial FROM pragma_index_list(?)', (table,)
            ).fetchall():
                of = [one for (one,) in database.execute("SELECT name FROM pragma_index_info(?)", (name,))]
                ((made,),) = database.execute(
                    "SELECT sql FROM sqlite_master WHERE name = ?", (name,)
                ).fetchall()
                where = str(made).partition(" WHERE ")[2] if partial else ""
                indexes.append(str((of, unique, where)))
            ((text,),) = database.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchall()
            found[table] = (columns, keys, sorted(indexes), sorted(_checks(text)))
        found["triggers"] = sorted(
            database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        )
    return found


def _checks(text: str) -> list[str]:
    """The conditions of CHECK in a CREATE TABLE, up to the bracket that closes each."""
    found = []
    for part in text.split(" CHECK ")[1:]:
        depth = 0
        for at, sign in enumerate(part):
            depth += (sign == "(") - (sign == ")")
            if depth == 0:
                found.append(part[: at + 1])
                break
    return found


@pytest.mark.slow
def test_on_sqlite_nothing_differs(tmp_path):
    one, other = empty_house(tmp_path / "one"), empty_house(tmp_path / "other")
    one.python(AT_ONCE)
    other.python(MIGRATIONS)
    assert on_sqlite(one) == on_sqlite(other)
    assert rows_of(one) == rows_of(other)


@pytest.mark.full
@pytest.mark.postgresql
def test_on_postgresql_nothing_differs(tmp_path):
    with postgresql_server() as server:
        one = empty_house(tmp_path / "one", YAKUBA_DATABASE_URL=server.new_database("one"))
        other = empty_house(tmp_path / "other", YAKUBA_DATABASE_URL=server.new_database("other"))
        one.python(AT_ONCE)
        other.python(MIGRATIONS)
        assert json.loads(one.python(ON_POSTGRESQL)) == json.loads(other.python(ON_POSTGRESQL))
        assert rows_of(one) == rows_of(other)


@pytest.mark.slow
def test_killed_in_the_middle_nothing_is_there_and_the_next_start_makes_all(tmp_path):
    house = empty_house(tmp_path)
    with pytest.raises(AssertionError):
        house.python(KILLED)
    with closing(sqlite3.connect(house.folder / "yakuba.sqlite3")) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == []
    house.python(AT_ONCE)
