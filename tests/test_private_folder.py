"""No other user of the machine reads the data folder, whether the house made it or an older version did."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from running_house import Visitor, new_house

import yakuba
from yakuba.config import command
from yakuba.config.folder import close_to_others

SOURCE = Path(yakuba.__file__).parent
MODES = re.compile(r"chmod\(|umask\(|shutil\.copy(?!file(?:obj)?\b)|copymode|copystat")

AT_WORK = """
import django
django.setup()
from django.conf import settings
from django.db import connection
connection.cursor().execute("SELECT * FROM accounts_user")
for path in settings.YAKUBA.data_dir.iterdir():
    print(f"{path.name}:{path.stat().st_mode & 0o777:o}")
"""


GUARD = 600  # seconds, only against a process that never comes up


def wait_until(wanted, what):
    deadline = time.monotonic() + GUARD
    while not wanted():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


def open_to_others(folder):
    return [path for path in (folder, *folder.rglob("*")) if stat.S_IMODE(path.stat().st_mode) & 0o077]


@pytest.mark.slow
def test_all_that_the_house_makes_is_its_own(tmp_path):
    before = os.umask(0o022)
    try:
        house = new_house(tmp_path)
        with house.web():
            Visitor(house.port).log_in()
        made = house.python(AT_WORK).split()
        assert {"yakuba.sqlite3-wal:600", "yakuba.sqlite3-shm:600", "master.key:600", "static:700"} <= set(
            made
        )
        assert open_to_others(house.folder) == []
        house.folder.chmod(0o755)
        (house.folder / "yakuba.sqlite3").chmod(0o644)
        assert house.yakuba("audit", "verify").returncode == 0
        assert open_to_others(house.folder) == []
    finally:
        os.umask(before)


WRITES = """
import sys
from pathlib import Path
from django.conf import settings
assert settings.YAKUBA
inside = Path(sys.argv[1]) / "inside"
inside.mkdir()
(inside / "scan.pdf").touch()
"""


def test_what_a_process_writes_is_its_own_however_careless_the_shell(tmp_path):
    environment = {"YAKUBA_DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "yakuba.config.settings"}
    command = [sys.executable, "-c", WRITES, str(tmp_path)]
    subprocess.run(command, env=os.environ | environment, umask=0, check=True)
    assert open_to_others(tmp_path / "inside") == []


def test_what_an_older_version_left_open_is_closed(tmp_path):
    (tmp_path / "files").mkdir(mode=0o755)
    for name in ("yakuba.sqlite3", "secret.key"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)
    tmp_path.chmod(0o755)
    assert close_to_others(tmp_path) == []
    assert open_to_others(tmp_path) == []


def test_a_folder_with_keys_and_database_elsewhere_is_closed(tmp_path):
    (tmp_path / "files" / "990019").mkdir(parents=True)
    for path in (tmp_path, tmp_path / "files"):
        path.chmod(0o755)
    assert close_to_others(tmp_path) == []
    assert open_to_others(tmp_path) == []


def test_one_place_alone_decides_who_may_read():
    """What changes modes, or takes them along from elsewhere, would go round the one place. The other two close what
    they have just opened to everybody else."""
    found = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if "tests" not in path.parts and MODES.search(path.read_text("utf-8"))
    }
    assert found == {"config/folder.py", "kernel/cli/drafts.py", "services/robots/adapters/egress/server.py"}


@pytest.mark.full
@pytest.mark.timeout(3000)
def test_the_whole_chain_leaves_nothing_open_whatever_the_umask(tmp_path):
    """From the scan to the core system, with its sheets, pictures of robots, logs and keys, as a careless shell
    starts it."""
    house = new_house(tmp_path)
    folder = tmp_path / "chain"
    done = subprocess.run(
        [sys.executable, "-m", "yakuba", "demo", "--sheets", "6", "--seed", "5"],
        env=house.environment | {"YAKUBA_DATA_DIR": str(folder), "YAKUBA_DEMO_INSIDE": "1"},
        umask=0,
        timeout=2400,
    )
    assert done.returncode == 0
    made = {path.relative_to(folder).parts[0] for path in folder.rglob("*") if path.is_file()}
    assert {"files", "audit", "pile", "egress", "master.key", "core.sqlite3"} <= made
    assert open_to_others(folder) == []


@pytest.mark.slow
def test_what_a_killed_house_left_in_plain_text_goes_with_the_next_start(tmp_path):
    house = new_house(tmp_path)
    temporary = house.folder / "tmp"
    with house.web():
        (killed,) = (path for path in temporary.iterdir() if path.is_dir())
        (killed / "scan.upload.pdf").write_text("plain text")
    assert (killed / "scan.upload.pdf").exists(), "the web process was really killed"
    with house.running("worker"):
        wait_until(lambda: not killed.exists(), "the worker has cleaned up")
        wait_until(lambda: any(path.is_dir() for path in temporary.iterdir()), "the worker has its own")
        (alive,) = (path for path in temporary.iterdir() if path.is_dir())
        (alive / "letter.html").write_text("plain text")
        with house.web():
            assert (alive / "letter.html").exists(), "what a live process holds is not touched"


def test_a_folder_that_is_not_the_houses_is_left_alone(tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "somebody.txt").touch()
    assert close_to_others(tmp_path) == []
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_what_cannot_be_closed_is_told(tmp_path, settings, monkeypatch, capsys):
    (tmp_path / "secret.key").touch()
    monkeypatch.setattr("yakuba.config.folder._closed", lambda path: path.name != "secret.key")
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"data_dir": tmp_path})
    command._close_data_folder()
    told = capsys.readouterr().err
    assert str(tmp_path / "secret.key") in told
    assert f"chmod -R go= {tmp_path}" in told
