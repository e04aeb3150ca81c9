"""Several processes write one chain, on SQLite and on PostgreSQL: it stays whole and its head follows."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from postgresql_server import postgresql_server
from running_house import new_house

pytestmark = pytest.mark.slow
WRITERS, EVENTS = 3, 20

WRITE = f"""
import django
django.setup()
from yakuba.kernel.audit.chain import record
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality
with active_municipality(Municipality.objects.get()):
    for number in range({EVENTS}):
        record("ledger.case_viewed", subject=f"case:{{number}}")
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def house(request, tmp_path):
    if request.param == "sqlite":
        yield new_house(tmp_path)
        return
    with postgresql_server() as server:
        yield new_house(tmp_path, YAKUBA_DATABASE_URL=server.new_database("yakuba"))


def test_a_chain_with_several_writers_stays_whole(house):
    before = json.loads(house.yakuba("audit", "digest", "--json").stdout)[0]["events"]
    writers = [subprocess.Popen([sys.executable, "-c", WRITE], env=house.environment) for _ in range(WRITERS)]
    assert [writer.wait(300) for writer in writers] == [0] * WRITERS
    told = house.yakuba("audit", "verify", "--json")
    count = before + WRITERS * EVENTS
    assert json.loads(told.stdout) == [{"municipality": "990019", "events": count, "problems": []}]
    assert json.loads((house.folder / "audit" / "990019.json").read_text())["sequence"] == count
