"""An event of a case still is never changed, but for one thing: what was written in it goes when the case is erased."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from django.db import migrations

from yakuba.kernel.audit.append_only import belongs_to_tables

TABLE = "ledger_caseevent"
FLAGS = ("assumed", "passed", "changed")
KEPT = ("id", "municipality_id", "case_id", "kind", "at", "actor", "user_id", "seconds")


@belongs_to_tables
def allow_redaction(apps: Any, schema_editor: Any) -> None:
    """Replace the trigger by one that lets an update through which leaves nothing in `details` but the flags."""
    if schema_editor.connection.vendor == "postgresql":
        flags = "{" + ", ".join(f'"{flag}": true' for flag in FLAGS) + "}"
        kept = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in KEPT)
        text = f"""
            DROP TRIGGER {TABLE}_append_only ON {TABLE};
            CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE ON {TABLE} FOR EACH ROW
            WHEN (NOT ({kept} AND NEW.details <@ '{flags}'::jsonb))
            EXECUTE FUNCTION {TABLE}_append_only();
        """
    else:
        kept = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in KEPT)
        forms = [part for number in range(4) for part in combinations(FLAGS, number)]
        left = ", ".join("'{" + ", ".join(f'"{flag}": true' for flag in part) + "}'" for part in forms)
        text = f"""
            DROP TRIGGER {TABLE}_append_only;
            CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE ON {TABLE}
            WHEN NOT ({kept} AND NEW.details IN ({left}))
            BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END;
        """
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(text)
        else:
            drop, _, create = text.partition(";")
            cursor.execute(drop)
            cursor.execute(create)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_case_letters")]
    operations = [migrations.RunPython(allow_redaction, migrations.RunPython.noop)]
