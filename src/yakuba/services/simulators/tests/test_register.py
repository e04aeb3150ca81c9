"""The register of trials: entered, measured, told against its targets, out and in as a table."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from yakuba.kernel.tables.tests.looking import form_of
from yakuba.services.simulators import facade
from yakuba.services.simulators.models import Indicator, Measurement, Trial
from yakuba.services.simulators.tests.examples import TABLE, text


def test_a_trial_is_entered_measured_and_told_against_its_target(page):
    words = {"title": "農道の実験", "aim": "途切れを測る", "starts_on": "令和8年4月1日", "ends_on": ""}
    answer = page.post(reverse("simulators:new_trial"), words)
    trial = Trial.objects.get()
    assert answer["Location"] == reverse("simulators:new_indicator", args=[trial.pk])
    page.post(
        answer["Location"],
        {
            "label": "途切れ",
            "unit": "%",
            "baseline": "５",
            "target": "1",
            "target_year": "令和9",
            "rises": "0",
        },
    )
    indicator = Indicator.objects.get()
    assert (indicator.baseline, indicator.target_year, indicator.rises) == (5, 2027, False)
    measure = reverse("simulators:measure", args=[indicator.pk])
    for day, value in (("2026-05-01", "3.2"), ("2026-06-01", "0.8")):
        page.post(measure, {"measured_on": day, "value": value, "evidence": "記録"})
    shown = text(page.get(reverse("simulators:trial", args=[trial.pk])))
    assert "目標に届いた" in shown
    assert "<svg" in shown
    for wrong in (
        {"value": "NaN"},
        {"value": "1e308"},
        {"value": ""},
        {"value": "1.23456"},
        {"measured_on": "2999-01-01"},
        {"measured_on": "2026-05-01"},
        {"evidence": ""},
    ):
        sent = {"measured_on": "2026-07-01", "value": "1", "evidence": "記録"} | wrong
        assert page.post(measure, sent).status_code == 422, wrong
    assert Measurement.objects.count() == 2
    page.post(reverse("simulators:unmeasure", args=[Measurement.objects.order_by("-measured_on")[0].pk]))
    assert "目標に届いていない" in text(page.get(reverse("simulators:trials"), follow=True))
    assert page.post(reverse("simulators:new_trial"), words).status_code == 422, "the title is taken"
    ends = page.post(reverse("simulators:edit_trial", args=[trial.pk]), words | {"ends_on": "2026-03-01"})
    assert "終わりは、始まりより後の日" in text(ends)
    page.post(reverse("simulators:discard_trial", args=[trial.pk]))
    assert not Measurement.objects.exists()


def test_a_register_goes_out_and_comes_in_again_the_same(page, clerk):
    facade.load_trials(TABLE.format(title="甲").encode(), actor=clerk)
    facade.load_trials(
        "実験,ねらい,指標,単位,目標,向き\n乙,見る,遅れ,ms,10,少ないほどよい\n".encode(), actor=clerk
    )
    file = b"".join(page.get(reverse("simulators:trials_table"), {"form": "utf-8"}))
    before = list(Indicator.objects.order_by("label").values_list("trial__title", "label", "target", "rises"))
    Trial.objects.all().delete()
    assert facade.load_trials(file, actor=clerk) == 2
    assert (
        list(Indicator.objects.order_by("label").values_list("trial__title", "label", "target", "rises"))
        == before
    )
    assert facade.load_trials(file, actor=clerk) == 2, "twice changes nothing"
    one = Measurement.objects.get()
    assert (one.measured_on, one.value, one.evidence) == (date(2026, 5, 1), Decimal(3), "記録1")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("甲,見る,遅れ,ms,x,,,", "目標: 「x」は数として読めません"),
        ("甲,見る,遅れ,ms,NaN,,,", "数として読めません"),
        ("甲,,遅れ,ms,,,,", "ねらいを書いてください"),
        ("甲,見る,遅れ,ms,,2026-05-01,,", "三つともそろえて"),
        ("甲,見る,遅れ,ms,,2026-13-01,1,記録", "測った日"),
        ("甲,見る,遅れ,ms,,2999-01-01,1,記録", "これから先"),
        ("甲,見る,遅れ,ms,1,,,\n甲,見ない,遅れ,ms,1,,,", "前の行と実験の内容が違います"),
        ("甲,見る,遅れ,ms,1,,,\n甲,見る,遅れ,ms,2,,,", "前の行と指標の内容が違います"),
        ("甲,見る,遅れ,ms,1,2026-05-01,1,記\n甲,見る,遅れ,ms,1,2026-05-01,2,記", "二度あります"),
    ],
)
def test_a_table_with_a_fault_changes_nothing(page, row, sentence):
    content = f"実験,ねらい,指標,単位,目標,測った日,値,根拠\nよい,見る,遅れ,ms,1,,,\n{row}\n".encode()
    sent = {"file": SimpleUploadedFile("trials.csv", content)}
    shown = page.post(reverse("simulators:load_trials"), sent, follow=True)
    answer = page.post(reverse("simulators:load_trials"), form_of(shown) | {"take": "1"}, follow=True)
    assert sentence in text(answer)
    assert not Trial.objects.exists()
