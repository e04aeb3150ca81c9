"""Risk models: what they may look at, what they are worth, and that nobody is chosen by one that was not approved."""

from __future__ import annotations

import random

import numpy as np
import pytest
from django.urls import reverse
from sklearn.linear_model import LogisticRegression

from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.outreach import facade
from yakuba.services.outreach.actions import campaigns, risks, tables
from yakuba.services.outreach.engine import risk, samples
from yakuba.services.outreach.engine.columns import ColumnSpec
from yakuba.services.outreach.models import RiskModel
from yakuba.services.outreach.tests.conftest import YEAR

FEATURES = ["年齢", "性別", "地区", "昨年度の受診", "昨年度の収縮期血圧"]


@pytest.fixture
def trained(table, purpose, clerk):
    row = risks.start(table, purpose, "未受診のリスク", FEATURES, "06-01", actor=clerk)
    risks.work(row.pk)
    row.refresh_from_db()
    return row


def approve(row, clerk, approver):
    risks.ask_approval(row, "試した", actor=clerk)
    facade._approve("outreach.model", f"riskmodel:{row.pk}", approver)
    row.refresh_from_db()


@pytest.mark.django_db
def test_a_model_says_what_it_is_worth_and_chooses_nobody_before_it_is_approved(
    trained, page, table, purpose, clerk, approver
):
    assert (trained.state, trained.reason) == ("done", "")
    assert trained.data == table.part.sha256
    figures = trained.figures
    assert figures["years"] == [2023, 2024, 2025], "the newest year has no outcome"
    chosen = figures["compared"][figures["kind"]]
    assert 0.6 < chosen["auc"]["low"] < chosen["auc"]["value"] < chosen["auc"]["high"] < 0.9
    assert abs(chosen["error"]) < abs(chosen["error_before"]) + 0.02
    assert figures["importance"][0]["column"] == "昨年度の受診"
    assert {one["group"] for one in figures["fairness"]} == {"性別", "地区", "年齢"}
    assert not figures["suspicious"]
    shown = page.get(reverse("outreach:model", args=[trained.pk])).content.decode()
    assert "グループごとの公平さ" in shown
    with pytest.raises(Conflict, match="まだ承認"):
        risks.risks(table, YEAR, trained.pk)
    text = samples.plan(YEAR).replace(
        "対象:", f"リスクのモデル: {trained.pk}\n対象:\n  - リスク 以下 0.45", 1
    )
    with pytest.raises(Conflict, match="まだ承認"):
        campaigns.draw_up(table, purpose, text, actor=clerk)
    approve(trained, clerk, approver)
    row = campaigns.draw_up(table, purpose, text, actor=clerk)
    campaigns.ask_approval(row, "x", actor=clerk)
    row.refresh_from_db()
    left = dict(row.funnel)
    everybody, low = row.funnel[0][1], left["「リスク 以下 0.45」に当たる人"]
    assert 0 < low < everybody
    risks.end(trained)
    with pytest.raises(Conflict, match="やめています"):
        risks.risks(table, YEAR, trained.pk)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("features", "decided", "said"),
    [(["年齢", "受診"], "06-01", "使えません"), (["昨年度の受診"], "前年度03-01", "より後です"), ([], "06-01", "選んでください"), (["年齢"], "いつか", "日と読めません")],
)  # fmt: skip
def test_what_is_known_too_late_is_not_looked_at(table, purpose, clerk, features, decided, said):
    with pytest.raises(Invalid, match=said):
        risks.start(table, purpose, "x", features, decided, actor=clerk)


@pytest.mark.slow
@pytest.mark.django_db
def test_a_column_without_its_day_is_refused_and_one_that_tells_all_is_flagged(
    in_yakuba_city, purpose, clerk
):
    chance, lines = random.Random(2), []
    for line in samples.table(400, YEAR).splitlines():
        outcome = line.rsplit(",", 1)[1]
        told = {"はい": chance.random() < 0.97, "いいえ": chance.random() < 0.03}.get(outcome, False)
        lines.append(f"{line},{'後の記録' if outcome == '受診' else 'はい' if told else 'いいえ'}")
    row = tables.hand_in("x", "x.csv", "\r\n".join(lines).encode(), YEAR, actor=clerk)
    given = [
        one | ({"kind": "flag", "data_class": "health"} if one["heading"] == "後の記録" else {})
        for one in samples.columns(row.columns)
    ]
    tables.define(row, given, actor=clerk)
    tables.work(row.pk)
    row.refresh_from_db()
    with pytest.raises(Invalid, match="いつ知った値か"):
        risks.start(row, purpose, "x", ["年齢", "後の記録"], "06-01", actor=clerk)
    given = [one | ({"known": "前年度末"} if one["heading"] == "後の記録" else {}) for one in row.columns]
    tables.define(row, given, actor=clerk)
    tables.work(row.pk)
    row.refresh_from_db()
    made = risks.start(row, purpose, "x", ["年齢", "後の記録"], "06-01", actor=clerk)
    risks.work(made.pk)
    made.refresh_from_db()
    assert [one["column"] for one in made.figures["suspicious"]] == ["後の記録"]


@pytest.mark.django_db
def test_too_few_years_are_told(in_yakuba_city, purpose, clerk):
    table = facade.sample_table(300, YEAR, actor=clerk)
    row = risks.start(table, purpose, "x", ["年齢"], "06-01", actor=clerk)
    RiskModel.objects.filter(pk=row.pk).update(features=["年齢"])
    few = {"年齢": [50.0] * 300}
    design = risk.design(few, [ColumnSpec("年齢", "value", "number")])
    with pytest.raises(risk.NoModel, match="2つ以上"):
        risk.trained(design, risk.Rows(design.matrix(few), np.array([0, 1] * 150), np.array([2025] * 300)), 1)


def world(seed, people=3_000, drift=0.05):
    """Six years in which everybody is likelier from year to year."""
    chance = np.random.default_rng(seed)
    one, years = chance.normal(size=(people * 6, 3)), np.repeat(np.arange(2020, 2026), people)
    score = one @ [0.8, -0.5, 0.2] - 1 + drift * 5 * (years - 2020)
    return one, years, (chance.random(len(years)) < 1 / (1 + np.exp(-score))).astype(int)


@pytest.mark.slow
def test_the_last_year_shows_a_drift_that_a_random_split_would_hide_and_the_newest_year_sets_it_right():
    matrix, years, outcomes = world(3)
    names = {f"x{at}": matrix[:, at].tolist() for at in range(3)}
    design = risk.design(names, [ColumnSpec(one, "value", "number") for one in names])
    model, figures = risk.trained(design, risk.Rows(design.matrix(names), outcomes, years), 1)
    chosen = figures["compared"]["logistic"]
    assert abs(chosen["error_before"]) > 0.04, "trained on years before, it is too low"
    assert abs(chosen["error"]) < abs(chosen["error_before"]) - 0.02
    newest = years == 2025
    assert abs(model.risk(design.matrix(names)[newest]).mean() - outcomes[newest].mean()) < 0.003


def test_a_kept_model_gives_the_same_risks_as_scikit_learn():
    matrix, _, outcomes = world(4, 500)
    names = {f"x{at}": matrix[:, at].tolist() for at in range(3)}
    design = risk.design(names, [ColumnSpec(one, "value", "number") for one in names])
    model = risk.model_of(risk.fit("logistic", design, design.matrix(names), outcomes, 1).facts())
    scaled = (matrix - matrix.mean(axis=0)) / matrix.std(axis=0)
    known = LogisticRegression(max_iter=500, random_state=1).fit(scaled, outcomes).predict_proba(scaled)[:, 1]
    assert np.allclose(model.risk(design.matrix(names)), known, atol=1e-6)
    trees = risk.fit("lightgbm", design, design.matrix(names), outcomes, 1)
    again = risk.model_of(trees.facts())
    assert np.allclose(again.risk(design.matrix(names)), trees.risk(design.matrix(names)))
