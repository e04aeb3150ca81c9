"""PostgreSQL's own programs, which a backup of a PostgreSQL database asks."""

from __future__ import annotations

from yakuba.kernel.modelfolders import Kind, OptionalPart, Standing, look

GIVES = "PostgreSQLのデータベースの控えを取り、戻す"
DUMP, RESTORE = (
    OptionalPart(
        name,
        Kind.PROGRAM,
        f"PostgreSQLのプログラム {name} ",
        GIVES,
        "PostgreSQL",
        debian=("postgresql-client",),
    )
    for name in ("pg_dump", "pg_restore")
)


def optional() -> list[Standing]:
    """What is looked for on this machine."""
    return [look(DUMP), look(RESTORE)]
