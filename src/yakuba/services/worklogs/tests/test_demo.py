"""The demo town's log shows something real."""

from __future__ import annotations

from yakuba.demo import logs, town
from yakuba.services.worklogs import queries
from yakuba.services.worklogs.models import Candidate, LogImport


def test_the_sample_log_has_the_routines_that_were_planted(in_yakuba_city, clerk, monkeypatch):
    from yakuba.services.worklogs.actions import rules

    monkeypatch.setattr(town, "user", lambda name: clerk)
    monkeypatch.setattr(rules.queries, "procedure_codes", lambda: ["nursery-admission"])
    monkeypatch.setattr(logs, "PCS", 3)
    logs.load()
    row = LogImport.objects.get()
    assert (row.bad, row.masked) == (0, 0)
    shown = queries.overview()
    assert {one[0] for one in shown.rows("activities")} >= {"入所申込の入力", "支払の入力", "メール"}
    first = Candidate.objects.order_by("-score")[0]
    assert [step["object"] for step in first.content["variants"][0]["steps"]] == [
        "児童氏名", "児童氏名", "生年月日", "生年月日", "第1希望", "第1希望", "登録",
    ]  # fmt: skip
    assert ["EXCEL", "児童氏名", "保育システム", "児童氏名"] in first.content["transfers"]
    logs.load()
    assert LogImport.objects.count() == 1
