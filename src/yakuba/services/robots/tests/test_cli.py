"""`yakuba robots …` in this process: results as JSON, refusals with an exit code, secrets never in arguments."""

from __future__ import annotations

import json
import re

import pytest
from typer.testing import CliRunner

from yakuba.kernel.ledger.models import Case
from yakuba.services.robots.actions.systems import secrets_of
from yakuba.services.robots.cli import app
from yakuba.services.robots.models import Row, Run, System, TakenTemplate, TownGroup
from yakuba.services.robots.tests import town
from yakuba.services.robots.tests.office import PROCEDURE, SYSTEM, Shift

FILE = town.SAMPLES / "scenarios" / f"{PROCEDURE}.yaml"


@pytest.fixture
def robots(office, neighbour_town):
    """`robots(*arguments, input="")` → exit code and output, JSON where it is."""

    def call(*arguments, given="", user=True, **environment):
        words = [*map(str, arguments), "--municipality", "990019"]
        words += ["--user", office.person.username] if user else []
        done = CliRunner().invoke(app, words, input=given, env=environment)
        return done.exit_code, json.loads(
            done.stdout
        ) if "--json" in arguments and done.exit_code == 0 else done.output

    return call


def test_a_run_from_the_command_line(office, robots):
    office.ready_cases(3)
    code, run = robots("run", PROCEDURE, "--limit", 2, "--json")
    assert (code, run["total"]) == (0, 2)
    assert robots("pause", run["id"], "--json")[1]["state"] == "paused"
    assert robots("run", PROCEDURE, "--from", 2, "--json")[1]["id"] == run["id"]
    assert Run.objects.get().first_row == 2
    robots("resume", run["id"], "--from", 1)
    Shift(Run.objects.get(), before={Case.objects.first().receipt_number: 2}).work()
    shown = robots("status", run["id"], "--rows", "--json", user=False)[1]
    assert [row["state"] for row in shown["rows"]] == ["undecided", "entered"]
    row = robots("undecided", "--json", user=False)[1][0]["id"]
    assert robots("decide", row, "entered")[0] == 1
    assert robots("decide", row, "entered", "--number", "K-5", "--json")[1]["target_number"] == "K-5"
    assert [one["id"] for one in robots("status", "--json", user=False)[1]] == [run["id"]]
    code, text = robots("status", run["id"], "--rows", user=False)
    assert (code, "登録済み" in text) == (0, True)


def test_stop_and_retry(office, robots):
    run = office.start(1)
    assert robots("stop", run.pk, "--json")[1]["state"] == "stopped"
    assert robots("stop", run.pk)[0] == 1
    assert robots("retry", run.pk, "--json")[1]["state"] == "active"
    assert Row.objects.get().state == "waiting"


def test_loading_a_scenario(robots, tmp_path):
    assert robots("load-scenario", FILE, "--json")[1]["version"] == 1
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(
        FILE.read_text(encoding="utf-8").replace("ボタン: 検索", "ボタソ: 検索"), encoding="utf-8"
    )
    code, text = robots("load-scenario", wrong)
    assert (code, "行目：" in text) == (1, True)
    wrong.write_bytes(b"\x93\xfa")
    assert robots("load-scenario", wrong)[0] == 1
    assert robots("load-scenario", tmp_path / "none.yaml")[0] == 2
    assert robots("scenarios", "--json", user=False)[1][0]["procedure"] == PROCEDURE


def test_secrets_come_from_standard_input_or_the_environment(robots):
    secret = "パスワード=kotoba=1\n"
    code, _ = robots("set-system", SYSTEM, "http://127.0.0.1:8199", "--secrets-stdin", given=secret)
    assert code == 0
    assert secrets_of(System.objects.get(name=SYSTEM))["パスワード"] == "kotoba=1"
    code, text = robots("set-system", SYSTEM, "http://127.0.0.1:8199", ROBOTS_SECRETS="パスワード=kotoba-2")
    assert (code, "kotoba" in text) == (0, False)
    assert secrets_of(System.objects.get(name=SYSTEM))["パスワード"] == "kotoba-2"
    code, text = robots("set-system", SYSTEM, "http://127.0.0.1:8199", "--secrets-stdin", given="kotoba-3")
    assert (code, "kotoba" in text) == (2, False)
    assert robots("set-system", "外", "http://example.com")[0] == 1


def test_who_may_not_is_refused(office, robots, newcomer, neighbour):
    run = office.start(1)
    for user in (newcomer, neighbour):
        done = CliRunner().invoke(
            app, ["stop", str(run.pk), "--municipality", "990019", "--user", user.username]
        )
        assert done.exit_code in (2, 3)
    words = ["stop", str(run.pk), "--municipality", "990027", "--user", neighbour.username]
    assert CliRunner().invoke(app, words).exit_code == 2
    assert CliRunner().invoke(app, ["status"]).exit_code == 2, "two towns: say which"
    run.refresh_from_db()
    assert run.state == "active"


def test_the_catalogue_from_the_command_line(robots):
    listed = robots("templates", "list", "--text", "通勤 距離", "--json", user=False)[1]
    assert {one["template"] for one in listed} == {"commute-distance", "commute-registration"}
    shown = robots("templates", "show", "commute-distance", "--json", user=False)[1]
    assert not shown["runs"]
    assert shown["gaps"]
    assert "通勤の方法" in shown["fields"]
    assert {one["section"] for one in shown["steps"]} >= {"ログイン", "入力", "登録"}
    code, taken = robots("templates", "import", "overtime", "--json")
    assert (code, taken["template"]) == (0, "overtime")
    assert robots("templates", "import", "overtime", "--json")[1]["id"] == taken["id"]
    for_people = robots("templates", "import", "overtime")[1]
    assert re.search(r"\W*".join("公開の承認を受ける"), for_people)  # in however many lines of its cell
    assert "['" not in for_people  # a list as programs write it
    system = System.objects.get()
    words = ("--word", "欄「氏名」=お名前", "--system", system.pk)
    assert "接続先を選ぶ" not in robots("templates", "words", taken["id"], *words, "--json")[1]["left"]
    (row,) = robots("templates", "taken", "--json", user=False)[1]
    assert (row["system"], row["words"]) == (SYSTEM, {"欄「氏名」": "お名前"})
    assert TakenTemplate.objects.get().words == row["words"]
    code, told = robots("templates", "words", taken["id"], "--word", "欄「ない」=x")
    assert code != 0
    assert "ありません" in told
    assert robots("templates", "import", "nothing")[0] != 0


def test_who_operates_the_machine_says_which_towns_share(office):
    def call(*words):
        done = CliRunner().invoke(app, ["set-group", *words, "--json"])
        return done.exit_code, done.output

    assert call("北部の集まり", "990019", "000000")[0] == 2
    assert not TownGroup.objects.exists()
    code, told = call("北部の集まり", "990019")
    assert (code, json.loads(told)[0]["group"]) == (0, "北部の集まり")
    assert TownGroup.objects.get().name == "北部の集まり"
    assert call("北部の集まり")[0] == 0
    assert not TownGroup.objects.exists()
