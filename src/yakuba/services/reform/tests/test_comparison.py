"""Bodies beside one another: the rules, what a town shares and takes back, and tables of other bodies."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.tables.reading import Row
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Department, Municipality
from yakuba.kernel.values.municipality_codes import check_digit
from yakuba.services.reform.actions import sections
from yakuba.services.reform.contracts import TaskRow
from yakuba.services.reform.engine.compared_tables import BODIES, PROCESSES, processes_of, register_of
from yakuba.services.reform.engine.comparison import (
    BANDS,
    Compared,
    Names,
    Sums,
    as_plain,
    band,
    best,
    row_of,
    sums,
)
from yakuba.services.reform.models import Body, ImportedProcess, SharedProcess
from yakuba.services.reform.operations import comparison as operations
from yakuba.services.reform.queries import comparison as queries
from yakuba.services.reform.tests.examples import ROWS, inventory
from yakuba.services.robots import facade as robots


def body(code: str, minutes: str, cases: int = 100, medium: str = "paper", lacking: int = 0) -> Compared:
    counted = Sums(Decimal(cases), Decimal(minutes) * cases, 3, 5, lacking, medium)
    return Compared(**vars(counted), code=code, body=code, name="転入届", year=2026, population=8000,
                    counted_on=date(2026, 1, 1), origin="group")  # fmt: skip


def test_bands_leave_no_number_out():
    assert [band(one) for one in (0, 4_999, 5_000, 9_999, 10_000, 299_999, 300_000)] == [
        "5千人未満", "5千人未満", "5千人～1万人", "5千人～1万人", "1万人～3万人", "10万人～30万人", "30万人以上",
    ]  # fmt: skip
    assert all(high + 1 == low for (_, _, high), (_, low, _) in itertools.pairwise(BANDS))
    assert band(None) == "人口が分からない"


def test_the_least_minutes_are_marked_among_those_that_can_be_compared():
    figures = [body("a", "20"), body("b", "15"), body("c", "30"), body("d", "1", cases=10), body("e", "2", medium="data"),
               body("f", "3", lacking=1)]  # fmt: skip
    found = best(figures, "paper", 50)
    assert (set(found.codes), found.compared) == ({"b"}, 3)
    assert "50件に足りません" in found.left["d"]
    assert "媒体が違います（電子データ）" in found.left["e"]
    assert "作業が1あります" in found.left["f"]


def test_of_fewer_than_three_bodies_none_is_marked():
    found = best([body("a", "20"), body("b", "15"), body("c", "1", cases=10)], "paper", 50)
    assert not found.codes
    assert "比べられる団体が2" in found.why


def test_bodies_that_are_equal_are_all_marked():
    found = best([body("a", "15.05"), body("b", "15"), body("c", "30")], "paper", 50)
    assert set(found.codes) == {"a", "b"}
    assert "どれにも印" in found.why


def test_cases_of_a_process_are_those_of_its_largest_task_by_section():
    half = [replace(row, cases=Decimal(600)) for row in ROWS[:2]]
    found = sums([ROWS[:3], half])
    assert found.cases == 1800  # 1200 here, 600 there; not the sum of the tasks
    assert found.minutes == 1200 * 25 + 300 * 40 + 600 * 25
    assert (found.steps, found.tasks, found.lacking, found.medium) == (2, 5, 0, "paper")
    assert sums([[TaskRow("転入届", "", "受ける")]]).per_case is None


def test_a_task_comes_back_from_plain_data():
    row = replace(ROWS[0], zone="")
    assert row_of("入所申込", as_plain(row)) == row


def test_a_table_of_bodies_is_read_by_line_and_cell():
    good = {
        "団体コード": "990019",
        "団体名": "やくば市",
        "人口": "8,012人",
        "いつの人口": "令和8年1月1日",
        "出典": "住民基本台帳",
    }
    rows = [Row(2, good), Row(3, good), Row(4, good | {"団体コード": "990018"}), Row(5, good | {"団体コード": "990027", "人口": "約八千"}),
            Row(6, good | {"団体コード": "131016", "団体名": ""})]  # fmt: skip
    found = register_of(rows)
    assert {code: one.population for code, one in found.rows.items()} == {"990019": 8012, "131016": 8012}
    assert found.rows["131016"].name == "千代田区"
    assert found.rows["990019"].counted_on == date(2026, 1, 1)
    assert [(one.line, one.place) for one in found.problems] == [
        (3, "団体コード"),
        (4, "団体コード"),
        (5, "人口"),
    ]


def test_a_table_of_processes_keeps_bodies_apart():
    rows = [
        Row(
            2,
            {
                "団体コード": "990027",
                "団体名": "となり町",
                "業務": "転入届",
                "工程": "受付",
                "作業": "受ける",
                "件数/年": "100",
                "分/件": "0:15",
            },
        ),
        Row(3, {"作業": "入力する", "工程": "入力", "件数/年": "100", "分/件": "5分"}),  # merged cells
        Row(4, {"団体コード": "131016", "業務": "転入届", "作業": "受ける", "件数/年": "多い", "分/件": "3"}),
    ]
    found = processes_of(rows)
    assert [(row.process, row.step, row.minutes) for row in found.tables["990027"].rows.values()] == [
        ("転入届", "受付", Decimal(15)), ("転入届", "入力", Decimal(5)),
    ]  # fmt: skip
    assert found.names == {"990027": "となり町", "131016": "千代田区"}
    assert [(one.line, one.place) for one in found.problems] == [(4, "件数/年")]


def test_a_code_beside_another_bodys_name_and_one_of_a_merged_body_without_a_name_are_told():
    row = {"団体コード": "131016", "業務": "転入届", "作業": "受ける", "件数/年": "100", "分/件": "5"}
    lines = [row | {"団体名": "中央区"}, row | {"団体名": "東京都千代田区"}, row | {"団体コード": "112046"},
             row | {"団体コード": "112046", "団体名": "浦和市"}, row | {"団体コード": "13101"}]  # fmt: skip
    found = processes_of([Row(line, one) for line, one in enumerate(lines, 2)])
    assert found.names == {"131016": "東京都千代田区", "112046": "浦和市"}
    assert [(one.line, one.place) for one in found.problems] == [
        (2, "団体名"),
        (4, "団体名"),
        (6, "団体コード"),
    ]
    assert "131016は千代田区ですが、団体名は「中央区」" in found.problems[0].message
    assert "合併したか" in found.problems[1].message
    assert "「13101」は団体コードではありません" in found.problems[2].message
    told = {"人口": "8000", "いつの人口": "2026-01-01", "出典": "x"}
    read = register_of([Row(line, told | one) for line, one in enumerate(lines[:4], 2)])
    assert {code: one.name for code, one in read.rows.items()} == {
        "131016": "東京都千代田区",
        "112046": "浦和市",
    }


@pytest.fixture
def towns(yakuba_city, neighbour_town, clerk, neighbour):
    """Both in a group, each with an answered inventory; a third town outside of it."""
    stranger = Municipality.objects.create(code="99003" + check_digit("99003"), name="よその町")
    for town, person, minutes in ((yakuba_city, clerk, 15), (neighbour_town, neighbour, 9)):
        with active_municipality(town):
            Department.objects.get_or_create(name="総務課")
            rows = (
                replace(ROWS[0], minutes=Decimal(minutes), task="子育て課の見本職員が確かめる"),
                *ROWS[1:],
            )
            sections.answer(inventory(rows=rows, actor=person), actor=person)
    robots.set_group("北部", [yakuba_city, neighbour_town])
    return yakuba_city, neighbour_town, stranger


def seen(town, name="入所申込"):
    """Whose figures of the process a person of the town sees."""
    with active_municipality(town):
        return {one.code for found in queries.compared() if found.name == name for one in found.figures}


def test_another_town_sees_only_what_is_shared_and_nothing_when_it_is_taken_back(towns, clerk):
    own, other, stranger = towns
    assert seen(other) == {other.code}
    with active_municipality(own):
        operations.share(clerk, names=["入所申込"])
    assert seen(other) == {own.code, other.code}
    assert seen(other, "相談") == {other.code}  # not shared
    assert seen(stranger) == set()
    with active_municipality(own):
        operations.unshare(clerk, names=["入所申込"])
        events = list(AuditEvent.objects.filter(name__startswith="reform.process_").order_by("pk"))
    assert seen(other) == {other.code}
    assert [event.name for event in events] == ["reform.process_shared", "reform.process_unshared"]
    assert all(event.details["names"] == ["入所申込"] and event.actor_id == clerk.pk for event in events)


def test_the_sums_of_one_process_are_those_among_all(towns):
    with active_municipality(towns[0]):
        row = queries.answered_round()
        every = queries.own_sums(row)
        assert set(every) == {"入所申込", "相談"}
        assert queries.own_sums(row, "相談") == {"相談": every["相談"]}
        assert queries.own_sums(row, "ない") == {}


def test_a_town_that_leaves_the_group_neither_shows_nor_sees(towns, clerk):
    own, other, _ = towns
    with active_municipality(own):
        operations.share(clerk)
    robots.set_group("北部", [other])
    assert seen(other) == {other.code}
    with active_municipality(own), pytest.raises(Conflict, match="集まりに入っていない"):
        operations.share(clerk)


def test_names_of_sections_and_staff_stay_behind(towns, clerk):
    own, other, _ = towns
    with active_municipality(own):
        operations.share(clerk)
        assert SharedProcess.objects.count() == 2
    with active_municipality(other):
        told = [row.task for row in queries.rows_of("入所申込", own.code)]
        assert told[0] == "（課）の（職員）が確かめる"
        assert "子育て課" not in str(list(queries.shared_by_others().values()))


def test_names_are_found_in_any_spelling():
    clean = Names(["子育て課", "ICT推進室"], ["髙橋 花子", "髙橋", "林", "見本　職員"]).without
    assert clean("子 育　て課の受付") == "（課）の受付"
    assert clean("ｉｃｔ推進室へ渡す") == "（課）へ渡す"
    assert clean("高橋が確かめる、高橋・花子の印") == "（職員）が確かめる、（職員）の印"
    assert clean("見本 職員が見る") == "（職員）が見る"
    assert clean("林さんが見る、林業の届、小林さん") == "（職員）さんが見る、林業の届、小林さん"
    assert clean("Ａ票を受ける") == "Ａ票を受ける"  # what holds no name stays as it is written


def twins(town, person):
    """Two processes of the town that are one without the name of the section in them."""
    with active_municipality(town):
        Department.objects.get_or_create(name="市民課")
        rows = tuple(
            replace(ROWS[0], process=name) for name in ("市民課の受付", "子育て課の受付", "相談の受付")
        )
        sections.answer(inventory(year=2027, rows=rows, actor=person), actor=person)


def test_processes_that_are_one_without_names_do_not_overwrite_each_other(client, towns, clerk):
    own, other, _ = towns
    twins(own, clerk)
    with active_municipality(own):
        with pytest.raises(
            Invalid, match="「市民課の受付」と「子育て課の受付」は、課と職員の名前を外すと同じ"
        ):
            operations.share(clerk, names=["市民課の受付"])
        assert {one["name"] for one in operations.share(clerk)} == {"入所申込", "相談", "相談の受付"}
    assert seen(other, "（課）の受付") == set()
    client.force_login(clerk)
    assert client.get(reverse("reform:sharing")).content.decode().count("出せない") == 2


def test_a_process_with_a_name_in_it_is_taken_back_by_the_name_that_the_page_shows(towns, clerk):
    own, other, _ = towns
    with active_municipality(own):
        rows = (replace(ROWS[0], process="子育て課の受付"),)
        sections.answer(inventory(year=2027, rows=rows, actor=clerk), actor=clerk)
        operations.share(clerk, names=["子育て課の受付"])
        assert seen(other, "（課）の受付") == {own.code}
        operations.unshare(clerk, names=["子育て課の受付"])
    assert seen(other, "（課）の受付") == set()


def test_another_group_that_a_town_comes_into_does_not_see_what_it_shared_before(client, towns, clerk):
    own, other, stranger = towns
    with active_municipality(own):
        operations.share(clerk)
    robots.set_group("北部", [other])
    robots.set_group("南部", [own, stranger])
    assert seen(stranger) == set()
    with active_municipality(stranger):
        assert queries.rows_of("入所申込", own.code) == []
    client.force_login(clerk)
    assert "前の集まりに出したもの" in client.get(reverse("reform:sharing")).content.decode()
    with active_municipality(own):
        operations.share(clerk, names=["入所申込"])
    assert seen(stranger) == {own.code}


def test_what_no_section_has_answered_is_not_shared(yakuba_city, neighbour_town, clerk):
    robots.set_group("北部", [yakuba_city, neighbour_town])
    with active_municipality(yakuba_city):
        inventory(actor=clerk)
        with pytest.raises(Conflict, match="課が答えた業務だけ"):
            operations.share(clerk)


def test_the_pages_lead_from_the_list_down_to_the_tasks(client, towns, clerk, neighbour):
    _own, other, _ = towns
    with active_municipality(other):
        operations.share(neighbour)
    client.force_login(clerk)
    assert "北部" in client.get(reverse("reform:compare")).content.decode()
    page = client.get(reverse("reform:compare_process"), {"name": "入所申込"}).content.decode()
    assert "となり町" in page
    assert "比べられる団体が2なので、印を付けません" in page
    link = re.search(rf'href="(/reform/compare/body/[^"]*code={other.code})"', page)[1].replace("&amp;", "&")
    rows = client.get(link).content.decode()
    assert "（職員）が確かめる" in rows
    assert "180時間" in rows  # 1,200 cases of 9 minutes
    assert client.get(reverse("reform:compare_process"), {"name": "ない業務"}).status_code == 404


def test_sharing_is_looked_at_first_and_done_by_who_may(client, towns, clerk, make_staff):
    own, other, _ = towns
    client.force_login(clerk)
    assert (
        "（課）の（職員）が確かめる"
        in client.get(reverse("reform:shown"), {"name": "入所申込"}).content.decode()
    )
    assert client.post(reverse("reform:share"), {"name": "入所申込"}).status_code == 302
    assert "出している" in client.get(reverse("reform:sharing")).content.decode()
    assert seen(other) == {own.code, other.code}
    client.force_login(make_staff(own, "reform.inventory"))
    assert client.post(reverse("reform:take_back"), {"all": "1"}).status_code in (403, 404)
    assert seen(other) == {own.code, other.code}
    client.force_login(clerk)
    client.post(reverse("reform:take_back"), {"all": "1"})
    assert seen(other) == {other.code}


def send(client, page, content, **more):
    first = client.post(reverse(page), {"file": SimpleUploadedFile("t.csv", content.encode("cp932"))})
    table = re.search(r"table=([0-9a-f-]+)", first["Location"])[1]
    headings = content.split("\n")[0].split(",")
    known = [one.name for one in (BODIES if page == "reform:load_bodies" else PROCESSES)]
    columns = {f"column-{known.index(name)}": name for name in headings}
    return client.post(reverse(page), {"table": table, "take": "1"} | columns | more)


def test_tables_of_other_bodies_are_taken_in_and_forgotten(client, towns, clerk):
    own, _, _ = towns
    client.force_login(clerk)
    send(client, "reform:load_bodies", "団体コード,人口,いつの人口,出典\n131016,8100,2026/1/1,住民基本台帳")
    send(client, "reform:load_processes", "団体コード,業務,工程,作業,件数/年,分/件,媒体\n131016,入所申込,受付,受ける,900,11,紙\n131016,入所申込,受付,書く,多い,1,紙",
         year="2026", source="県の調べ")  # fmt: skip
    with active_municipality(own):
        assert Body.objects.get().population == 8100
        (found,) = queries.compared("入所申込")
        assert [(one.body, one.source, one.band) for one in found.figures if one.origin == "table"] == [
            ("千代田区", "県の調べ", "5千人～1万人")
        ]
        (kept,) = queries.compared("入所申込", band="30万人以上")
        assert {one.origin for one in kept.figures} == {"own"}
    assert "千代田区" in client.get(reverse("reform:compared_tables")).content.decode()
    client.post(reverse("reform:forget_body", args=["131016"]))
    with active_municipality(own):
        assert not ImportedProcess.objects.exists()


def test_a_table_of_the_own_town_is_refused(client, towns, clerk):
    client.force_login(clerk)
    answer = send(
        client,
        "reform:load_processes",
        "団体コード,団体名,業務,作業\n990019,やくば市,入所申込,受ける",
        year="2026",
        source="x",
    )
    assert "棚卸しに取り込みます" in answer.content.decode()
