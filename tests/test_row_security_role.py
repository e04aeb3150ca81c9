"""A real installation on PostgreSQL: the role that passes the wall is told of, an older release's tables get the wall, and
what docs/operate says of roles and dumps holds."""

from __future__ import annotations

import json
import os
import subprocess

import psycopg
import pytest
from followed_page import PROJECT
from postgresql_server import EVERY_TOWN, Server, postgresql_server
from psycopg import sql
from running_house import House, new_house

PAGE = PROJECT / "docs/operate/scale-out.md"
ROLE, WALL = "データベースの役割", "自治体の壁"
pytestmark = [pytest.mark.postgresql, pytest.mark.slow]


@pytest.fixture(scope="module")
def server():
    with postgresql_server() as found:
        yield found


def troubles(house: House) -> dict[str, str]:
    """What `yakuba check` says of the wall: label -> what to do, empty where it is well."""
    rows = json.loads(house.yakuba("check", "--json").stdout)
    return {row["label"]: row["advice"] for row in rows if row["label"] in (ROLE, WALL)}


def rows(address: str, statement: str, options: str = "") -> list[tuple[object, ...]]:
    with psycopg.connect(address, options=options) as connection:
        return connection.execute(statement.encode()).fetchall()


def as_superuser(server: Server, database: str, *statements: str) -> None:
    with psycopg.connect(server.url(database, "postgres"), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def test_a_role_that_passes_the_wall_is_told_of_and_mended(server, tmp_path):
    address = server.new_database("passed")
    house = new_house(tmp_path, YAKUBA_DATABASE_URL=address)
    people = "SELECT username FROM accounts_user"
    assert troubles(house) == {ROLE: "", WALL: ""}
    assert rows(address, people) == []
    assert rows(address, people, EVERY_TOWN) == [("hanako",)]
    for right in ("SUPERUSER", "BYPASSRLS"):
        server.execute(sql.SQL(f"ALTER ROLE yakuba {right}"))  # type: ignore[arg-type]
        assert rows(address, people) == [("hanako",)]
        told = troubles(house)[ROLE]
        assert "ALTER ROLE yakuba NOSUPERUSER NOBYPASSRLS" in told
        server.execute(sql.SQL("ALTER ROLE yakuba NOSUPERUSER NOBYPASSRLS"))  # type: ignore[arg-type]
        assert troubles(house)[ROLE] == ""


def test_an_installation_of_an_older_release_gets_the_wall(server, tmp_path):
    address = server.new_database("older")
    house = new_house(tmp_path, YAKUBA_DATABASE_URL=address)
    tables = [name for (name,) in rows(address, "SELECT tablename FROM pg_policies GROUP BY tablename")]
    for table in tables:
        for (policy,) in rows(address, f"SELECT policyname FROM pg_policies WHERE tablename = '{table}'"):
            as_superuser(server, "older", f'DROP POLICY "{policy}" ON "{table}"')
        as_superuser(server, "older", f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
        as_superuser(server, "older", f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
    assert "yakuba prepare" in troubles(house)[WALL]
    assert rows(address, "SELECT count(*) FROM accounts_user") == [(1,)]
    assert house.yakuba("prepare").returncode == 0
    assert troubles(house) == {ROLE: "", WALL: ""}
    assert rows(address, "SELECT count(*) FROM accounts_user") == [(0,)]
    assert house.yakuba("audit", "verify").returncode == 0


def test_tables_of_the_administrator_become_those_of_the_role(server, tmp_path):
    server.new_database("owned")
    as_superuser(server, "owned", "ALTER DATABASE owned OWNER TO postgres")
    house = new_house(tmp_path, YAKUBA_DATABASE_URL=server.url("owned", "postgres"))
    assert troubles(house)[ROLE]
    as_superuser(server, "owned", "ALTER DATABASE owned OWNER TO yakuba", "CREATE SCHEMA IF NOT EXISTS dbos")
    recipe = next(one for one in PAGE.read_text(encoding="utf-8").split("```") if "OWNER TO yakuba'," in one)
    select, schema = recipe.removeprefix("text\n").split(";\n")[:2]
    with psycopg.connect(server.url("owned", "postgres"), autocommit=True) as connection:
        for (statement,) in connection.execute(select.encode()).fetchall():
            connection.execute(statement.encode())
        connection.execute(schema.encode())
    house.environment["YAKUBA_DATABASE_URL"] = server.url("owned")
    assert house.yakuba("prepare").returncode == 0
    assert troubles(house) == {ROLE: "", WALL: ""}
    assert "hanako" in house.yakuba("accounts", "list").stdout


def test_a_dump_by_hand_is_whole_or_none(server, tmp_path):
    address = server.new_database("dumped")
    new_house(tmp_path, YAKUBA_DATABASE_URL=address)

    def dump(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = ["pg_dump", "--table=accounts_user", *arguments, address]
        return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)

    assert dump().returncode != 0
    whole = dump("--enable-row-security", PGOPTIONS=EVERY_TOWN)
    assert whole.returncode == 0, whole.stderr
    assert "hanako" in whole.stdout


def test_the_role_of_the_page_is_an_ordinary_one():
    assert "CREATE ROLE yakuba LOGIN NOSUPERUSER NOBYPASSRLS" in PAGE.read_text(encoding="utf-8")
