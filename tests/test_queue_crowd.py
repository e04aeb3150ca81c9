"""Clerks and machines in processes of their own at one database file: no ticket is called twice, no number given twice. On
PostgreSQL the same with threads: `services/queue/tests/test_calling.py`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from running_house import lay_tables

HOUSE = Path(__file__).resolve().parents[1]
CROWD = "import django; django.setup(); from tests.queue_crowd import play; play()"
LONGEST = 600  # seconds; nothing is measured, this only ends a test that hangs

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2 * LONGEST)]


def start(folder: Path, role: str, number: int) -> subprocess.Popen[str]:
    environment = os.environ | {
        "YAKUBA_DATA_DIR": str(folder),
        "YAKUBA_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "yakuba.config.settings",
    }
    command = [sys.executable, "-c", CROWD, role, str(number)]
    return subprocess.Popen(command, env=environment, cwd=HOUSE, text=True, stdout=subprocess.PIPE)


def test_processes_at_one_queue(tmp_path):
    folder = tmp_path / "data"
    lay_tables(folder)
    assert start(folder, "set_up", 0).wait(LONGEST) == 0
    for role in ("machine", "clerk"):
        crowd = [start(folder, role, number) for number in range(3)]
        said = [one.communicate(timeout=LONGEST)[0] for one in crowd]
        assert [one.returncode for one in crowd] == [0, 0, 0], role
        labels = sorted(label for lines in said for label in lines.split())
        first, last = (13, 24) if role == "machine" else (1, 24)
        assert labels == [f"A{number:03d}" for number in range(first, last + 1)], role
