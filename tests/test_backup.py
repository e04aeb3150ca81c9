"""The commands of docs/operate/backup.md, run as they stand there: taken, and restored into an empty place."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from followed_page import PROJECT, blocks, run
from postgresql_server import Server, postgresql_server
from running_house import House, Visitor, new_house

PAGE = PROJECT / "docs/operate/backup.md"
CORE_PASSWORD = "coresystem-demo"

BEGIN = """
import django, os, sys
django.setup()
from pathlib import Path
from yakuba.demo import chain, town
from yakuba.demo.clerk import StandIn
from yakuba.demo.programs import CoreSystem, Workers, make_pile, read_pile
folder, core = Path(sys.argv[1]), CoreSystem(None, sys.argv[2], Path(sys.argv[3]))
tell = lambda *_: None
"""
READ_AND_CONFIRM = (
    BEGIN
    + """
pile = make_pile(8, 5, folder)
town.load_town(core.url)
with town.in_yakuba_city():
    hands = Workers(1)
    clerk, killer = StandIn(pile, town.user("standin")), chain.Killer(hands)
    batch = chain._upload(pile)
    chain._read(batch, pile.sheets, clerk, killer, tell)
    chain._confirm(batch, clerk, killer, tell)
    hands.stop()
"""
)
ENTER = (
    BEGIN
    + """
import json
from yakuba.kernel.ledger.models import Case
with town.in_yakuba_city():
    hands = Workers(1)
    chain._enter(StandIn(read_pile(folder), town.user("standin")), core, chain.Killer(hands), tell)
    hands.stop()
    cases = {one.receipt_number: [one.status, one.target_number] for one in Case.objects.all()}
print(json.dumps({"cases": cases, "stored": core.stored()}))
"""
)


class Keeper:
    """Whoever follows the page for one house: takes its backup, and restores it into an empty place."""

    def __init__(self, house: House, server: Server | None, folder: Path) -> None:
        self.house, self.server, self.folder = house, server, folder
        self.kept, self.keys = folder / "kept", folder / "keys"
        self.kept.mkdir(mode=0o700)
        self.where = {"/鍵の控え": str(self.keys), "/控え": str(self.kept)}

    def take(self) -> None:
        (taking,) = blocks(PAGE, "取る")
        run(taking, self.house, self.where)
        (proving,) = blocks(PAGE, "確かめる")
        run(proving, self.house, self.where)

    def restore(self) -> House:
        """The restored house; it is not running yet."""
        laying, starting = blocks(PAGE, "戻す")
        assert starting == "yakuba up\n"
        folder = self.folder / "restored"
        house = replace(self.house, folder=folder, environment=dict(self.house.environment))
        if self.server is not None:
            house.environment["YAKUBA_DATABASE_URL"] = self.server.new_database("restored")
        run(laying, house, self.where | {"/srv/yakuba": str(folder)})
        house.environment["YAKUBA_DATA_DIR"] = str(folder)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        return house


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def keeper(request, tmp_path):
    if request.param == "sqlite":
        yield Keeper(new_house(tmp_path), None, tmp_path)
        return
    with postgresql_server() as server:
        house = new_house(tmp_path, YAKUBA_DATABASE_URL=server.new_database("yakuba"))
        yield Keeper(house, server, tmp_path)


@pytest.mark.slow
def test_a_backup_is_taken_and_restored_as_the_page_says(keeper):
    digest = json.loads(keeper.house.yakuba("audit", "digest", "--json").stdout)[0]["digest"]
    keeper.take()
    restored = keeper.restore()
    assert restored.yakuba("audit", "verify", "--digest", digest).returncode == 0


@pytest.mark.full
@pytest.mark.timeout(3000)
def test_a_restored_town_goes_on_and_enters_nothing_twice(keeper, core):
    url, database = core
    pile = keeper.folder / "pile"
    keeper.house.environment["YAKUBA_OUTBOUND_HOSTS"] = urlsplit(url).netloc
    program(keeper.house, READ_AND_CONFIRM, pile, url, database)
    keeper.take()
    entered = json.loads(program(keeper.house, ENTER, pile, url, database))
    assert {status for status, _ in entered["cases"].values()} == {"entered"}

    restored = keeper.restore()
    with restored.running("up") as up:
        restored.wait_until_it_answers(up)
        visitor = Visitor(restored.port)
        visitor.log_in()
        assert len(pictures(visitor)) > 0
        again = json.loads(program(restored, ENTER, pile, url, database))
        if keeper.server is not None:
            assert not [line for line in command_lines() if keeper.server.password in line]
    assert again == entered
    assert restored.yakuba("audit", "verify").returncode == 0


def program(house: House, text: str, *arguments: object) -> str:
    command = [sys.executable, "-c", text, *map(str, arguments)]
    done = subprocess.run(command, env=house.environment, stdout=subprocess.PIPE, text=True, timeout=1500)
    assert done.returncode == 0
    return done.stdout


def pictures(visitor: Visitor) -> list[str]:
    """The addresses of the pictures on the pages of cases; each opens."""
    cases = set(re.findall(r'href="(/cases/\d+/)', visitor.get("/cases/?sort=").text))
    found = [one for case in cases for one in re.findall(r'<img[^>]+src="(/[^"]+)"', visitor.get(case).text)]
    for one in found:
        answer = visitor.get(one)
        assert (answer.status, answer.headers["Content-Type"].partition("/")[0]) == (200, "image"), one
    return found


def command_lines() -> list[str]:
    """What every user of the machine sees of all processes."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # it has ended
            continue
    return lines


@pytest.fixture
def core(tmp_path):
    """The sample core system: its address and its database, which no backup of the house holds."""
    database = tmp_path / "core.sqlite3"
    command = [sys.executable, "-u", str(PROJECT / "samples/coresystem/server.py"), "--port", "0"]
    process = subprocess.Popen(
        [*command, "--database", str(database), "--password", CORE_PASSWORD],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield re.search(r"http://[\w.]+:\d+", process.stdout.readline()).group(), database
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_no_password_stands_on_a_command_line():
    """An address of the database holds the password, and every user of the machine sees a program's arguments."""
    for page in PAGE.parent.glob("*.md"):
        for line in page.read_text(encoding="utf-8").splitlines():
            assert not re.search(r"\b(pg_dump|pg_restore|psql|dropdb|createdb)\b.*DATABASE_URL", line), (
                f"{page.name}: {line}"
            )
