"""Where the hours go, what may take them over, initiatives and their papers; and that pages ask the database as often for many
rows as for few."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pypdfium2
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from yakuba.services.reform.actions import classes, initiatives
from yakuba.services.reform.contracts import ClassGroup, Core, Means, TaskRow
from yakuba.services.reform.models import Initiative, Process, Task
from yakuba.services.reform.queries import analysis, outlook
from yakuba.services.reform.queries import initiatives as queries
from yakuba.services.reform.queries.inventory import task_facts
from yakuba.services.reform.tests.examples import ROWS, TERMS, inventory


@pytest.fixture
def section(in_yakuba_city):
    return inventory()


def test_hours_are_added_up_by_section_and_class(section):
    inventory(
        name="税務課", rows=(TaskRow("賦課", "", "入力する", "入力", cases=Decimal(60), minutes=Decimal(10)),)
    )
    found = analysis.hours(section.round)
    assert [(one.name, one.total) for one in found.sections] == [("子育て課", 900.0), ("税務課", 10.0)]
    assert found.sections[0].by_class == {"相談": 200.0, "審査": 200.0, "入力": 200.0, "確認": 300.0}
    assert found.classes == ["相談", "審査", "入力", "確認"]
    assert found.groups == {ClassGroup.CLERICAL.label: 510.0, ClassGroup.PROFESSIONAL.label: 400.0}
    chart = analysis.shares_chart(found)
    assert [row[0] for row in chart.table.rows] == ["子育て課", "税務課"]
    assert chart.table.rows[1][1] == "100.0"


def test_tasks_whose_hours_nobody_knows_are_told_and_not_taken_for_nought(client: Client, clerk, section):
    Task.objects.filter(name="保護者と話す").update(minutes=None, minutes_a_year=None)
    assert analysis.hours(section.round).unknown == 1
    client.force_login(clerk)
    assert "書かれていない作業：1" in client.get("/reform/analysis/").content.decode()


def test_every_figure_opens_down_to_its_tasks(client: Client, clerk, section):
    client.force_login(clerk)
    page = client.get("/reform/analysis/").content.decode()
    url = f"/reform/inventory/{section.round_id}/tasks/?section={section.pk}&amp;class={quote('入力')}"
    assert url in page
    listed = client.get(url.replace("&amp;", "&")).content.decode()
    assert "申込書を入力する" in listed
    assert "保護者と話す" not in listed
    task = Task.objects.get(name="申込書を入力する")
    shown = client.get(f"/reform/tasks/{task.pk}/").content.decode()
    assert "判断が要りません。" in shown
    assert "78.3%" in shown  # 82.4 % of the 95 % that go the usual way


def test_core_months_and_cost(section):
    by_core = {one.value: one.hours for one in analysis.by(section.round, "core", Core)}
    assert by_core == {"core": 400.0, "noncore": 500.0}
    months = analysis.months(section.round)  # from April on
    usual = 400 / 12
    assert months[0] == pytest.approx(usual)
    assert [months[at] for at in (7, 8, 9, 10)] == pytest.approx([usual + 125] * 4)
    assert sum(months) == pytest.approx(900)
    assert [one.yen for one in analysis.costs(section.round)] == [None, None]
    classes.set_price("regular", 2025, 3000, "前の年", actor=None)
    classes.set_price("regular", 2026, 3285, "今の年", actor=None)
    classes.set_price("regular", 2027, 9999, "先の年", actor=None)
    regular, appointed = analysis.costs(section.round)
    assert (regular.hours, regular.yen, regular.price.source) == (700.0, 700 * 3285, "今の年")
    assert appointed.yen is None


def test_the_database_adds_up_what_the_rules_propose_for_each_task(section):
    facts = task_facts(section.round)
    found = {one.means: one for one in analysis.proposals(section.round)}
    for means in Means:
        of = [one for one in facts if one.verdict.means == means]
        assert found[means].tasks == len(of)
        assert found[means].hours == pytest.approx(float(sum(one.minutes_a_year for one in of) / 60))
        assert found[means].freed == pytest.approx(float(sum(one.freed for one in of) / 60))
    assert found[Means.ROBOTS].freed == pytest.approx(200 * 0.824 * 0.95)
    assert found[Means.READING].freed == pytest.approx(300 * 0.740 * 0.95)
    assert found[Means.PERSON].hours == 400


def test_the_what_if_says_its_assumptions_and_refuses_a_year_that_is_over(client: Client, clerk, section):
    client.force_login(clerk)
    page = client.get("/reform/analysis/outlook/").content.decode()
    assert "2040年度に今の50%" in page
    assert "この自治体で測った値ではありません" in page
    assert outlook.usual(section.round).hours == 900
    more = client.get("/reform/analysis/outlook/?target=2035&staff=100&work=100&done=2030").content.decode()
    assert "足ります" in more
    wrong = client.get("/reform/analysis/outlook/?target=2020&staff=50&work=100&done=2030")
    assert wrong.status_code == 422
    assert "年度は、2027から" in wrong.content.decode()


def test_without_anything_every_page_says_what_to_do(client: Client, clerk):
    client.force_login(clerk)
    for url, words in (
        ("/reform/inventory/", "棚卸しを頼む"),
        ("/reform/inventory/mine/", "答える業務棚卸しはありません"),
        ("/reform/analysis/", "棚卸しの作業がまだありません"),
        ("/reform/analysis/outlook/", "棚卸しの時間がまだありません"),
        ("/reform/initiatives/", "取組を登録する"),
        ("/reform/inventory/prices/", "単価はまだありません"),
    ):
        assert words in client.get(url).content.decode()


def initiative(title="届出の入力", **more):
    return initiatives.save_initiative(Initiative(), TERMS | {"title": title} | more, actor=None)


def test_an_initiative_is_reckoned_with_its_price_and_risk(client: Client, clerk, in_yakuba_city):
    classes.set_price("regular", 2026, 3000, "予算", actor=None)
    row = initiative()
    (found,) = queries.reckoned()
    assert found.saved == 160 - 6 - 12
    assert found.measured
    assert found.horizon == (1, 2)
    assert found.payback == Decimal(300_000) / ((142 - 8) * 3000 - 50_000)
    assert found.holds
    client.force_login(clerk)
    page = client.get(f"/reform/initiatives/{row.pk}/").content.decode()
    assert "142.0" in page
    assert "4,000円" in page or "見る年数のうちに戻ります" in page


def test_estimated_and_measured_are_not_added_and_overtime_is_apart(in_yakuba_city):
    initiative("測った", overtime=Decimal(20))
    initiative("見積もり", after_kind="estimated")
    together = queries.Together(queries.reckoned())
    assert (together.measured, together.estimated, together.overtime) == (142, 142, 20)


def test_an_initiative_is_typed_and_what_is_wrong_is_told_at_its_field(client: Client, clerk, in_yakuba_city):
    client.force_login(clerk)
    form = {key: str(value) for key, value in TERMS.items()} | {
        "title": "入力",
        "state": "running",
        "staff": "regular",
    }
    wrong = client.post("/reform/initiatives/new/", form | {"error_rate": "120", "means": ""})
    assert wrong.status_code == 422
    assert wrong.content.decode().count("field__error") >= 2
    assert client.post("/reform/initiatives/new/", form).status_code == 302
    row = Initiative.objects.get()
    again = client.post("/reform/initiatives/new/", form)
    assert again.status_code == 422, "the title is taken"
    changed = client.post(f"/reform/initiatives/{row.pk}/edit/", form | {"cases": "600"})
    assert changed.status_code == 302
    row.refresh_from_db()
    assert row.cases == 600


def pdf(answer):
    document = pypdfium2.PdfDocument(io.BytesIO(answer.content))
    return len(document), "".join(page.get_textpage().get_text_range() for page in document)


@pytest.mark.parametrize("many", [0, 1, 12])
def test_the_report_for_the_assembly_has_two_pages(client: Client, clerk, in_yakuba_city, many):
    classes.set_price("regular", 2026, 3000, "予算", actor=None)
    for number in range(many):
        initiative(
            f"長い名前の取組その{number}、窓口から届いた届出書の入力と確かめ",
            state="running",
            remarks="職員が窓口に立てるようになった。" * 3,
        )
    client.force_login(clerk)
    answer = client.get("/reform/assembly.pdf")
    pages, text = pdf(answer)
    assert pages == 2
    assert "業務改革の取組と効果" in text
    assert ("実施中の取組はまだない" in text) == (many == 0)


def test_the_report_stays_honest_and_two_pages_with_absurd_terms(client: Client, clerk, in_yakuba_city):
    classes.set_price("regular", 2026, 3285, "予算", actor=None)
    absurd: list[dict[str, Any]] = [
        {"cases": 0}, {"before": 1, "after": 50}, {"error_rate": 100, "fix": 9999}, {"cases": 999_999_999_999}, {"initial": 0},
        {"initial": 99_999_999_999_999}, {"initial": 99_999_999_999_999},
    ]  # fmt: skip
    for state in ("running", "proposed"):
        for at, terms in enumerate(absurd):
            title = f"{state}{at}" + "とても長い取組の名前を書く" * 5
            initiative(title, state=state, remarks="長い" * 500, **terms)
    client.force_login(clerk)
    pages, text = pdf(client.get("/reform/assembly.pdf"))
    assert pages == 2
    for words in ("マイナスは、時間が増える", "100年より後", "戻らない", "-998.0時間"):
        assert words in text
    assert "256,285,399" not in text, "a figure that only looks exact"


def test_what_is_only_proposed_is_not_among_what_was_saved(client: Client, clerk, in_yakuba_city):
    initiative("まだ案の取組", state="proposed")
    client.force_login(clerk)
    _, text = pdf(client.get("/reform/assembly.pdf"))
    saved, rest = text.split("費用と、時間やお金のほかの効果")
    assert "まだ案の取組" in rest
    assert "まだ案の取組" not in saved
    assert "これまで" not in saved.replace("これまでの取組で減った時間", ""), "a picture of before and now"


def test_what_was_published_is_shown_with_its_interval(client: Client, clerk, in_yakuba_city):
    client.force_login(clerk)
    page = client.get("/reform/initiatives/published/").content.decode()
    assert "358.1～365.0" in page  # 加賀市
    assert "82.4%" in page


def many_rows(section, processes=20, tasks=30):
    """As large a section as one types, made at once."""
    made = Process.objects.bulk_create(
        [Process(section=section, name=f"業務{number}", position=number + 9) for number in range(processes)]
    )
    kind = Task.objects.exclude(work_class=None)[0].work_class
    Task.objects.bulk_create(
        [
            Task(
                process=one, section=section, round_id=section.round_id, position=number, step=f"工程{number % 5}",
                name=f"作業{number}", work_class=kind, staff="regular", cases=number, minutes=5, minutes_a_year=5 * number,
                core="core", routine="routine", judgement="none", medium="data", exceptions=number % 40,
            )
            for one in made
            for number in range(tasks)
        ]
    )  # fmt: skip
    return made[0]


@pytest.mark.slow
def test_pages_ask_as_often_for_many_rows_as_for_few(client: Client, clerk, section):
    client.force_login(clerk)
    process = Process.objects.get(name="入所申込")
    task = Task.objects.filter(process=process)[0]
    section.assigned_to = clerk
    section.save()
    initiative()
    urls = [
        "/reform/inventory/?sort=year",
        f"/reform/inventory/{section.round_id}/?sort=department",
        "/reform/inventory/mine/?sort=state",
        f"/reform/sections/{section.pk}/",
        f"/reform/sections/{section.pk}/tasks/?sort=",
        f"/reform/processes/{process.pk}/",
        f"/reform/processes/{process.pk}/sheet/",
        "/reform/analysis/",
        "/reform/analysis/outlook/",
        f"/reform/inventory/{section.round_id}/tasks/?sort=-hours",
        f"/reform/tasks/{task.pk}/",
        "/reform/initiatives/?sort=saved",
    ]
    client.get(urls[0])  # what is asked once, whatever page comes first
    few = {url: asked(client, url) for url in urls}
    assert max(few.values()) < 45, few
    large = many_rows(section)
    for number in range(12):
        one = inventory(name=f"第{number}課", rows=ROWS[:1])
        one.assigned_to = clerk
        one.save()
        initiative(f"取組{number}")
    Task.objects.filter(process=large).update(process=process)
    assert {url: asked(client, url) for url in urls} == few


def asked(client, url):
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(url).status_code == 200
    return len(found)
