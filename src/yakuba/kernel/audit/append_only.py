"""Database triggers that refuse changes to append-only tables, whoever asks (used by migrations)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Change = Callable[[Any, Any], None]
_POSTGRESQL = """
CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '{table} is append-only'; END $$ LANGUAGE plpgsql;
CREATE TRIGGER {table}_append_only BEFORE {verbs} ON {table}
FOR EACH ROW EXECUTE FUNCTION {table}_append_only();
"""
_SQLITE = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
"""


def refuse_changes(table: str, *, deletes: bool) -> Change:
    """A RunPython function that refuses UPDATE on `table`, and DELETE too when `deletes`.

    SQLite refuses only UPDATE, because emptying a table there is a DELETE; the hash chain shows a lost row.
    """

    def apply(apps: Any, schema_editor: Any) -> None:
        postgresql = schema_editor.connection.vendor == "postgresql"
        verbs = "UPDATE OR DELETE" if deletes else "UPDATE"
        text = (_POSTGRESQL if postgresql else _SQLITE).format(table=table, verbs=verbs)
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(text)

    return belongs_to_tables(apply)


def belongs_to_tables(change: Change) -> Change:
    """Name what a migration runs as a part of the tables themselves: a new installation runs it too, which has no rows
    that other migrations could put right."""
    change.belongs_to_tables = True  # type: ignore[attr-defined]
    return change
