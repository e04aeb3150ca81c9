"""Backups taken while others write, on SQLite and on PostgreSQL: whole, with every file of every row."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from postgresql_server import postgresql_server
from running_house import House, new_house

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # real processes on a busy machine
GUARD = 300  # seconds

# Stores files, erases the older ones, leaves audit events; says when it has begun, and ends when told to.
WRITER = """
import django, sys, threading
django.setup()
from collections import deque
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files import storage
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality
told = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), told.set()), daemon=True).start()
kept = deque()
with active_municipality(Municipality.objects.get()):
    while not told.wait(0.005):
        content = f"file {len(kept)}".encode() * 2000
        kept.append(storage.store(StoredFile.Kind.OUTPUT, "notice.pdf", "application/pdf", content))
        record("ledger.case_viewed", subject="case:1")
        if len(kept) == 150:
            print("begun", flush=True)
        if len(kept) > 150:
            storage.remove(kept.popleft())
"""
TAKE = """
import django, json, sys
django.setup()
from pathlib import Path
from yakuba.config.backup.taking import take
for number in range(3):
    print(json.dumps(take(Path(sys.argv[1]) / str(number), lambda *_: None).model_dump()), flush=True)
"""
OPEN_ALL = """
import django, json
django.setup()
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import content_of
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality
with active_municipality(Municipality.objects.get()):
    print(len([content_of(row) for row in StoredFile.objects.all()]))
"""
# In front of the real program: notes what every user of the machine would see of it.
SEEN = """#!/bin/sh
printf '%s\\n' "$0 $*" >> "{log}"
exec {real} "$@"
"""


ON_POSTGRESQL = pytest.param("postgresql", marks=(pytest.mark.postgresql, pytest.mark.full))


@pytest.fixture(scope="module", params=["sqlite", ON_POSTGRESQL])
def server(request):
    if request.param == "sqlite":
        yield None
        return
    with postgresql_server() as running:
        yield running


def program(house: House, text: str, *arguments: object) -> str:
    command = [sys.executable, "-c", text, *map(str, arguments)]
    done = subprocess.run(command, env=house.environment, capture_output=True, text=True, timeout=GUARD)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_row_of_a_backup_taken_at_work_has_its_file(server, tmp_path):
    where = {} if server is None else {"YAKUBA_DATABASE_URL": server.new_database("work")}
    house, log = new_house(tmp_path, **where), tmp_path / "arguments"
    house.environment["PATH"] = f"{watched(tmp_path, log)}:{os.environ['PATH']}"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER],
        env=house.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert writer.stdout.readline() == "begun\n"
        taken = [json.loads(line) for line in program(house, TAKE, tmp_path).splitlines()]
        assert writer.poll() is None, "it was at work all the time"
        writer.communicate("end\n", timeout=GUARD)
    finally:
        writer.kill()
        writer.wait()
    assert writer.returncode == 0
    assert len({one["contents_sha256"] for one in taken}) == 3, "the house did not stand still"
    assert all(one["files"] >= 150 and one["lacking"] == [] for one in taken)
    for path in [tmp_path / "2", *(tmp_path / "2").rglob("*")]:
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
    assert list((house.folder / "tmp").glob("*")) == [], "nothing is held any more"

    elsewhere = replace(house, folder=tmp_path / "new", environment=dict(house.environment))
    elsewhere.environment |= {
        "YAKUBA_DATA_DIR": str(tmp_path / "new"),
        "YAKUBA_MASTER_KEY": (house.folder / "master.key").read_text().strip(),
    }
    if server is not None:
        refused = elsewhere.yakuba("restore", str(tmp_path / "2"))
        assert refused.returncode == 1
        assert "データベースは空ではありません" in refused.stderr
        assert not (tmp_path / "new/files").exists()
        elsewhere.environment["YAKUBA_DATABASE_URL"] = server.new_database("elsewhere")
    done = elsewhere.yakuba("restore", str(tmp_path / "2"))
    assert done.returncode == 0, done.stderr
    assert int(program(elsewhere, OPEN_ALL)) == taken[2]["files"]
    assert elsewhere.yakuba("audit", "verify").returncode == 0
    if server is not None:
        assert "pg_dump" in log.read_text()
        assert "pg_restore" in log.read_text()
        assert server.password not in log.read_text()


def watched(folder: Path, log: Path) -> Path:
    programs = folder / "bin"
    programs.mkdir()
    for name in ("pg_dump", "pg_restore"):
        (programs / name).write_text(SEEN.format(log=log, real=f"/usr/bin/{name}"))
        (programs / name).chmod(0o700)
    return programs
