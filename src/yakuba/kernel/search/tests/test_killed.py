"""A real SIGKILL in the middle of a building: the next one goes on from the last whole step."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.running_house import lay_tables

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SETUP = """
import json, sys, time
import django; django.setup()
from yakuba.kernel.registry import SearchSource, rooms
from yakuba.kernel.search import indexing, finding
from yakuba.kernel.search.tests import source
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality
town = Municipality.objects.get_or_create(code="990019", defaults={"name": "やくば市"})[0]
rooms.search_sources()["s"] = SearchSource("s", "試験", keys=f"{source.HERE}:keys", entries=f"{source.HERE}:entries")
indexing.AT_ONCE = 5
with active_municipality(town):
    for number in range(40):
        source.lay(f"k{number:02}", f"申請 番号{number}")
"""
BUILD = """
    def tell(done, total):
        print(done, flush=True)
        if done >= 15: time.sleep(600)
    indexing.rebuild("s", tell)
"""
GO_ON = """
    told = []
    indexing.rebuild("s", lambda done, total: told.append(done))
    keys = sorted(key for key, _ in finding.ranked("s", "申請"))
    print(json.dumps([told, keys]))
"""


def test_a_building_that_is_killed_goes_on(tmp_path):
    environment = os.environ | {
        "YAKUBA_DATA_DIR": str(tmp_path / "data"),
        "DJANGO_SETTINGS_MODULE": "yakuba.config.settings",
    }
    environment.pop("YAKUBA_DATABASE_URL", None)
    lay_tables(tmp_path / "data")

    def start(code: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", SETUP + code], env=environment, stdout=subprocess.PIPE, text=True
        )

    first = start(BUILD)
    assert first.stdout
    lines = [first.stdout.readline().strip() for _ in range(3)]
    first.send_signal(signal.SIGKILL)
    first.wait()
    first.stdout.close()
    assert lines == ["5", "10", "15"]
    told, _ = start(GO_ON).communicate()
    steps, keys = json.loads(told)
    assert steps == [20, 25, 30, 35, 40]
    assert keys == [f"k{number:02}" for number in range(40)]
