"""That what was erased is in no table any more, nor in the pages of the database's files."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from operator import or_

from django.apps import apps
from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Q
from django.db.models.functions import Cast

from yakuba.kernel.tenancy import every_municipality
from yakuba.kernel.tenancy.models import MunicipalityModel

SHORTEST = 4  # characters of a value that tells something
MOST = 20  # values that are looked for
OLDER_READERS_WAIT = 60  # seconds
_TEXTS = (models.CharField, models.TextField, models.JSONField)


def sample(values: Sequence[str]) -> list[str]:
    """Those that are looked for: the longest, which tell most."""
    return sorted({one for one in values if len(one) >= SHORTEST}, key=lambda one: (-len(one), one))[:MOST]


def left(values: Sequence[str]) -> dict[str, int]:
    """`{table: rows}` of the active town in which one of the values stands, as it is or as JSON writes it."""
    found: dict[str, int] = {}
    if not values:
        return found
    spelt = {form for one in values for form in (one, json.dumps(one)[1:-1])}
    for model in apps.get_models():
        if issubclass(model, MunicipalityModel) and (number := _rows(model, spelt)):
            found[str(model._meta.verbose_name)] = number
    return found


def _rows(model: type[MunicipalityModel], values: set[str]) -> int:
    fields = [field.name for field in model._meta.concrete_fields if isinstance(field, _TEXTS)]
    if not fields:
        return 0
    rows = model.objects.annotate(**{f"as_text_{name}": Cast(name, models.TextField()) for name in fields})
    wanted = [Q(**{f"as_text_{name}__contains": value}) for name in fields for value in values]
    return int(rows.filter(reduce(or_, wanted)).count())


def scrub(*, every: bool = False) -> None:
    """Let nothing of what was deleted stand in the database's files; every: also of the tables of no municipality. Other connections wait for it, seconds for a town's
    data. Inside a transaction (a test's) it does nothing."""
    if connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for step in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                cursor.execute(step)
        elif connection.vendor == "postgresql":
            _wait_for_older_readers(cursor)
            tables = [
                model._meta.db_table
                for model in apps.get_models(include_auto_created=every)
                if every or issubclass(model, MunicipalityModel)
            ]
            for table in tables:
                cursor.execute(f"VACUUM (FULL, ANALYZE) {connection.ops.quote_name(table)}")
                _forget_statistics_where_empty(cursor, table)
            # The statistics of before ANALYZE, with values of columns in them, still stand in their pages. Who began since
            # (the server's own ANALYZE, for one) may still see them.
            _wait_for_older_readers(cursor)
            cursor.execute("VACUUM FULL pg_catalog.pg_statistic")


def _forget_statistics_where_empty(cursor: CursorWrapper, table: str) -> None:
    """ANALYZE keeps the statistics of a table that has become empty; a column that gets a type, even its own, loses them."""
    name = connection.ops.quote_name(table)
    with every_municipality("whether a table is empty, whosever its rows were"):
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {name})")  # noqa: S608  a name of the models
    if cursor.fetchone() == (True,):
        return
    # Not asked of pg_stats, which columns have any: it hides those of every table with row-level security.
    cursor.execute(
        "SELECT quote_ident(attname), format_type(atttypid, atttypmod) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND format_type(atttypid, NULL) IN ('text', 'character varying', 'jsonb', 'date')",
        [name],
    )
    steps = [f"ALTER COLUMN {column} TYPE {its_type}" for column, its_type in cursor.fetchall()]
    if steps:
        with transaction.atomic(), _without_triggers(cursor, name):
            cursor.execute(f"ALTER TABLE {name} {', '.join(steps)}")


@contextmanager
def _without_triggers(cursor: CursorWrapper, name: str) -> Iterator[None]:
    """A column that a trigger asks for gets no type; in the transaction of which this is a part nobody else writes."""
    cursor.execute(
        "SELECT quote_ident(tgname), pg_get_triggerdef(oid) FROM pg_trigger"
        " WHERE tgrelid = %s::regclass AND NOT tgisinternal",
        [name],
    )
    triggers = cursor.fetchall()
    for trigger, _ in triggers:
        cursor.execute(f"DROP TRIGGER {trigger} ON {name}")
    yield
    for _, definition in triggers:
        cursor.execute(definition)


def _wait_for_older_readers(cursor: CursorWrapper) -> None:
    """Rows that an older transaction may still see survive a vacuum: wait for it, a minute at most."""
    cursor.execute("SELECT txid_current()::text")
    (now,) = cursor.fetchone()
    for _ in range(OLDER_READERS_WAIT):
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND age(backend_xmin) >= age((%s::bigint %% 4294967296)::text::xid)",
            [now],
        )
        if cursor.fetchone() == (0,):
            return
        time.sleep(1)
