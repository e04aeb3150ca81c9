"""`yakuba reading recognize` and `evaluate`: without a database."""

from __future__ import annotations

import csv
import json

import pytest
from PIL import Image
from typer.testing import CliRunner

from yakuba.config.command import build
from yakuba.services.reading import cli
from yakuba.services.reading.engine import evaluating

from .conftest import SAMPLES
from .test_plain_numbers import drawn


def run(*arguments):
    return CliRunner().invoke(build(), ["reading", *map(str, arguments)])


def test_pictures_are_told_in_the_order_given(tmp_path) -> None:
    for name, text in (("b", "1,250"), ("a", "12")):
        drawn(text).save(tmp_path / f"{name}.png")
    done = run("recognize", "--type", "amount", "--json", tmp_path / "b.png", tmp_path / "a.png")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert [(one["file"], one["text"], one["passed"]) for one in told] == [
        (str(tmp_path / "b.png"), "1250", True),
        (str(tmp_path / "a.png"), "12", True),
    ]
    assert {*told[0]} == {"file", "text", "passed", "probability", "candidates", "reasons"}
    assert 0.5 <= told[0]["probability"] <= 1.0


def test_what_is_no_picture_is_told_and_the_others_go_on(tmp_path) -> None:
    drawn("12").save(tmp_path / "good.png")
    (tmp_path / "bad.png").write_text("keine")
    done = run(
        "recognize",
        "--type",
        "count",
        "--json",
        tmp_path / "bad.png",
        tmp_path / "good.png",
        tmp_path / "none.png",
    )
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert [one["passed"] for one in told] == [False, True, False]
    assert "画像として開けません" in told[0]["reasons"][0]
    assert "2個の画像を開けません" in done.stderr


def test_an_unknown_type_is_refused_with_those_there_are(tmp_path) -> None:
    done = run("recognize", "--type", "moon", tmp_path / "x.png")
    assert done.exit_code == 2
    for kind in ("name", "kana", "address", "postal", "phone", "date", "amount", "digits", "text"):
        assert kind in done.stderr


def test_a_town_measures_its_own_scans(bus, tmp_path) -> None:
    bus.comb("receipt_number", "0800000129")
    bus.comb("postal_code", "1000001")
    bus.line("name", "小宮山美幸")
    bus.image.save(tmp_path / "scan.png", dpi=(200, 200))
    truth = tmp_path / "truth.csv"
    with truth.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "page", "receipt_number", "postal_code", "name"])
        rows.writerow(["scan.png", "1", "0800000129", "100-0001", "小宮山美雪"])
    form = SAMPLES / "forms" / "bus-pass"
    done = run("evaluate", "--form", form, "--truth", truth, "--json", tmp_path / "scan.png")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["pages"], told["fields"], told["exact"]) == (1, 3, 2)
    assert told["types"]["name"]["exact"] == 0
    assert told["types"]["name"]["characters_share"] == 0.8
    assert told["types"]["receipt_number"]["passed"] == 1
    assert told["silent"] == len(told["silent_errors"])
    assert 0 < told["silent_bound"] <= 1
    assert told["seconds"] > 0
    table = _table(told)
    assert table[-1]["type"] == "すべて"
    assert table[-1]["exact"] == "66.7%"


def _table(facts):
    return [cli._row(name, score) for name, score in [*facts["types"].items(), ("すべて", facts)]]


def test_faults_of_the_truth_are_told_with_their_line(tmp_path) -> None:
    truth, scan = tmp_path / "truth.csv", tmp_path / "scan.png"
    Image.new("L", (400, 600), 255).save(scan)
    form = SAMPLES / "forms" / "bus-pass"
    for text, said in [
        ("name\n山田\n", "「file」の列がありません"),
        ("file,moon\nscan.png,1\n", "項目「moon」は"),
        ("file,page,name\nscan.png,x,山田\n", "2行目"),
        ("file,birth\nscan.png,きのう\n", "2行目: 項目"),
        ("file,name\n", "1行もありません"),
        ("file,name\nother.png,山田\n", "1枚もありません"),
    ]:
        truth.write_text(text, encoding="utf-8")
        done = run("evaluate", "--form", form, "--truth", truth, scan)
        assert done.exit_code == 2, (text, done.stdout, done.stderr)
        assert said in done.stderr.replace("\n", ""), done.stderr


def test_a_truth_may_name_one_field_a_line(library) -> None:
    text = "file,page,field,value\na.pdf,2,氏名,山田　太郎\na.pdf,2,postal_code,100-0001\n"
    known = evaluating.read_truth(text, library.procedures["bus-pass"], "x.csv")
    assert known == {("a.pdf", 2): {"name": "山田太郎", "postal_code": "1000001"}}


@pytest.mark.parametrize("passed", [True, False])
def test_a_wrong_value_is_silent_only_where_it_passed(passed) -> None:
    score = evaluating.Score()
    score.count("佐藤", "佐籐", passed=passed)
    assert (score.silent, score.passed, score.exact) == (int(passed), int(passed), 0)


def test_a_file_that_is_no_form_is_named(tmp_path) -> None:
    (tmp_path / "other.yaml").write_text("code: bus-pass\n", encoding="utf-8")
    done = run(
        "evaluate", "--form", tmp_path / "other.yaml", "--truth", tmp_path / "t.csv", tmp_path / "s.png"
    )
    assert done.exit_code == 2
    assert "other.yaml は様式のファイルではありません" in done.stderr.replace("\n", "")


def test_the_table_says_in_words_why_a_person_has_to_look(tmp_path) -> None:
    Image.new("L", (300, 60), 255).save(tmp_path / "empty.png")
    (tmp_path / "bad.png").write_text("keine")
    done = run("recognize", "--type", "count", tmp_path / "empty.png", tmp_path / "bad.png")
    assert "理由" in done.stdout
    assert "画像として開けません" in done.stdout.replace("\n", "").replace(" ", "")
    assert "low_confidence" not in done.stdout
