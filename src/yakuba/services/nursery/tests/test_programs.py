"""What programs see: the API, the command line, the job handler."""

from __future__ import annotations

import json

import pytest

from yakuba.kernel.jobs.models import Job
from yakuba.services.nursery.actions import handing, rules
from yakuba.services.nursery.models import Run
from yakuba.services.nursery.tests.desk import FACILITIES, RULES


def test_a_program_calculates_a_round(api, full):
    (listed,) = api("rounds").json()
    assert (listed["next_step"], listed["applications"], listed["problems"]) == ("run", 3, [])
    started = api(f"rounds/{full.round.pk}/runs", seconds=30)
    assert (started.status_code, started.json()["state"]) == (201, "active")
    run_id = started.json()["id"]
    assert api(f"rounds/{full.round.pk}/runs", seconds=30).status_code == 409
    full.calculate_open()
    shown = api(f"runs/{run_id}").json()
    assert (shown["status"], shown["checked"], shown["counts"]["placed"]) == ("stable", True, 2)
    assert api(f"rounds/{full.round.pk}/runs", seconds=30).status_code == 200
    results = api(f"runs/{run_id}/results").json()
    assert [(row["receipt_number"], row["slot"]) for row in results][:1] == [("0800000129", "N1-1")]
    one = api(f"results/{results[2]['id']}").json()
    assert one["explanation"]["wishes"][0]["outcome"] == "behind"
    assert "N1-1" in api(f"runs/{run_id}/market").json()["priorities"]
    bad = api("rules", text="選考基準: だけ")
    assert (bad.status_code, bool(bad.json()["errors"])) == (422, True)
    assert api(f"rounds/{full.round.pk}/take", go=1).json()["same"] == 3
    assert api(f"runs/{run_id}/adopt", go=1).json()["id"] == api("rounds").json()[0]["adopted"]


def test_the_command_line_does_what_the_pages_do(command, full, clerk, tmp_path):
    user = ("--user", clerk.username)
    code, shown, _ = command("show", full.round.pk, "--json")
    assert (code, json.loads(shown)["next_step"]) == (0, "run")
    code, shown, _ = command("run", full.round.pk, "--json", *user)
    run = json.loads(shown)
    assert (code, run["status"], run["counts"]["placed"]) == (0, "stable", 2)
    code, _, everything = command("run", full.round.pk, *user)
    assert (code, "変わっていない" in everything) == (0, True)
    assert command("adopt", run["id"], *user)[0] == 0
    code, shown, _ = command("results", run["id"], "--json", "--explained")
    assert (code, json.loads(shown)[0]["explanation"]["held"]) == (0, "N1-1")
    assert command("market", run["id"], "--out", tmp_path / "market.json", *user)[0] == 0
    assert json.loads((tmp_path / "market.json").read_text())["slots"]
    (tmp_path / "bad.csv").write_text("施設番号,施設名,1歳\nN1,中央保育園,x\n", encoding="utf-8")
    code, _, everything = command("load-facilities", full.round.pk, tmp_path / "bad.csv", *user)
    assert (code, "2行目" in everything) == (1, True)
    code, _, everything = command("hand-over", full.round.pk, *user)
    assert (code, "確定" in everything) == (1, True)
    (tmp_path / "rules.yaml").write_bytes("版: 二".encode("cp932"))
    code, _, everything = command("load-rules", tmp_path / "rules.yaml", *user)
    assert (code, "1行目" in everything, "UTF-8" in everything) == (1, True, True)
    (tmp_path / "rules.yaml").write_text(RULES.replace("版: 1", "版: 2"), encoding="utf-8")
    code, shown, _ = command("load-rules", tmp_path / "rules.yaml", "--json", *user)
    rule_set = json.loads(shown)[0]["id"]
    code, shown, _ = command("new", "別の回", "--start", "2027-06-01", "--rules", rule_set, "--json", *user)
    assert json.loads(shown)["next_step"] == "facilities"
    (tmp_path / "good.csv").write_text(FACILITIES, encoding="utf-8")
    code, shown, _ = command(
        "load-facilities", json.loads(shown)["id"], tmp_path / "good.csv", "--json", *user
    )
    assert (code, json.loads(shown)["new"]) == (0, 2)


class Context:
    """The job context of a worker that nobody stops."""

    def __init__(self):
        self.told = []

    def check(self):
        pass

    def progress(self, done, total, note=""):
        self.told.append((done, total))


def test_the_worker_calculates_and_hands_over(full, monkeypatch):
    from yakuba.services.nursery import jobs
    from yakuba.services.nursery.actions import decisions, runs

    run = runs.start(full.round, actor=full.person)
    assert Job.objects.get(name=runs.JOB).arguments == {"run_id": run.pk}
    context = Context()
    jobs.calculate(context, run_id=run.pk)
    assert context.told
    runs.adopt(Run.objects.get())
    decisions.approve(decisions.propose_freeze(full.round, "確かめた", actor=full.person), actor=full.boss)
    full.round.refresh_from_db()
    handing.ask(full.round, actor=full.person)
    jobs.hand_over(Context(), **Job.objects.get(name=handing.JOB).arguments)
    assert full.round.hand_overs.count() == 3


def test_a_result_that_does_not_hold_is_never_kept(full, monkeypatch):
    from yakuba.services.nursery import jobs
    from yakuba.services.nursery.actions import runs

    run = runs.start(full.round, actor=full.person)
    monkeypatch.setattr(runs.check, "check", lambda *_: type("Report", (), {"reasons": ["枠 N1-1 が超過"]})())
    with pytest.raises(AssertionError, match="枠 N1-1"):
        jobs.calculate(Context(), run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.checked, run.placements.count()) == ("active", False, 0)


def test_what_should_be_looked_at_before_calculating_is_told_to_programs_too(full, api, command):
    rule = RULES + (
        "施設別加点:\n  出典: 別表3\n  行:\n    - {点: 2, 名前: 地区, 条件: {地区: この施設の地区}}\n"
    )
    full.round.rule_set = rules.load(rule.replace("版: 1", "版: 3"), actor=full.person)
    full.round.save()
    row = full.child("0800000129")
    row.district = "東地区"
    row.save()
    said = "地区「東地区」の施設はありません。「東」の間違いではありませんか。"
    notes = api(f"rounds/{full.round.pk}").json()["notes"]
    assert any(said in note["reason"] for note in notes)
    code, _, output = command("show", full.round.pk)
    assert code == 0
    assert said in output.replace("\n", "")
    run = full.calculate()
    assert any(said in note["reason"] for note in api(f"runs/{run.pk}").json()["notes"])
