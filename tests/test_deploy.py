"""`deploy/`: units, container and compose name what there is, and the nightly backup keeps what it should."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest
import yaml
from psycopg import sql

from tests.postgresql_server import postgresql_server
from yakuba.config.command import HOUSE
from yakuba.config.environment import Environment

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
VARIABLE = re.compile(r"\bYAKUBA_[A-Z_]+\b")
#: Variables of `deploy/` itself, which the program does not read.
OWN = {
    "YAKUBA_BACKUPS", "YAKUBA_BACKUPS_KEPT", "YAKUBA_BACKUP_KEYS", "YAKUBA_COMMAND", "YAKUBA_DATABASE_PASSWORD",
    "YAKUBA_PUBLISHED", "YAKUBA_SECCOMP", "YAKUBA_SUPERUSER_PASSWORD",
}  # fmt: skip


def test_every_variable_is_one_that_the_program_reads() -> None:
    known = {f"YAKUBA_{name.upper()}" for name in Environment.model_fields} | OWN
    for file in [one for one in DEPLOY.rglob("*") if one.is_file()]:
        assert set(VARIABLE.findall(file.read_text(encoding="utf-8"))) <= known, file


@pytest.mark.parametrize("unit", UNITS, ids=lambda one: one.name)
def test_a_unit_starts_what_there_is(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    for command in re.findall(r"^ExecStart=/opt/yakuba/(\S+) ?(\S*)", text, re.MULTILINE):
        if command[0] == ".venv/bin/yakuba":
            assert command[1] in HOUSE
        else:
            assert (ROOT / command[0]).stat().st_mode & 0o111
    for named in re.findall(r"(?:Documentation=file:/opt/yakuba/)(\S+)", text):
        assert (ROOT / named).is_file()
    for named in re.findall(r"yakuba[a-z-]*(?:@\d?)?\.(?:service|target|timer)", text):
        assert re.sub(r"@\d", "@", named) in {one.name for one in UNITS}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """As they stand, but for the place of the program, which is not on this machine."""
    (tmp_path / "program").write_text("#!/bin/sh\n")
    (tmp_path / "program").chmod(0o755)
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8")
        changed = re.sub(r"^ExecStart=\S+", f"ExecStart={tmp_path}/program", text, flags=re.MULTILINE)
        (tmp_path / unit.name).write_text(changed)
    names = [str(tmp_path / unit.name.replace("@.", "@1.")) for unit in UNITS]
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True, cwd=tmp_path
    )
    ours = [line for line in told.stderr.splitlines() if "yakuba" in line]
    assert (told.returncode, ours) == (0, [])


def test_the_containers_start_what_there_is() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    ours = {name: one for name, one in services.items() if one["image"] == "yakuba"}
    assert {name: one["command"] for name, one in ours.items()} == {
        name: ["yakuba", name] for name in ("prepare", "web", "worker")
    }
    for one in ours.values():
        assert (ROOT / one["build"]["dockerfile"]).is_file()
        assert (one["cap_drop"], one["read_only"]) == (["ALL"], True)
    assert "hostname" in ours["worker"]  # the number of the robots' way out is kept under it


def test_what_is_not_copied_into_the_image_is_the_same_for_both_builders() -> None:
    left_out = (ROOT / ".containerignore").read_text()
    assert left_out == (ROOT / ".dockerignore").read_text()
    assert {".git", ".venv", "data"} <= set(left_out.split())


def _backup(folder: Path, fails: str = "") -> subprocess.CompletedProcess[str]:
    """The script with a program in place of `yakuba` that makes the folder it is asked for, and fails where it is told."""
    program = folder / "yakuba"
    program.write_text(
        "#!/bin/bash\n"
        f'[ "$1 $2" = "backup --check" ] && {{ [ "{fails}" = check ] && exit 1; exit 0; }}\n'
        f'[ "{fails}" = backup ] && exit 1\nmkdir -p "$2"; echo "$*" >> "{folder}/asked"\n'
    )
    program.chmod(0o755)
    environment = {
        "PATH": "/usr/bin:/bin",
        "YAKUBA_COMMAND": str(program),
        "YAKUBA_BACKUPS": str(folder / "backups"),
        "YAKUBA_BACKUP_KEYS": str(folder / "keys"),
        "YAKUBA_BACKUPS_KEPT": "2",
    }
    return subprocess.run([DEPLOY / "backup.sh"], env=environment, capture_output=True, text=True)


def _old(folder: Path) -> list[Path]:
    old = [folder / "backups" / f"yakuba-2026010{day}-020000" for day in (1, 2, 3)]
    for one in [*old, folder / "backups" / "photos"]:
        one.mkdir(parents=True)
    return old


def test_the_newest_backups_are_kept_and_nothing_else_is_touched(tmp_path: Path) -> None:
    old = _old(tmp_path)
    assert _backup(tmp_path).returncode == 0
    assert [one.exists() for one in old] == [False, False, True]
    assert (tmp_path / "backups" / "photos").exists()
    assert f"--keys {tmp_path}/keys/keys" in (tmp_path / "asked").read_text()


@pytest.mark.parametrize("fails", ["backup", "check"])
def test_without_a_new_good_backup_no_old_one_goes(tmp_path: Path, fails: str) -> None:
    old = _old(tmp_path)
    assert _backup(tmp_path, fails).returncode != 0
    assert all(one.exists() for one in old)


@pytest.mark.postgresql
def test_the_databases_container_makes_a_role_that_passes_by_no_wall() -> None:
    with postgresql_server() as server:
        server.execute(sql.SQL("ALTER ROLE {} RENAME TO other").format(sql.Identifier("yakuba")))
        word = "a'b\\ \"c;"
        environment = {
            **os.environ,
            "PGHOST": "127.0.0.1",
            "PGPORT": str(server.port),
            "PGPASSWORD": server.password,
            "YAKUBA_DATABASE_PASSWORD": word,
        }
        subprocess.run([DEPLOY / "database.sh"], env=environment, check=True, capture_output=True)
        with psycopg.connect(
            host="127.0.0.1", port=server.port, user="yakuba", password=word, dbname="yakuba"
        ) as connection:
            found = connection.execute(
                "SELECT rolsuper, rolbypassrls, pg_get_userbyid(datdba) FROM pg_roles, pg_database "
                "WHERE rolname = current_user AND datname = current_database()"
            ).fetchone()
    assert found == (False, False, "yakuba")
