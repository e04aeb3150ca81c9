"""No other user of the machine reads the data folder, whether the house made it or an older version did."""

from __future__ import annotations

import os
import stat

import pytest
from running_house import Visitor, new_house

from yakuba.config import command
from yakuba.config.folder import close_to_others

AT_WORK = """
import django
django.setup()
from django.conf import settings
from django.db import connection
connection.cursor().execute("SELECT * FROM accounts_user")
for path in settings.YAKUBA.data_dir.iterdir():
    print(f"{path.name}:{path.stat().st_mode & 0o777:o}")
"""


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


def test_what_an_older_version_left_open_is_closed(tmp_path):
    (tmp_path / "files").mkdir(mode=0o755)
    for name in ("yakuba.sqlite3", "secret.key"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)
    tmp_path.chmod(0o755)
    assert close_to_others(tmp_path) == []
    assert open_to_others(tmp_path) == []


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
