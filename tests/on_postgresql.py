"""Run pytest with the arguments given, on a PostgreSQL server that lives only as long as the run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import pytest
import ready_tables
from once_more_alone import run
from postgresql_server import postgresql_server


def main() -> int:
    """pytest's exit code, or 0 with a word on standard error where PostgreSQL is not installed."""
    try:
        with postgresql_server() as server:
            environment = os.environ | {"YAKUBA_DATABASE_URL": server.new_database("yakuba")}
            ready_tables.load_into(server.new_database("yakuba_tables"))
            return run(sys.argv[1:], environment | {ready_tables.TEMPLATE: "yakuba_tables"})
    except pytest.skip.Exception as missing:
        print(f"PostgreSQLでの試験を飛ばします: {missing}", file=sys.stderr)
        return 0


if __name__ == "__main__":
    sys.exit(main())
