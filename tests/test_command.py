"""The `yakuba` command as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from django.conf import settings
from django.db import DatabaseError, OperationalError, ProgrammingError
from typer.testing import CliRunner

from yakuba.config import command, running
from yakuba.kernel.cli.output import fail, write_file
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.refusals import Conflict


def test_an_interrupt_while_it_starts_is_one_line_and_130(tmp_path: Path) -> None:
    settings = (
        "import signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it\n"
        "signal.raise_signal(signal.SIGINT)\n"
    )
    (tmp_path / "interrupted.py").write_text(settings, encoding="utf-8")
    paths = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "interrupted", "PYTHONPATH": paths}
    command = [sys.executable, "-m", "yakuba", "audit", "verify"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 130
    assert done.stderr == "中止しました。\n"
    assert done.stdout == ""


def test_another_users_data_folder_is_told(monkeypatch, capsys) -> None:
    def refused() -> None:
        raise PermissionError(13, "Permission denied", "/data/secret.key")

    monkeypatch.setattr(command, "_close_data_folder", refused)
    with pytest.raises(SystemExit) as ended:
        command._set_up()
    assert ended.value.code == 1
    assert "/data/secret.key を開く権限がありません" in capsys.readouterr().err


def test_the_parser_leaves_an_unreadable_file_to_the_command(tmp_path, monkeypatch) -> None:
    """The parser would tell of it in English."""
    (tmp_path / "closed").write_text("")
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    words = ["municipality", "import", str(tmp_path / "closed"), "--passphrase-stdin"]
    done = CliRunner().invoke(command.build(), words, input="correct-horse-battery\n")
    assert "Yakubaが書き出した自治体のファイルではありません" in done.stderr
    assert "Usage" not in done.stderr


def test_the_list_of_commands_imports_nothing_of_the_house(tmp_path: Path) -> None:
    asked = (
        "import sys\n"
        "from yakuba.config import command\n"
        "sys.argv = ['yakuba', '--help']\n"
        "try:\n    command.main()\n"
        "except SystemExit:\n    pass\n"
        "heavy = {'django.apps', 'django.db', 'ninja', 'numpy', 'cv2', 'dbos', 'pydantic', 'yakuba.config.settings'}\n"
        "rooms = {name for name in sys.modules if name.startswith('yakuba.services.') and name.count('.') > 2}\n"
        "print(heavy & set(sys.modules), {name for name in rooms if not name.endswith('.manifest')}, file=sys.stderr)\n"
    )
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "YAKUBA_DATA_DIR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", asked], env=environment, capture_output=True, text=True, timeout=600
    )
    assert "robots" in done.stdout
    assert "ロボット" in done.stdout
    assert done.stderr == "set() set()\n"
    assert list(tmp_path.iterdir()) == []


def test_a_room_without_commands_of_its_own_has_those_of_its_operations(monkeypatch) -> None:
    monkeypatch.setattr(command, "_has", lambda room, part: part == "operations" and room == "robots")
    house = typer.main.get_command(command.build())
    assert "reading" not in house.commands
    assert {"pause", "decide"} <= set(house.load("robots").commands)
    assert "status" not in house.load("robots").commands


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (OperationalError("no such table: tenancy_municipality"), "yakuba prepare"),
        (DatabaseError("file is not a database"), "yakuba restore"),
        (OperationalError("database or disk is full"), "空き"),
        (OperationalError("disk I/O error"), "空き"),
        (OperationalError("attempt to write a readonly database"), "権限"),
        (OperationalError("database is locked"), "しばらく"),
        (OperationalError('connection failed: connection to server at "127.0.0.1"'), "YAKUBA_DATABASE_URL"),
    ],
)
def test_a_database_that_cannot_be_worked_with_is_told(error, remedy) -> None:
    done = CliRunner().invoke(_failing_with(error), ["do", "--json"])
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit), done.exception
    assert remedy in done.stdout
    assert remedy in done.stderr
    assert str(error) not in done.output


def test_a_fault_of_the_program_in_a_query_is_no_refusal() -> None:
    error = ProgrammingError("syntax error")
    assert CliRunner().invoke(_failing_with(error), ["do"]).exception is error


def test_what_is_told_keeps_a_command_on_its_line(capsys) -> None:
    fail("あ" * 35 + " yakuba municipality begin 990019 を実行してください。")
    assert "yakuba municipality begin 990019" in capsys.readouterr().err


def test_a_file_is_written_by_one_at_a_time_and_beside_no_link(tmp_path) -> None:
    out, draft = tmp_path / "out.csv", tmp_path / "out.csv.part"

    def pieces() -> Iterator[bytes]:
        yield b"first, "
        with pytest.raises(Conflict, match="いま、同じ名前で書いています"):
            write_file(out, b"second")
        yield b"whole"

    draft.write_text("a longer one, left by a killed command")
    write_file(out, pieces())
    assert out.read_text() == "first, whole"
    draft.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(typer.Exit):
        write_file(out, b"led away")
    assert not (tmp_path / "elsewhere").exists()
    assert out.read_text() == "first, whole"


def _failing_with(error: Exception) -> typer.Typer:
    app = verbs("Fails")
    app.callback()(lambda: None)

    @app.command("do")
    def do(as_json: bool = typer.Option(False, "--json")) -> None:
        raise error

    return app


def test_a_profile_that_closes_everything_is_told_to_who_starts_the_house(tmp_path, monkeypatch, capsys):
    started: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda program, arguments: started.append(arguments))
    profile = tmp_path / "profile.yaml"
    monkeypatch.setattr(settings.YAKUBA, "deployment", profile)
    running.web()
    assert "yakuba check --deploy" in capsys.readouterr().err
    profile.write_bytes((settings.YAKUBA.samples_dir / "deployment/alpha.yaml").read_bytes())
    running.web()
    assert capsys.readouterr().err == ""
    assert len(started) == 2, "pages open all the same"
