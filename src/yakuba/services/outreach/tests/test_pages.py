"""The room's pages, with nothing and with much in them."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from yakuba.services.outreach import facade
from yakuba.services.outreach.actions import tables
from yakuba.services.outreach.engine import samples
from yakuba.services.outreach.models import Campaign, OptOut, Purpose, TownTable
from yakuba.services.outreach.tests.conftest import YEAR

pytestmark = pytest.mark.django_db
BARE = (
    "index",
    "new_campaign",
    "size",
    "naha",
    "person",
    "tables",
    "load_table",
    "purposes",
    "optouts",
    "models",
    "new_model",
)


@pytest.mark.parametrize("name", BARE)
def test_every_page_opens_with_nothing_in_the_town(page, name):
    assert page.get(reverse(f"outreach:{name}"), follow=True).status_code == 200


def test_a_table_comes_in_by_page_and_its_columns_are_said(page):
    file = SimpleUploadedFile("x.csv", samples.table(30, YEAR).encode())
    page.post(reverse("outreach:load_table"), {"file": file, "name": "表", "year": YEAR})
    row = TownTable.objects.get()
    assert row.state == "draft"
    address = reverse("outreach:table", args=[row.pk])
    form = {"column-TOTAL_FORMS": len(row.columns), "column-INITIAL_FORMS": len(row.columns)}
    for at, one in enumerate(samples.columns(row.columns)):
        form |= {f"column-{at}-{name}": value for name, value in one.items()}
    bad = page.post(address, form | {"column-2-known": "いつか"})
    assert bad.status_code == 422
    assert "日と読めません" in bad.content.decode()
    assert page.post(address, form).status_code == 302
    tables.work(row.pk)
    shown = page.get(address).content.decode()
    assert "120" in shown
    assert "見本　1号" not in shown, "no page shows rows of persons"


def plan_form(**more):
    return {
        "name": "施策", "year": YEAR, "decided": f"{YEAR}-06-01", "who": "年齢 以上 40\n性別 である 女", "without": "", "control": 34, "method": "同じ割合",
        "strata": "地区\n年齢", "quantiles": "年齢 3", "print_day": f"{YEAR}-07-01", "ends": f"{YEAR}-10-31", "look": f"{YEAR}-11-10", "sent": "手紙",
        "before": 35, "expected": 2, "name_1": "A", "subject_1": "お知らせ", "body_1": "{氏名}さん",
    } | more  # fmt: skip


def test_a_campaign_is_drawn_up_by_form_and_the_file_says_the_same(page, table, purpose):
    address = f"{reverse('outreach:new_campaign')}?table={table.pk}&purpose={purpose.pk}"
    assert page.get(address).status_code == 200
    bad = page.post(address, plan_form(who="年れい 以上 40"))
    assert bad.status_code == 422
    assert "という列はありません" in bad.content.decode()
    page.post(address, plan_form())
    row = Campaign.objects.get()
    assert [one.text for one in row.plan.who] == ["年齢 以上 40", "性別 である 女"]
    assert row.plan.quantiles == {"年齢": 3}
    again = page.get(reverse("outreach:edit_campaign", args=[row.pk])).content.decode()
    assert "年齢 以上 40" in again
    page.post(reverse("outreach:edit_campaign", args=[row.pk]), plan_form(control=50))
    row.refresh_from_db()
    assert row.plan.control == 0.5
    assert page.get(reverse("outreach:campaign_text", args=[row.pk])).status_code == 200
    assert page.post(reverse("outreach:propose", args=[row.pk]), {"reason": "試す"}).status_code == 302
    assert (
        "別の職員の承認を待っています"
        in page.get(reverse("outreach:campaign", args=[row.pk])).content.decode()
    )


def test_the_page_of_a_finished_campaign_says_what_it_found_and_that_it_is_invented(
    page, table, purpose, clerk, approver
):
    row = facade.sample_campaign(table, purpose, YEAR, actor=clerk, approver=approver)
    shown = page.get(reverse("outreach:campaign", args=[row.pk])).content.decode()
    for words in (
        "作りもの",
        "95%信頼区間",
        "Neyman",
        "一人多く受診してもらう費用",
        "対照群とは",
        "残り半分の人",
    ):
        assert words in shown
    assert page.get(reverse("outreach:report", args=[row.pk])).status_code == 200
    assert page.get(reverse("outreach:follow", args=[row.pk])).status_code == 200
    told = page.post(
        reverse("outreach:person"), {"resident_number": row.members.first().number}
    ).content.decode()
    assert row.name in told


def test_results_come_in_through_the_page(page, assigned):
    address = reverse("outreach:load_examined", args=[assigned.pk])
    number = assigned.members.first().number
    file = SimpleUploadedFile("x.csv", f"宛名番号,受診日\r\n{number},{YEAR}/6/20\r\n".encode("cp932"))
    seen = page.post(address, {"file": file}, follow=True)
    table_id = seen.redirect_chain[-1][0].rpartition("=")[2]
    answer = page.post(
        address,
        {
            "table": table_id,
            "take": "1",
            "column-0": "宛名番号",
            "column-1": "受診日",
            "until": f"{YEAR}-06-30",
        },
        follow=True,
    )
    assert answer.status_code == 200, answer.content.decode()
    assert assigned.members.get(number=number).examined_on is not None
    assert page.post(reverse("outreach:withdraw", args=[assigned.pk]), follow=True).status_code == 200
    assigned.refresh_from_db()
    assert assigned.state == "withdrawn"


def test_purposes_and_who_wants_no_letters_come_in_through_pages(page):
    page.post(reverse("outreach:purposes"), {"name": "目的", "basis": "条例", "classes": ["basic"]})
    assert not Purpose.objects.get().holds
    page.post(
        reverse("outreach:optouts"),
        {"numbers": "70001\n70002", "purpose": "", "since": f"{YEAR}-05-01", "note": ""},
    )
    assert OptOut.objects.count() == 2
    shown = page.get(reverse("outreach:optouts"), follow=True).content.decode()
    assert "70001" not in shown
    assert "＊＊001" in shown


def test_the_worked_example_moves_with_what_is_not_known(page):
    shown = page.get(reverse("outreach:naha"), {"share": 50, "people": 10000}).content.decode()
    assert "±1.3" in shown
    assert "10,309" in shown
    for words in ("言えないこと", "-0.70", "2.60"):
        assert words in shown, words
