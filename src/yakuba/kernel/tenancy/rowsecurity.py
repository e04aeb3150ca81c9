"""Row-level security on PostgreSQL: the second wall between towns, behind `MunicipalityManager` (ADR 46).

Every table with a municipality shows and takes only rows of the town that the connection has been told (SETTING, see
`kernel.postgresql`), whoever asks and in whatever words; told nothing, it shows none. A table without one that hangs on
such a table alone is shown with the row that it hangs on. New tables get it with the migrations (`lay`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import connections, models

from yakuba.kernel.tenancy.activation import EVERY, SETTING
from yakuba.kernel.tenancy.municipality import Municipality

POLICY = "of_its_municipality"
# Asked once a statement, not once a row, and in a form that an index serves. Told nothing or nonsense: NULL, or an error.
_TOLD = f"(SELECT current_setting('{SETTING}', true))"
_TOWN = f"(SELECT NULLIF(NULLIF(current_setting('{SETTING}', true), ''), '{EVERY}')::bigint)"

# Tables whose rows hang on another table's: the columns of the keys. Many-to-many tables find theirs by themselves.
_HANGING: dict[str, tuple[str, ...]] = {}
# Rows that a town is shown though they are not its own: table -> (policy, where it finds them, column). Never to be written.
_SHOWN_TOO: dict[str, tuple[str, str, str]] = {}


def hangs_on(table: str, *columns: str) -> None:
    """The table has no municipality; its rows belong where those that these foreign keys point at do. For the `ready` of
    an application."""
    _HANGING[table] = columns


def shown_too(table: str, policy: str, named_in: str, column: str) -> None:
    """Other towns' rows of `table` that a town is shown, to be read only: those whose `id` stands in that column of a row of
    `named_in` that it is shown. For the `ready` of an application."""
    _SHOWN_TOO[table] = (policy, named_in, column)


def conditions() -> dict[str, str]:
    """Table -> the condition under which one of its rows is shown and taken."""
    known = list(apps.get_models(include_auto_created=True))
    found = {
        model._meta.db_table: f"{_TOLD} = '{EVERY}' OR {column} = {_TOWN}"
        for model in known
        if (column := own_column(model))
    }
    for model in known:
        if not own_column(model) and (keys := hanging_keys(model)):
            joined = " AND ".join(_shown_there(key) for key in keys)
            found[model._meta.db_table] = f"{_TOLD} = '{EVERY}' OR ({joined})"
    return found


def lay(using: str = "default") -> None:
    """Put the wall on every table that is there, as the code wants it; harmless where it stands. Elsewhere than on
    PostgreSQL there is none."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        wanted = _wanted(there)
        stands = _standing(cursor)
        for table in sorted(there & wanted.keys()):
            if stands.get(table) != _mark(wanted[table]):
                for statement in _statements(table, wanted[table]):
                    cursor.execute(statement)


def is_passed_by(using: str = "default") -> bool:
    """Whether the role of this installation passes every policy, so that there is no second wall: a superuser, or one
    with BYPASSRLS. False elsewhere than on PostgreSQL."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def lacking(using: str = "default") -> list[str]:
    """The tables on which the wall does not stand as the code wants it. Empty elsewhere than on PostgreSQL."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        wanted = _wanted(set(connection.introspection.table_names(cursor)))
        stands = _standing(cursor)
    return sorted(table for table, policies in wanted.items() if stands.get(table) != _mark(policies))


def own_column(model: type[models.Model]) -> str:
    """The column of the table that says whose a row is; empty where there is none."""
    for field in model._meta.concrete_fields:
        if field.name == "municipality" and field.related_model is Municipality:
            return f'"{field.column}"'
    return ""


def hanging_keys(model: type[models.Model]) -> list[models.ForeignKey[Any, Any]]:
    """By which foreign keys a table without a municipality hangs on tables that have one; none where it is open."""
    keys = [one for one in model._meta.concrete_fields if isinstance(one, models.ForeignKey)]
    if named := _HANGING.get(model._meta.db_table):
        return [one for one in keys if one.column in named]
    return [one for one in keys if model._meta.auto_created and own_column(one.related_model)]


def _shown_there(key: models.ForeignKey[Any, Any]) -> str:
    """The row that the key points at is shown: its own table's policy is asked."""
    other = key.target_field.model._meta.db_table
    own = key.model._meta.db_table
    joined = f'there."{key.target_field.column}" = "{own}"."{key.column}"'
    return f'EXISTS (SELECT 1 FROM "{other}" AS there WHERE {joined})'  # noqa: S608  # names of our own tables


def _wanted(there: set[str]) -> dict[str, dict[str, str]]:
    """Table -> its policies: name -> what follows the table's name in CREATE POLICY. there: the tables of the database,
    which are not all of them while it is made in steps."""
    wanted = {
        table: {POLICY: f"FOR ALL USING ({condition}) WITH CHECK ({condition})"}
        for table, condition in conditions().items()
    }
    for table, (name, named_in, column) in _SHOWN_TOO.items():
        if named_in in there:
            found = f'SELECT "{column}" FROM "{named_in}"'  # noqa: S608  # names of our own tables
            wanted[table][name] = f"FOR SELECT USING (id IN ({found}))"
    return wanted


def _statements(table: str, policies: dict[str, str]) -> Iterable[str]:
    yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
    yield f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY'  # the tables' owner, who we are, would pass else
    for name, wanted in policies.items():
        yield f'DROP POLICY IF EXISTS "{name}" ON "{table}"'
        yield f'CREATE POLICY "{name}" ON "{table}" {wanted}'
    yield f'COMMENT ON POLICY "{POLICY}" ON "{table}" IS \'{_mark(policies)}\''


def _mark(policies: dict[str, str]) -> str:
    """What the comment of a policy says: of which conditions it was made. PostgreSQL spells them in its own way."""
    text = "\n".join(f"{name} {wanted}" for name, wanted in sorted(policies.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _standing(cursor: Any) -> dict[str, str]:
    """Table -> the mark of its policy, of those where row security is on and holds the owner too."""
    cursor.execute(
        "SELECT c.relname, d.description FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid "
        "JOIN pg_namespace n ON n.oid = c.relnamespace "
        "JOIN pg_description d ON d.objoid = p.oid AND d.classoid = 'pg_policy'::regclass "
        "WHERE p.polname = %s AND n.nspname = current_schema() AND c.relrowsecurity AND c.relforcerowsecurity",
        [POLICY],
    )
    return dict(cursor.fetchall())
