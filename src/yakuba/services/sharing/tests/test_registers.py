"""Registers defined as data: what must stand together, dated history, days that are reminded of, tables, paper."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.tables.tests.looking import form_of
from yakuba.services.sharing.actions import definitions as writing
from yakuba.services.sharing.actions import registers as actions
from yakuba.services.sharing.engine import registers
from yakuba.services.sharing.models import RegisterChange, RegisterEntry
from yakuba.services.sharing.queries import definitions
from yakuba.services.sharing.queries import registers as queries

LINK = {"started_on": "平成30年4月1日", "partner": "見本の事業者", "needed": "はい", "harmless": "はい"}


@pytest.fixture
def page(in_yakuba_city, clerk):
    client = Client()
    client.force_login(clerk)
    return client


def kind(code: str) -> registers.Kind:
    return registers.bundled()[code][1]


def write(
    code: str, values: dict[str, str], title: str = "記録", row: RegisterEntry | None = None
) -> RegisterEntry:
    return actions.write(definitions.kind(code), title, values, "第1号", False, row, actor=None)


def test_an_online_connection_needs_the_council_or_one_of_five_exemptions(in_yakuba_city):
    assert len(kind("online-link").column("exemption").options) == 5
    with pytest.raises(Invalid, match="1から5"):
        write("online-link", LINK)
    assert write("online-link", LINK | {"exemption": "5"}, "相手が国").values["exemption"].startswith("5 国")
    assert (
        write("online-link", LINK | {"opinion_on": "H30.3.1"}, "意見を聴いた").values["opinion_on"]
        == "2018-03-01"
    )
    with pytest.raises(Invalid, match="公益上の必要"):
        write("online-link", LINK | {"exemption": "1", "needed": "いいえ"}, "必要がない")


def test_the_old_ordinances_are_dated_history(in_yakuba_city):
    for code, values in (
        ("online-link", LINK | {"exemption": "1"}),
        ("other-purpose", {"purpose": "x", "other": "y", "ground": "2"}),
    ):
        column = kind(code).dated
        with pytest.raises(Invalid, match="令和5年3月31日"):
            write(code, values | {column: "2023-04-01"}, "あと")
        write(code, values | {column: "2023-03-31"}, "まえ")


def test_the_eight_grounds_and_the_councils(in_yakuba_city):
    assert len(kind("other-purpose").column("ground").options) == 8
    with pytest.raises(Invalid, match="理由8"):
        write("other-purpose", {"used_on": "2020-01-01", "purpose": "x", "other": "y", "ground": "8"})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"connection": "パブリッククラウド"}, "個人番号利用事務系から"),
        ({"place": "国外"}, "日本の法令の範囲内"),
        ({"place": "分からない"}, "日本の法令の範囲内"),
        ({"law": "外国の法律も"}, "外国の法律"),
        ({"encrypted": "いいえ"}, "暗号化"),
        ({"class": "機密性4"}, "選べません"),
    ],
)
def test_confidential_data_stays_under_japanese_law(in_yakuba_city, changed, said):
    values = {"zone": "個人番号利用事務系", "connection": "LGWAN-ASP", "class": "機密性3", "place": "国内", "law": "日本の法律だけ", "encrypted": "はい", "provider": "x"}  # fmt: skip
    write("cloud", values)
    with pytest.raises(Invalid, match=said):
        write("cloud", values | changed, "別")


def test_a_step_needs_the_day_of_the_one_before_and_a_joint_application(in_yakuba_city):
    values = {"step": "2", "prefecture": "見本県", "joint": "はい", "issue": "通院の足"}
    with pytest.raises(Invalid, match="前の段階"):
        write("digital-base", values)
    write("digital-base", values | {"sorted_on": "2024-04-01"})
    with pytest.raises(Invalid, match="共同申請"):
        write("digital-base", values | {"sorted_on": "2024-04-01", "joint": "いいえ"}, "単独")


def test_what_is_due_is_told_and_what_is_done_is_not(page, clerk):
    soon, late = timezone.localdate() + timedelta(days=5), timezone.localdate() - timedelta(days=2)
    values = {"partners": "となり町", "subject": "共同利用", "step": "協議中"}
    write("agreement", values | {"ends_on": soon.isoformat()}, "近い協定")
    over = write("agreement", values | {"ends_on": late.isoformat()}, "過ぎた協定")
    assert queries.waiting(clerk).count == 2
    assert queries.waiting(clerk).urgent
    assert [one.title for one in queries.failures(clerk)] == ["台帳「過ぎた協定」の期日が過ぎました"]
    assert "過ぎた協定" in page.get(reverse("sharing:due"), follow=True).content.decode()
    given = {"title": over.title, "c_partners": "となり町", "c_subject": "共同利用", "c_step": "終わった", "c_ends_on": late.isoformat(), "evidence": "第1号", "closed": "on"}  # fmt: skip
    page.post(reverse("sharing:change_entry", args=[over.pk]), given)
    assert queries.failures(clerk) == []
    assert RegisterChange.objects.filter(entry=over).count() == 2
    shown = page.get(reverse("sharing:entry", args=[over.pk])).content.decode()
    assert "協議中" in shown
    assert "終わった" in shown
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE sharing_registerchange SET evidence = 'x'")


def test_a_table_is_taken_row_by_row_and_printed(page):
    address = reverse("sharing:load_entries", args=["contract"])
    flags = ",".join(one.label for one in kind("contract").columns if one.kind == registers.FLAG)
    number = flags.count(",") + 1
    head = f"件名,契約の相手,{flags},契約の終わり,根拠の文書\n"
    good = f"読取の契約,見本社,{','.join(['○'] * number)},令和9年3月31日,第12条\n"
    bad = f"別の契約,見本社,{','.join(['○', '×', *['○'] * (number - 2)])},2027-02-30,\n"
    shown = page.post(address, {"file": SimpleUploadedFile("k.csv", (head + good + bad).encode("cp932"))}, follow=True)  # fmt: skip
    answer = page.post(address, form_of(shown) | {"take": "1"}, follow=True).content.decode()
    assert "1行を取り込み" in answer
    assert "契約の終わり" in answer
    row = RegisterEntry.objects.get()
    assert (row.due_on, row.evidence) == (date(2027, 3, 31), "第12条")
    assert (
        "読取の契約" in page.get(reverse("sharing:register", args=["contract"]), follow=True).content.decode()
    )
    paper = page.get(reverse("sharing:print_register", args=["contract"]))
    assert paper.content.startswith(b"%PDF")


def test_every_kind_has_a_form_and_its_examples(page):
    for one in definitions.kinds():
        assert page.get(reverse("sharing:new_entry", args=[one.code])).status_code == 200
        assert page.get(reverse("sharing:register", args=[one.code]), follow=True).status_code == 200
    shown = page.get(reverse("sharing:register", args=["online-link"]), follow=True).content.decode()
    assert "品川区" in shown
    assert page.get(reverse("sharing:register", args=["nothing"])).status_code == 404
    assert len(kind("online-link").examples) == 6


def test_a_town_adds_a_column_and_loses_none_that_is_used(page, in_yakuba_city, clerk):
    write("agreement", {"partners": "となり町", "subject": "共同利用", "step": "協議中"})
    text = registers.bundled()["agreement"][0]
    more = text.replace("決まり:", "  - {符号: budget, 名前: 予算, 種類: 数}\n決まり:")
    assert writing.load_register(more, actor=clerk).version == 1
    assert write("agreement", {"partners": "x", "subject": "共同利用", "step": "協議中", "budget": "１,２００"}, "新").values["budget"] == "1200"  # fmt: skip
    with pytest.raises(Conflict, match="budget"):
        writing.load_register(text, actor=clerk)
    with pytest.raises(DefinitionRefused, match="選択肢"):
        registers.read_kind("符号: x\n名前: x\n根拠: x\n列:\n  - {符号: a, 名前: a, 種類: 選択}\n")
    with pytest.raises(Conflict, match="もう台帳に"):
        write("agreement", {"partners": "x", "subject": "共同利用", "step": "協議中"}, "新")


HEAD = "件名,相手の団体,何をするか,段階"


def test_a_table_that_comes_again_leaves_no_trace_and_takes_nothing_away(page):
    write("agreement", {"partners": "となり町", "subject": "共同利用", "step": "結んだ", "signed_on": "2026-04-01", "ends_on": "2027-03-31"}, "協定A")  # fmt: skip
    address = reverse("sharing:load_entries", args=["agreement"])

    def load(text: str) -> None:
        shown = page.post(address, {"file": SimpleUploadedFile("a.csv", text.encode())}, follow=True)
        page.post(address, form_of(shown) | {"take": "1"}, follow=True)

    for _ in range(2):
        load(f"{HEAD}\n協定A,となり町とまつかぜ町,共同利用,結んだ\n協定B,となり町,共同利用,協議中\n")
    row = RegisterEntry.objects.get(title="協定A")
    assert (row.values["partners"], row.values["signed_on"]) == ("となり町とまつかぜ町", "2026-04-01")
    assert (row.evidence, row.due_on) == ("第1号", date(2027, 3, 31))
    assert row.changes.count() == 2
    load(
        f"{HEAD},終わる日\n協定A,となり町とまつかぜ町,共同利用,結んだ,\n協定B,となり町,共同利用,協議中,2028-03-31\n"
    )
    row.refresh_from_db()
    assert (row.values["ends_on"], row.due_on) == ("", None)  # a column that is there and empty says so


OWN = """符号: own
名前: 町の台帳
根拠: 町の決まり
列:
  - {符号: word, 名前: 言葉, 種類: %s}
  - {符号: ends, 名前: 終わり, 種類: %s}
"""


def test_a_changed_kind_can_read_what_was_written(page):
    writing.load_register(OWN % ("文", "日付"), actor=None)
    row = write("own", {"word": "来年の春", "ends": "令和8年4月1日"})
    with pytest.raises(Conflict, match="来年の春"):
        writing.load_register(OWN % ("日付", "日付"), actor=None)
    with pytest.raises(Conflict, match="2026-04-01"):
        writing.load_register(OWN % ("文", "数"), actor=None)
    assert row.due_on is None
    writing.load_register(OWN % ("長い文", "期日"), actor=None)
    row.refresh_from_db()
    assert row.due_on == date(2026, 4, 1)
    RegisterEntry.objects.filter(pk=row.pk).update(
        values={"word": "x", "ends": "春"}
    )  # however it came there
    assert page.get(reverse("sharing:entry", args=[row.pk])).status_code == 200
    assert page.get(reverse("sharing:register", args=["own"]), follow=True).status_code == 200
    assert page.get(reverse("sharing:change_entry", args=[row.pk])).status_code == 200
