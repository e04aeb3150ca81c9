"""`yakuba nursery solve` and `check`, as typed."""

import json

import pytest
from typer.testing import CliRunner

from yakuba.services.nursery.cli import app
from yakuba.services.nursery.engine import market_file, synthetic


@pytest.fixture
def market(tmp_path):
    path = tmp_path / "market.json"
    path.write_bytes(market_file.dump(synthetic.draw(synthetic.Shape(300, 12, seed=1))))
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
