"""`yakuba nursery solve` and `check`, as typed."""

import json

import pytest
from typer.testing import CliRunner

from yakuba.services.nursery.cli import app
from yakuba.services.nursery.engine.matching import market_writing
from yakuba.services.nursery.tests import synthetic


@pytest.fixture
def market(tmp_path):
    path = tmp_path / "market.json"
    path.write_bytes(market_writing.dump(synthetic.draw(synthetic.Shape(300, 12, seed=1))))
    return path


def call(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_what_solve_writes_check_accepts(market, tmp_path):
    out = tmp_path / "result.json"
    done = call("solve", market, "--out", out)
    assert done.exit_code == 0, done.output
    result = json.loads(out.read_text())
    assert result["status"] == "stable"
    assert result["blocking"] == []
    assert len(result["assignment"]) == 300
    assert {"read", "check", "all"} <= result["seconds"].keys()
    checked = call("check", market, out, "--json")
    assert checked.exit_code == 0
    assert json.loads(checked.stdout) == {"holds": True, "reasons": [], "blocking": 0}


def test_check_refuses_a_result_that_was_changed(market, tmp_path):
    out = tmp_path / "result.json"
    call("solve", market, "--out", out)
    result = json.loads(out.read_text())
    child = next(child for child, slot in result["assignment"].items() if slot)
    result["assignment"][child] = None
    out.write_text(json.dumps(result))
    checked = call("check", market, out)
    assert checked.exit_code == 1
    assert "結果は成り立ちません" in checked.stderr


def test_a_market_with_faults_is_refused_by_line(market, tmp_path):
    market.write_text(market.read_text().replace('"capacity": ', '"capacity": -', 1))
    done = call("solve", market, "--out", tmp_path / "result.json", "--json")
    assert done.exit_code == 2
    assert "2行目" in done.stderr
    assert json.loads(done.stdout)["problems"][0]["line"] == 2
    assert not (tmp_path / "result.json").exists()


@pytest.mark.parametrize("data", [b"", b"\x00\xff\x89PNG", b"[" * 100_000, b"{}", "あ".encode("cp932")])
def test_what_is_no_market_is_refused_and_the_old_result_stays(data, tmp_path):
    path, out = tmp_path / "market.json", tmp_path / "result.json"
    path.write_bytes(data)
    out.write_text("old")
    done = call("solve", path, "--out", out)
    assert done.exit_code == 2
    assert "行目" in done.stderr
    assert out.read_text() == "old"


@pytest.mark.parametrize("data", [b"", b"\xff", b"[" * 100_000, b"[]", b'{"assignment": []}'])
def test_what_is_no_result_cannot_be_checked(data, market, tmp_path):
    out = tmp_path / "result.json"
    out.write_bytes(data)
    done = call("check", market, out)
    assert done.exit_code == 2
    assert "確かめられません" in done.stderr


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ('{"assignment": {"一郎": "A",\n "花子" "B"}}'.encode(), "結果の2行目の7文字目"),
        (b'{"assignment": {', "結果の1行目の16文字目"),
        (b"", "結果の1行目の1文字目"),
        (b"{}\n" + "花".encode("cp932"), "結果の2行目にUTF-8ではない文字"),
    ],
)
def test_a_file_that_is_no_json_is_told_in_japanese_with_its_place(data, where, market, tmp_path):
    out = tmp_path / "result.json"
    out.write_bytes(data)
    done = call("check", market, out, "--json")
    assert done.exit_code == 2
    (reason,) = json.loads(done.stdout)["reasons"]
    assert reason.startswith(where)
    assert "column" not in reason


def test_a_result_that_cannot_be_written_is_told(market, tmp_path):
    done = call("solve", market, "--out", tmp_path / "no such folder" / "result.json")
    assert done.exit_code == 2
    assert "書けません" in done.stderr


def test_without_a_stable_matching_the_proof_and_the_families_are_told(tmp_path):
    path, out = tmp_path / "market.json", tmp_path / "result.json"
    families = [
        {"id": "couple", "children": ["k1", "k2"], "wishes": [["X", "Y"]]},
        {"id": "single", "children": ["k3"], "wishes": [["X"], ["Y"]]},
    ]
    slots = [{"id": "X", "capacity": 1}, {"id": "Y", "capacity": 1}]
    priorities = {"X": ["k1", "k3"], "Y": ["k3", "k2"]}
    path.write_text(json.dumps({"slots": slots, "families": families, "priorities": priorities}))
    done = call("solve", path, "--out", out)
    assert done.exit_code == 0
    assert "安定な割り当てはありません" in done.stdout
    assert "不安定な世帯 1（下限 1）" in done.stdout
    result = json.loads(out.read_text())
    assert (result["status"], result["bound"], len(result["blocking"])) == ("minimum", 1, 1)
    hurried = call("solve", path, "--out", out, "--seconds", 0, "--json")
    assert json.loads(hurried.stdout)["status"] == "not_proven"
    assert call("check", path, out).exit_code == 0
