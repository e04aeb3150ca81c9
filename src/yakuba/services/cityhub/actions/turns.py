"""One at a time in a town: SQLite has one writer anyway, PostgreSQL is asked for a lock that ends with the transaction."""

from __future__ import annotations

from django.db import connection

WRITER = 5_380_053  # who stores updates
LEVELS = 5_380_054  # who enters evacuation notices


def take_turn(lock: int, municipality_id: int) -> None:
    """Wait until no other transaction has this lock of the town. Within a transaction."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [lock, municipality_id])
