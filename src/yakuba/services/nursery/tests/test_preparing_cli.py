"""`yakuba nursery rules check`, `prepare` and `index`, as typed, on the sample round."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from yakuba.services.nursery.cli import app
from yakuba.services.nursery.tests import small_rules

SAMPLES = Path(__file__).parents[5] / "samples"
TABLE = """受付番号,児童氏名,生年月日,第1希望,第2希望,父の状況,父の時間,母の状況,母の時間
1,一郎,2025-05-01,A,B,会社勤務,160,求職中,
2,花子,2025-06-01,A,B園,会社勤務,160,会社勤務,100
"""
PLACES = "施設番号,施設名,1歳\nA,A園,1\nB,B園,1\n"


def call(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def files(tmp_path):
    made = {"rules": small_rules.text(), "places": PLACES, "table": TABLE}
    for name, text in made.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return [tmp_path / name for name in made]


def test_an_example_is_found_without_a_mistake():
    done = call("rules", "check", SAMPLES / "nursery-rules/yakuba-city.yaml", "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["rounds"] == [1, 2]
    assert said["tie_keys"][-1] == "くじ"
    assert said["unused_fields"] == []
    assert "誤りはありません" in call("rules", "check", SAMPLES / "nursery-rules/yakuba-city.yaml").stdout


def test_mistakes_are_told_by_line(files):
    files[0].write_text(small_rules.text(版="x", 転園="{扱い: y}"), encoding="utf-8")
    done = call("rules", "check", files[0], "--json")
    assert done.exit_code == 2
    assert "2行目" in done.stderr
    assert len(json.loads(done.stdout)["problems"]) == 2


def test_what_prepare_writes_solve_and_check_take(files, tmp_path):
    market, result = tmp_path / "market.json", tmp_path / "result.json"
    done = call("prepare", *files, "--out", market, "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert "（申込日）" in said.pop("notes")[0]["reason"]
    assert said == {
        "households": 2, "children": 2, "slots": 2, "seats": 2, "joint_wishes": 4, "not_eligible": 0,
    }  # fmt: skip
    assert call("solve", market, "--out", result).exit_code == 0
    assert call("check", market, result).exit_code == 0
    assert json.loads(result.read_text())["assignment"] == {"1": "B-1", "2": "A-1"}


def test_prepare_tells_every_fault_of_both_tables_and_writes_nothing(files, tmp_path):
    files[1].write_text(PLACES + "C,C園,多い\n", encoding="utf-8")
    files[2].write_text(
        TABLE + "3,三郎,,A\n4,四郎,2025-07-01,Z,,会社勤務,160,会社勤務,160\n", encoding="utf-8"
    )
    done = call("prepare", *files, "--out", tmp_path / "m.json", "--json")
    assert done.exit_code == 2
    told = [(one["line"], one["place"]) for one in json.loads(done.stdout)["problems"]]
    assert told == [(4, "places 施設 C園"), (4, "table 受付 3"), (5, "table 受付 4")]
    assert not (tmp_path / "m.json").exists()


@pytest.mark.parametrize(
    ("content", "words"), [("", "ファイルが空"), ("施設番号,施設名,1歳\n", "施設が1つも")]
)
def test_without_facilities_only_the_cause_is_told(files, tmp_path, content, words):
    files[1].write_text(content, encoding="utf-8")
    done = call("prepare", *files, "--out", tmp_path / "m.json", "--json")
    assert done.exit_code == 2
    (problem,) = json.loads(done.stdout)["problems"]
    assert problem["place"] == "places"
    assert words in problem["reason"]
    assert not (tmp_path / "m.json").exists()


def test_rules_that_are_no_text_are_refused_with_the_line(files):
    files[0].write_bytes(b"a: 1\n" + "版: 二\n".encode("cp932"))
    done = call("rules", "check", files[0], "--json")
    assert done.exit_code == 2
    (problem,) = json.loads(done.stdout)["problems"]
    assert problem["line"] == 2
    assert "UTF-8" in problem["reason"]


def test_index_tells_how_it_came_about(files):
    done = call("index", *files, "2", "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["age"], said["total"]) == (1, 30)
    assert [line["because"] for line in said["lines"]] == [
        "父: 会社勤務、月160時間",
        "母: 会社勤務、月100時間",
    ]
    shown = call("index", *files, "2")
    assert "指数 30点" in shown.stdout
    assert "フルタイム" in shown.stdout
    assert call("index", *files, "9").exit_code == 2


def test_the_day_seats_are_given_from_can_be_said(files):
    done = call("index", *files, "2", "--start", "令和10年4月1日", "--json")
    said = json.loads(done.stdout)
    assert said["age"] == 2
    assert said["not_eligible"][0] == {"facility": "A", "reason": "A園は2歳児を受け入れていません。"}
    assert call("index", *files, "2", "--start", "いつか").exit_code == 2
