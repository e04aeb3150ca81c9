"""The record in real processes, on SQLite and on PostgreSQL: written by several at once, and brought to a key from a
version that had none."""

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

OLDER_VERSION = """
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from yakuba.kernel.audit.chain import _plain_hash
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.audit.tests.tampering import execute
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality
call_command("migrate", "audit", "0002", verbosity=0)
with active_municipality(Municipality.objects.get()):
    previous = "0" * 64
    for event in AuditEvent.objects.order_by("sequence"):
        event.previous_hash = previous
        previous = _plain_hash(event)
        execute(f"UPDATE audit_auditevent SET previous_hash = '{event.previous_hash}', hash = '{previous}' "
                f"WHERE id = {event.pk}")
execute(f"UPDATE audit_chainhead SET hash = '{previous}'")
print(event.sequence)
"""
CHANGED = """
import django
django.setup()
from yakuba.kernel.audit.tests.tampering import execute
execute("UPDATE audit_auditevent SET subject = 'user:99' WHERE sequence = 2")
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


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_the_record_of_a_version_without_a_key_is_bound_to_one(house):
    events = int(house.python(OLDER_VERSION))
    (house.folder / "audit" / "990019.json").unlink()
    done = house.yakuba("prepare")
    assert done.returncode == 0, done.stderr
    told = house.yakuba("audit", "verify", "--json")
    assert json.loads(told.stdout) == [{"municipality": "990019", "events": events + 1, "problems": []}]
    house.python(CHANGED)
    told = house.yakuba("audit", "verify")
    assert told.returncode == 1
    assert "2番の記録が書き換えられて" in told.stdout
