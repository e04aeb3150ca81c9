"""Every command that is given a file: nothing there, a folder, a device without end. Told in Japanese, with an exit code."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from yakuba.config.command import build

TOWN = ("--municipality", "990019")
COMMANDS = {
    "procedure": "ledger load-procedure {} --municipality 990019",
    "reduction": "ledger load-reduction {} --municipality 990019",
    "bundle": "definitions import {} --municipality 990019",
    "register": "persons load {} --user {user}",
    "letters": "letters verify {}",
    "form": "reading load-form {} --municipality 990019",
    "scenario": "robots load-scenario {} --user {user}",
    "rules": "nursery rules check {}",
    "tables": "nursery prepare {rules} {} {} --out {out}",
    "market": "nursery solve {} --out {out}",
    "result": "nursery check {} {}",
    "web form": "intake load bus-pass {} --user {user}",
    "life event": "intake navigator check {} --user {user}",
    "life event's draft": "intake navigator load {} --user {user}",
    "round's rules": "nursery round load-rules {} --user {user}",
}
PERMISSIONS = ("persons.load", "robots.manage", "nursery.rules", "intake.view", "intake.edit")


@pytest.fixture
def call(in_yakuba_city, make_staff, tmp_path):
    user = make_staff(in_yakuba_city, *PERMISSIONS).username
    places = {"user": user, "out": tmp_path / "out", "rules": "samples/nursery-rules/yakuba-city.yaml"}

    def called(command: str, file: object):
        words = COMMANDS[command].replace("{}", str(file)).format(**places)
        return CliRunner().invoke(build(), words.split())

    return called


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("/none/such.file", "ません。名前と場所を確かめてください"),
        ("/etc", "フォルダです|ません。"),  # a form is given as its folder
        ("/dev/zero", "大きすぎます"),
    ],
)
def test_what_is_no_file_is_told(call, command, file, told):
    done = call(command, file)
    assert done.exit_code in (1, 2), done.output
    assert isinstance(done.exception, SystemExit), done.exception
    said = done.output.replace("\n", "")  # a narrow terminal parts lines
    assert any(word in said for word in told.split("|")), done.output
    assert "Usage" not in done.output


@pytest.mark.parametrize("out", ["/none/out", "/etc"])
def test_what_cannot_be_written_is_told(tmp_path, out):
    rules, places, children = (
        "samples/nursery-rules/yakuba-city.yaml",
        "samples/nursery-round/facilities.csv",
        "samples/nursery-round/applications.csv",
    )
    done = CliRunner().invoke(build(), ["nursery", "prepare", rules, places, children, "--out", out])
    assert done.exit_code == 2, done.output
    assert "書けません" in done.output
    assert "フォルダ" in done.output


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (["accounts", "municipality", "131016", "千代田\udc8b\udc83"], {}),
        (["accounts", "staff", "\udcff", "--municipality", "990019", "--name", "\udcff"], {}),
        (["ledger", "load-procedure", "samples/procedures/bus-pass.yaml", "--user", "\udcff", *TOWN], {}),
        (
            ["robots", "set-system", "system", "http://localhost:9", "--user"],
            {"ROBOTS_SECRETS": "鍵=\udc8b"},
        ),
    ],
)
def test_bytes_that_are_no_text_are_told(in_yakuba_city, make_staff, settings, words, environment):
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"outbound_hosts": "localhost:9"})
    if words[-1] == "--user":
        words = [*words, make_staff(in_yakuba_city, "robots.manage").username]
    done = CliRunner().invoke(build(), words, env=environment)
    assert done.exit_code in (1, 2), done.output
    assert isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    assert "。" in done.output
