"""The commands of docs/operate/backup.md, run as they stand there, against a real PostgreSQL."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from postgresql_server import postgresql_server
from running_house import new_house

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]
PAGE = Path(__file__).resolve().parents[1] / "docs/operate/backup.md"
YAKUBA = f'yakuba() {{ "{sys.executable}" -m yakuba "$@"; }}\n'


def blocks(heading: str) -> list[str]:
    """The commands under a heading."""
    section = re.search(
        rf"^## {heading}\n(.*?)(?=^## )", PAGE.read_text(encoding="utf-8"), re.S | re.M
    ).group(1)
    return re.findall(r"```\n(.*?)```", section, re.S)


def run(commands: str, house, replaced: dict[str, str], **environment: str) -> str:
    for old, new in replaced.items():
        assert old in commands, f"the page does not say {old} any more"
        commands = commands.replace(old, new)
    done = subprocess.run(
        ["bash", "-euc", YAKUBA + commands],
        env=house.environment | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_backup_is_taken_and_restored_as_the_page_says(tmp_path):
    with postgresql_server() as server:
        house = new_house(tmp_path, YAKUBA_DATABASE_URL=server.new_database("yakuba"))
        kept = tmp_path / "kept"
        kept.mkdir()
        home = {"HOME": str(tmp_path)}
        password, (taking, restoring) = server.password, (blocks("取る（PostgreSQL）"), blocks("戻す"))
        assert password not in "".join(taking[1:] + restoring)

        def service(url: str) -> dict[str, str]:
            address = urlsplit(url)
            return {
                "host=db.example.lg.jp": f"host={address.hostname}",
                "port=5432": f"port={address.port}",
                "dbname=yakuba": f"dbname={address.path[1:]}",
                "user=yakuba": f"user={address.username}",
                "password=パスワード": f"password={password}",
            }

        run(taking[0], house, service(server.url("yakuba")), **home)
        assert (tmp_path / ".pg_service.conf").stat().st_mode & 0o077 == 0
        digest = json.loads(house.yakuba("audit", "digest", "--json").stdout)
        run(taking[1], house, {"/控え": str(kept)}, **home)

        other = server.new_database("restored")
        run(taking[0], house, service(other), **home)
        restored = restoring[0].replace("yakuba up\n", "yakuba audit digest --json\n")
        where = {"/控え": str(kept), "/srv/yakuba": str(tmp_path / "restored")}
        told = run(restored, house, where, YAKUBA_DATABASE_URL=other, **home)
        assert json.loads(told.splitlines()[-1]) == digest


def test_no_password_stands_on_a_command_line():
    """An address of the database holds the password, and every user of the machine sees a program's arguments."""
    for page in PAGE.parent.glob("*.md"):
        for line in page.read_text(encoding="utf-8").splitlines():
            assert not re.search(r"(pg_|psql|dropdb|createdb).*DATABASE_URL", line), f"{page.name}: {line}"
