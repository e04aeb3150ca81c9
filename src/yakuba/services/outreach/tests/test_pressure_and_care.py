"""Home blood pressure and similar cases: what is said, and what is not."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.services.outreach.actions import care, pressure, purposes
from yakuba.services.outreach.engine import neighbours
from yakuba.services.outreach.engine import pressure as engine
from yakuba.services.outreach.engine.columns import ColumnSpec
from yakuba.services.outreach.models import CareLook, PressureNotice

TODAY = date(2026, 6, 1)
HEAD = "宛名番号,測定日,時刻,収縮期,拡張期\r\n"


def readings(number, days, morning, evening, low=80):
    lines = []
    for day in range(1, days + 1):
        for at, value in (("7:00", morning), ("7:02", morning + 4), ("22:00", evening)):
            lines.append(f"{number},2026/5/{day},{at},{value},{low}")
    return "\r\n".join(lines) + "\r\n"


def means(text):
    from yakuba.kernel.tables.reading import rows

    problems = []
    found = engine.readings(rows((HEAD + text).encode(), pressure.REQUIRED, problems), problems, TODAY)
    return {one.number: one for one in engine.means(found, engine.standard_on(TODAY))}, [
        one.reason for one in problems
    ]


def test_means_are_those_of_the_guideline():
    found, problems = means(
        readings(1, 5, 133, 120)
        + readings(2, 5, 132, 120)
        + readings(3, 4, 180, 120)
        + readings(4, 5, 110, 110, 85)
    )
    assert problems == []
    assert found["1"].morning == (135.0, 80.0), "the mean of two readings each day"
    assert found["1"].evening == (120.0, 80.0)
    assert [found[one].high for one in "1234"] == [True, False, None, True], (
        "135 or 85; under five days nothing is said"
    )


def test_readings_that_cannot_be_are_told_and_the_others_stay():
    found, problems = means(
        readings(1, 5, 120, 118) + "1,2026/5/9,7:00,300,80\r\n1,2026/5/9,7:00,80,120\r\n1,2026/7/1,7:00,120,80\r\n1,2026/5/9,,120,80\r\n,2026/5/9,朝,120,80\r\n1,2026/5/1,7:00,120,80\r\n"
    )  # fmt: skip
    assert len(problems) == 6
    assert found["1"].days == 5
    for words in ("60〜260", "列が逆", "先の日", "時刻", "宛名番号", "同じ時刻"):
        assert any(words in one for one in problems), words


def test_what_looks_made_up_is_noted():
    found, _ = means(
        readings(1, 4, 120, 124) + "".join(f"1,2026/5/{day},朝,130,80\r\n" for day in range(10, 17))
    )
    assert any("続いて" in one for one in found["1"].notes)


def test_thresholds_are_dated_and_no_score_is_calculated():
    assert "2019" in engine.standard_on(date(2024, 1, 1)).name
    assert "2025" in engine.standard_on(TODAY).name
    assert engine.standard_on(TODAY).target == (125.0, 75.0)
    assert all(one["係数"] == "載せていません" for one in engine.scores())


@pytest.mark.django_db
def test_a_nurse_is_told_and_every_look_is_recorded(page, purpose, clerk):
    file = SimpleUploadedFile(
        "x.csv", (HEAD + readings(70001, 5, 150, 140) + readings(70002, 5, 110, 110)).encode("cp932")
    )
    page.post(reverse("outreach:load_pressure"), {"file": file, "purpose": purpose.pk})
    row = PressureNotice.objects.get(state="open")
    listed = page.get(reverse("outreach:pressure"), follow=True).content.decode()
    assert "70001" not in listed
    assert "診断ではありません" in listed
    address = reverse("outreach:pressure_notice", args=[row.pk])
    shown = page.get(address).content.decode()
    assert "152.0/80.0" in shown
    assert AuditEvent.objects.filter(name="outreach.pressure_seen").count() == 1
    page.post(address, {"note": "電話で受診を勧めた"})
    row.refresh_from_db()
    assert row.state == "done"
    with pytest.raises(Conflict, match="もう見て"):
        pressure.done(row, "x", actor=clerk)


@pytest.mark.django_db
def test_health_data_needs_a_purpose_for_it(in_yakuba_city, clerk):
    other = purposes.ask("名簿", "条例", ["basic"], actor=clerk)
    with pytest.raises(Conflict, match="健康の情報"):
        pressure.take("x.csv", (HEAD + readings(1, 5, 120, 120)).encode(), other, actor=clerk, today=TODAY)


ASKED = neighbours.Asked(
    (ColumnSpec("年齢", kind="number"), ColumnSpec("歩行", kind="text")),
    "プラン",
    ColumnSpec("一年後", kind="number"),
)


def cases(count, known):
    return {
        "年齢": [80.0 + at % 7 for at in range(count)], "歩行": ["杖" if at % 3 else "自立" for at in range(count)], "プラン": ["通所" if at % 2 else "訪問" for at in range(count)],
        "一年後": [float(at % 5) if at < known else None for at in range(count)],
    }  # fmt: skip


def test_with_fewer_than_twenty_cases_nothing_is_said():
    found = neighbours.similar(cases(30, 20), 0, ASKED)
    assert (found["n"], found["lost"], found["enough"]) == (19, 10, False)
    assert not found["groups"]
    found = neighbours.similar(cases(30, 21), 0, ASKED)
    assert found["enough"]
    assert [one["said"] for one in found["groups"]] == [None, None], (
        "of a plan with fewer than twenty neither"
    )


def test_similar_cases_say_what_happened_with_spread_and_who_is_gone():
    found = neighbours.similar(cases(200, 180), 3, ASKED)
    assert found["n"] + found["lost"] == neighbours.NEAREST
    whole = found["whole"]
    assert whole["low"] <= whole["first"] <= whole["middle"] <= whole["third"] <= whole["high"]
    assert {one["column"] for one in found["differences"]} == {"年齢", "歩行"}
    assert sum(one["n"] for one in found["groups"]) == found["n"]


@pytest.mark.django_db
def test_a_person_decides_and_it_is_recorded(page, table, purpose, clerk):
    address = f"{reverse('outreach:similar')}?table={table.pk}"
    assert page.get(address).status_code == 200
    page.post(
        address,
        {
            "purpose": purpose.pk,
            "number": "70001",
            "features": ["性別"],
            "plan": "地区",
            "outcome": "昨年度の受診",
        },
    )
    row = CareLook.objects.get()
    shown = page.get(reverse("outreach:care_look", args=[row.pk])).content.decode()
    assert "起きたこと" in shown
    assert "70001" not in shown
    page.post(reverse("outreach:care_look", args=[row.pk]), {"decision": "通所を続ける。家族の希望。"})
    row.refresh_from_db()
    assert row.decided_by == clerk
    with pytest.raises(Conflict, match="もう決めて"):
        care.decide(row, "x", actor=clerk)
    with pytest.raises(Missing):
        care.look_up(table, purpose, "9", ["性別"], "", "昨年度の収縮期血圧", actor=clerk)
    with pytest.raises(Invalid, match="使えません"):
        care.look_up(table, purpose, "70001", ["住所"], "", "昨年度の収縮期血圧", actor=clerk)


@pytest.mark.django_db
def test_where_somebody_under_protection_lives_is_not_beside_the_others(table, purpose, clerk):
    from yakuba.kernel.protection import policy
    from yakuba.kernel.protection.actions import begin

    given = {
        "number": "70001",
        "name": "",
        "birth": None,
        "begins": date(2026, 1, 1),
        "until": date(2026, 12, 31),
    }
    begin(given, actor=clerk)
    row = care.look_up(table, purpose, "70001", ["性別", "地区"], "", "昨年度の受診", actor=clerk)
    own = {one["column"]: one["own"] for one in row.result["differences"]}
    assert own["地区"] == policy.HIDDEN
    assert own["性別"] in "男女"
