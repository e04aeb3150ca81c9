"""The register of effects: published by another person's approval, by population, as open data; and indicators."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.reform.actions import initiatives, register
from yakuba.services.reform.engine import opendata
from yakuba.services.reform.engine.tracks import NATIONAL, Track, years
from yakuba.services.reform.models import Body, EffectEntry, Indicator, Initiative
from yakuba.services.reform.operations import register as operations
from yakuba.services.reform.queries import register as queries
from yakuba.services.reform.tests.examples import TERMS
from yakuba.services.robots import facade as robots

SAVED = Decimal("142.00")  # 1,200 × 8 minutes, less 1 % × 30 minutes, less 12 hours: 160 − 6 − 12


def running(person, **more):
    return initiatives.save_initiative(
        Initiative(), TERMS | {"title": "転入通知", "state": "running"} | more, actor=person
    )


def bodies(town, population):
    return Body.objects.create(
        code=town.code,
        name=town.name,
        population=population,
        counted_on=date(2026, 1, 1),
        source="住民基本台帳",
    )


def publish(row, proposer, approver):
    made = operations.propose_effect(proposer, initiative_id=row.pk, reason="市民に知らせる")
    approvals.approve(Approval.objects.get(subject=f"effect_entry:{made.pk}"), actor=approver)
    made.refresh_from_db()
    return made


@pytest.fixture
def second(make_staff, yakuba_city):
    return make_staff(yakuba_city, "reform.approve", "reform.manage", "reform.view", "reform.inventory")


def test_an_effect_is_published_by_another_person_and_stands_as_it_was(in_yakuba_city, clerk, second):
    row = running(clerk)
    with pytest.raises(Conflict, match="人口の表に自分の団体がありません"):
        operations.propose_effect(clerk, initiative_id=row.pk, reason="x")
    bodies(in_yakuba_city, 8_000)
    made = operations.propose_effect(clerk, initiative_id=row.pk, reason="市民に知らせる")
    assert queries.published() == []
    waiting = Approval.objects.get()
    with pytest.raises(Conflict, match="本人は承認できません"):
        approvals.approve(waiting, actor=clerk)
    with pytest.raises(Conflict, match="すでに公表の承認を待って"):
        operations.propose_effect(second, initiative_id=row.pk, reason="x")
    approvals.approve(waiting, actor=second)
    initiatives.save_initiative(row, {"before": Decimal(99)}, actor=clerk)
    (one,) = queries.published()
    assert (one.saved, one.kind, one.before, one.band) == (SAVED, "measured", Decimal(10), "5千人～1万人")
    assert list(
        AuditEvent.objects.filter(name="reform.effect_published").values_list("subject", flat=True)
    ) == [f"effect_entry:{made.pk}"]


def test_a_new_version_takes_the_place_of_the_one_before_and_a_withdrawn_one_is_gone(
    in_yakuba_city, clerk, second
):
    bodies(in_yakuba_city, 8_000)
    row = running(clerk)
    publish(row, clerk, second)
    initiatives.save_initiative(row, {"after_kind": "estimated"}, actor=clerk)
    made = publish(row, clerk, second)
    assert dict(EffectEntry.objects.values_list("version", "state")) == {1: "replaced", 2: "published"}
    assert [(one.version, one.kind) for one in queries.published()] == [(2, "estimated")]
    with pytest.raises(Invalid, match="理由"):
        register.withdraw(made, "  ")
    operations.withdraw_effect(clerk, effect_entry_id=made.pk, reason="測り直す")
    assert queries.published() == []
    with pytest.raises(Conflict, match="公表している効果だけ"):
        operations.withdraw_effect(clerk, effect_entry_id=made.pk, reason="もう一度")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"before": Decimal(7)}, "件数、時間、根拠のどれかが変わりました"),
        ({"maintenance": Decimal(100)}, "件数、時間、根拠のどれかが変わりました"),
        ({"state": "stopped"}, "になりました。差し戻してください"),
    ],
)
def test_what_changed_since_it_was_proposed_is_not_published(in_yakuba_city, clerk, second, change, told):
    bodies(in_yakuba_city, 8_000)
    row = running(clerk)
    operations.propose_effect(clerk, initiative_id=row.pk, reason="x")
    waiting = Approval.objects.get()
    initiatives.save_initiative(row, change, actor=clerk)
    with pytest.raises(Conflict, match=told):
        approvals.approve(waiting, actor=second)
    assert queries.published() == []
    approvals.send_back(Approval.objects.get(), "起案し直す", actor=second)
    if "state" not in change:
        assert publish(row, clerk, second).before == change.get("before", Decimal(10))


def test_who_approves_is_told_of_a_name_of_staff_in_what_becomes_public(in_yakuba_city, clerk, second):
    bodies(in_yakuba_city, 8_000)
    for title, told in (("転入通知", False), ("見本 職員の転入通知", True)):
        made = operations.propose_effect(clerk, initiative_id=running(clerk, title=title).pk, reason="x")
        summary = Approval.objects.get(subject=f"effect_entry:{made.pk}").summary
        assert ("職員の名前らしい語があります" in summary) == told


def test_what_was_sent_back_can_be_proposed_again(in_yakuba_city, clerk, second):
    bodies(in_yakuba_city, 8_000)
    row = running(clerk)
    made = operations.propose_effect(clerk, initiative_id=row.pk, reason="x")
    approvals.send_back(Approval.objects.get(), "根拠を書く", actor=second)
    assert queries.state_of(made) == "refused"
    publish(row, clerk, second)
    assert len(queries.published()) == 1
    with pytest.raises(Conflict, match="実施中"):
        operations.propose_effect(
            clerk, initiative_id=running(clerk, title="案", state="proposed").pk, reason="x"
        )


@pytest.fixture
def two_towns(yakuba_city, neighbour_town, clerk, second, neighbour, make_staff):
    """Both have published an effect: 8,000 people measured, 120,000 estimated."""
    other = make_staff(neighbour_town, "reform.approve")
    with active_municipality(yakuba_city):
        bodies(yakuba_city, 8_000)
        publish(running(clerk), clerk, second)
    with active_municipality(neighbour_town):
        bodies(neighbour_town, 120_000)
        made = publish(running(neighbour, after_kind="estimated", title="髙い届"), neighbour, other)
        operations.propose_effect(
            neighbour, initiative_id=running(neighbour, title="まだ秘密").pk, reason="x"
        )
    return yakuba_city, neighbour_town, made


def test_the_register_is_of_the_group_by_population_and_of_nobody_else(client, two_towns, clerk):
    own, other, made = two_towns
    client.force_login(clerk)
    page = client.get(reverse("reform:register")).content.decode()
    assert "転入通知" in page
    assert "髙い届" not in page  # no group yet
    assert client.get(reverse("reform:entry", args=[made.pk])).status_code == 404
    robots.set_group("北部", [own, other])
    page = client.get(reverse("reform:register")).content.decode()
    assert page.index("転入通知") < page.index("髙い届")
    assert "まだ秘密" not in page
    assert "10分/件" in client.get(reverse("reform:entry", args=[made.pk])).content.decode().replace(
        "10.0", "10"
    )
    with active_municipality(own):
        assert [(one.band, one.bodies, one.measured, one.estimated) for one in opendata.by_band(queries.published())] == [
            ("5千人～1万人", 1, SAVED, 0), ("10万人～30万人", 1, 0, SAVED),
        ]  # fmt: skip
    assert client.post(reverse("reform:withdraw_effect", args=[made.pk]), {"reason": "x"}).status_code == 404


def test_open_data_is_there_once_the_town_opens_it_and_says_what_its_schema_says(two_towns, clerk):
    own, other, _ = two_towns
    robots.set_group("北部", [own, other])
    anybody = Client()
    pages = [reverse(f"effects:{name}", args=[own.code]) for name in ("index", "json", "schema")]
    tables = [reverse(f"effects:{name}", args=[own.code]) for name in ("csv", "csv_shift_jis")]
    assert {anybody.get(page).status_code for page in (*pages, *tables)} == {404}
    with active_municipality(own):
        set_values({"reform.public": True}, actor=clerk)
    answer = anybody.get(pages[0])
    assert "髙い届" in answer.content.decode()
    assert not answer.cookies
    found = json.loads(anybody.get(pages[1]).content)
    schema = json.loads(anybody.get(pages[2]).content)
    assert set(schema["required"]) == set(found)
    item = schema["properties"]["effects"]["items"]
    kinds = {"string": str, "integer": int, "number": (int, float)}
    for one in found["effects"]:
        assert set(one) == set(item["required"])
        assert all(isinstance(value, kinds[item["properties"][name]["type"]]) for name, value in one.items())
    assert found["licence"].endswith("（CC BY 4.0）")
    assert [one["saved"] for one in found["effects"]] == [142.0, 142.0]
    utf8, cp932 = (anybody.get(table).content for table in tables)
    assert utf8.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(utf8.decode("utf-8-sig"))))
    assert [(row["取組"], row["区分"]) for row in rows] == [("転入通知", "測った値"), ("髙い届", "見積もり")]
    assert "転入通知" in cp932.decode("cp932")
    assert anybody.post(pages[0]).status_code in (403, 405)


# The published targets: 「【208⇒416以上】【185⇒370以上】【143⇒471以上】（いずれも2014年10月現在⇒2020年度）」 and
# 「AI・RPAなどの革新的ビッグデータ処理技術を活用する地域数【2020年度末までに300団体】」, 改革工程表 of the Council on Economic and Fiscal Policy.
TARGETS = {(208, 416), (185, 370), (143, 471), (None, 300)}


def test_the_four_published_targets():
    assert {(one.start and int(one.start), int(one.target)) for one in NATIONAL} == TARGETS
    for one in NATIONAL:
        assert one.planned(2020) == one.target
        assert one.planned(2014) == one.start
        assert one.planned(2021) is None
    assert [one.planned(2017) for one in NATIONAL] == [312, Decimal("277.5"), 307, None]


def test_planned_and_measured_stand_beside_one_another():
    found = {one.year: one for one in years(NATIONAL[0], {2017: Decimal(260), 2021: Decimal(430)})}
    assert list(found) == list(range(2014, 2022))
    assert (found[2014].actual, found[2014].done) == (208, 0)
    assert (found[2017].planned, found[2017].done, found[2017].behind) == (312, Decimal("0.25"), True)
    assert (found[2021].planned, found[2021].behind) == (None, None)
    falling = Track("時間外勤務", "時間", 2024, Decimal(100), 2026, Decimal(60), "見本")
    assert falling.planned(2025) == 80


def test_a_falling_target_is_behind_where_more_is_left():
    falling = Track("時間外勤務", "時間", 2024, Decimal(100), 2026, Decimal(60), "見本")
    told = {one.year: one.behind for one in years(falling, {2025: Decimal(90), 2026: Decimal(55)})}
    assert told == {2024: False, 2025: True, 2026: False}


def test_indicators_on_pages(client, clerk, in_yakuba_city, make_staff):
    client.force_login(clerk)
    assert client.post(reverse("reform:national")).status_code == 302
    assert Indicator.objects.count() == 4
    client.post(reverse("reform:national"))
    assert Indicator.objects.count() == 4
    row = Indicator.objects.get(start=208)
    page = reverse("reform:indicator", args=[row.pk])
    for value in ("250", "260"):  # the newer one counts
        assert client.post(page, {"year": "2017", "value": value, "source": "調べ"}).status_code == 302
    text = client.get(page).content.decode()
    assert "計画に届かない" in text
    assert "25.0%" in text
    assert "chart__picture--narrow" in text
    given = {
        "name": "時間",
        "unit": "時間",
        "start_year": "2026",
        "target_year": "2024",
        "target": "3",
        "source": "x",
    }
    assert "始めの年度より後" in client.post(reverse("reform:new_indicator"), given).content.decode()
    reader = Client()
    reader.force_login(make_staff(in_yakuba_city, "reform.view"))
    assert reader.get(page).status_code == 200
    assert reader.post(page, {"year": "2017", "value": "1", "source": "x"}).status_code == 403


def test_the_page_for_everybody_shows_a_hundred_effects_and_leads_to_the_others(two_towns, clerk):
    own, _, _ = two_towns
    with active_municipality(own):
        set_values({"reform.public": True}, actor=clerk)
        (row,) = EffectEntry.objects.filter(state="published")
        told = {one.name: getattr(row, one.attname) for one in row._meta.concrete_fields}
        told = {name: value for name, value in told.items() if name not in ("id", "municipality")}
        told |= {"initiative": row.initiative, "proposed_by": row.proposed_by}
        more = [EffectEntry(**(told | {"version": at, "title": f"取組{at:03}"})) for at in range(2, 152)]
        EffectEntry.objects.bulk_create(more)
    page = reverse("effects:index", args=[own.code])
    first, second = (Client().get(page, {"page": at}).content.decode() for at in (1, 2))
    assert [one.count('<th scope="row" data-label="取組">') for one in (first, second)] == [100, 51]
    assert '<a href="?page=2">次の100</a>' in first
    assert "（151）" in second
