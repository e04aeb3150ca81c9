"""A group through its months: entered, closed by two people, corrected, made anew; never changed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from typer.testing import CliRunner

from yakuba.config.command import build
from yakuba.kernel.accounts import proof
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.meter.noting import note
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.registry import permission_names
from yakuba.kernel.tables.reading import rows
from yakuba.kernel.tables.tests.looking import form_of
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.robots import facade as robots
from yakuba.services.sharing.actions import closing, costs
from yakuba.services.sharing.engine import tables
from yakuba.services.sharing.models import Bill, Closing, ReceivedBill, Share, Used
from yakuba.services.sharing.operations import months
from yakuba.services.sharing.queries import costs as queries
from yakuba.services.sharing.queries import towns
from yakuba.services.sharing.queries.computing import compute
from yakuba.services.sharing.tests import examples

NAMES = dict(examples.BODIES)
PERIODS = {"990035": (date(2025, 4, 1), date(2026, 3, 31))}


@pytest.fixture
def page(in_yakuba_city, clerk):
    client = Client()
    client.force_login(clerk)
    return client


@pytest.fixture
def chief(make_staff, yakuba_city):
    return proof.give_for_good(make_staff(yakuba_city, *permission_names()))


@pytest.fixture
def group(in_yakuba_city):
    return examples.a_group()


@pytest.fixture
def item(group):
    return examples.an_item(group)


def yen(bills) -> dict[str, int]:
    return {one.code: one.net for one in bills}


def test_two_people_close_a_month_and_the_bill_says_everything(page, clerk, chief, group, item):
    costs.add_amount(item, "2026-04", 1_000_003, "", actor=clerk)
    address = reverse("sharing:propose", args=[group.pk])
    page.post(address, {"month": "2026-04", "reason": "4月分"})
    approval = Approval.objects.get()
    assert "1,100,00" in approval.summary
    with pytest.raises(approvals.ApprovalRefused, match="本人"):
        approvals.approve(approval, actor=proof.give_for_good(clerk))
    approvals.approve(approval, actor=chief)
    bills = list(Bill.objects.order_by("serial"))
    assert [one.number for one in bills] == ["kyodo-00001", "kyodo-00002", "kyodo-00003"]
    assert sum(one.net for one in bills) == 1_000_003
    assert all(one.tax == (one.net + 5) // 10 for one in bills)
    shown = page.get(reverse("sharing:bill", args=[bills[0].pk])).content.decode()
    assert "利用料" in shown
    assert "となり町" in shown  # the shares of all, as the agreement says
    pdf = page.get(reverse("sharing:bill_pdf", args=[bills[0].pk]))
    assert b"".join(pdf).startswith(b"%PDF") if pdf.streaming else pdf.content.startswith(b"%PDF")
    table = b"".join(
        page.get(reverse("sharing:closing_table", args=[bills[0].closing_id]), {"form": "cp932"})
    )
    assert "kyodo-00003" in table.decode("cp932")
    assert (
        "出し直しを起案する"
        in page.get(reverse("sharing:closing", args=[bills[0].closing_id])).content.decode()
    )
    assert all(one.ok for one in queries.self_check())


def test_what_changed_after_the_proposal_is_not_approved(in_yakuba_city, clerk, chief, group, item):
    costs.add_amount(item, "2026-04", 1_000, "", actor=clerk)
    approval = closing.propose(group, "2026-04", "4月分", actor=clerk)
    with pytest.raises(Conflict, match="承認を待って"):
        closing.propose(group, "2026-04", "もう一度", actor=clerk)
    costs.add_amount(item, "2026-04", 1, "あとから", actor=clerk)
    with pytest.raises(approvals.ApprovalRefused, match="変わりました"):
        approvals.approve(approval, actor=chief)
    assert not Closing.objects.exists()


def test_late_use_and_late_amounts_are_corrections_in_the_next_bill(in_yakuba_city, clerk, group):
    item = examples.an_item(group, equal=Decimal(10), use=Decimal(90), use_kind="pages")
    examples.use(group, "2026-04", "pages", 100, 50, 50)
    costs.add_amount(item, "2026-04", 10_000, "", actor=clerk)
    first = examples.closed(group, "2026-04", clerk)
    before = yen(first.bills.all())
    examples.use(group, "2026-04", "pages", 100, 80, 50)
    with pytest.raises(Invalid, match="理由"):
        costs.add_amount(item, "2026-04", 500, "", actor=clerk)
    costs.add_amount(item, "2026-04", 500, "請求書がおくれて届いた", actor=clerk)
    examples.use(group, "2026-05", "pages", 1, 1, 1)
    costs.add_amount(item, "2026-05", 3_000, "", actor=clerk)
    second = examples.closed(group, "2026-05", clerk)
    corrections = Share.objects.filter(closing=second, month="2026-04")
    assert sum(one.yen for one in corrections) == 500
    assert sum(one.yen for one in Share.objects.filter(closing=second, month="2026-05")) == 3_000
    assert yen(first.bills.all()) == before
    content = second.bills.get(code="990027").content
    assert [(line["month"], line["correction"]) for line in content["lines"]] == [("2026-04", True), ("2026-05", False)]  # fmt: skip
    exact = Decimal(10_500) * (Decimal("0.1") / 3 + Decimal("0.9") * 80 / 230)
    paid = before["990027"] + corrections.get(code="990027").yen
    assert abs(paid - exact) < 1
    assert not any(one.lines for one in compute(group, "2026-05").items)


def test_all_bills_are_reversed_and_issued_anew_in_one_deed(in_yakuba_city, clerk, chief, group, item):
    costs.add_amount(item, "2026-04", 1_000, "", actor=clerk)
    costs.add_amount(item, "2026-05", 2_000, "", actor=clerk)
    early = examples.closed(group, "2026-04", clerk)
    last = examples.closed(group, "2026-05", clerk)
    with pytest.raises(Conflict, match="いちばん新しい"):
        closing.propose_again(early, "間違い", actor=clerk)
    costs.add_amount(item, "2026-05", 70, "含め忘れ", actor=clerk)
    approvals.approve(closing.propose_again(last, "費用を一つ含め忘れた", actor=clerk), actor=chief)
    anew = Closing.objects.get(replaces=last)
    reversed_, made = anew.bills.filter(kind="reversal"), anew.bills.filter(kind="bill")
    assert {one.reverses for one in reversed_} == {one.number for one in last.bills.all()}
    assert {one.replaces for one in made} == {one.number for one in last.bills.all()}
    assert sum(one.total for one in reversed_) == -sum(one.total for one in last.bills.all())
    assert sum(one.net for one in made) == 2_070
    assert sorted(Bill.objects.values_list("serial", flat=True)) == list(range(1, 13))
    assert all(one.ok for one in queries.self_check())
    costs.add_amount(item, "2026-06", 100, "", actor=clerk)
    assert sum(one.net for one in examples.closed(group, "2026-06", clerk).bills.all()) == 100
    whole = {code: 0 for code, _ in examples.BODIES}
    for share in Share.objects.filter(closing__replaced_by=None):
        whole[share.code] += share.yen
    people = {"990019": 31_400, "990027": 9_200, "990035": 8_100}
    assert all(abs(whole[code] - 3_170 * people[code] / 48_700) < 1 for code in whole)


@pytest.mark.parametrize("model", [Closing, Share, Bill, ReceivedBill])
def test_the_database_refuses_to_change_what_was_billed(in_yakuba_city, clerk, group, item, model):
    costs.add_amount(item, "2026-04", 1_000, "", actor=clerk)
    examples.closed(group, "2026-04", clerk)
    assert model.objects.exists()
    table = model._meta.db_table
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:  # fmt: skip
        cursor.execute(f"UPDATE {table} SET id = id + 0")  # a table's own name


def test_nothing_reaches_behind_what_was_closed(in_yakuba_city, clerk, group, item):
    costs.add_amount(item, "2026-04", 1_000, "", actor=clerk)
    costs.add_amount(item, "2026-05", 1_000, "", actor=clerk)
    amount = item.amounts.first()
    examples.closed(group, "2026-05", clerk)
    with pytest.raises(Conflict, match="2026年5月"):
        costs.set_key(item, "2026-04", examples.key(equal=Decimal(100)))
    with pytest.raises(Conflict, match="出入り"):
        costs.set_body(group, "990035", "まつかぜ町", date(2026, 4, 1), date(2026, 4, 30))
    with pytest.raises(Conflict, match="請求しました"):
        costs.remove_amount(amount)
    with pytest.raises(Conflict, match="締めた月に使いました"):
        costs.load_headcounts(group, [tables.HeadcountRow("990035", examples.DAY, 1, "x")])
    with pytest.raises(Conflict, match="締めています"):
        closing.propose(group, "2026-05", "x", actor=clerk)
    costs.set_body(group, "990035", "まつかぜ町", date(2026, 4, 1), date(2026, 5, 31))
    costs.add_amount(item, "2026-06", 1_000, "", actor=clerk)
    assert {one.code for one in examples.closed(group, "2026-06", clerk).bills.all() if one.net > 1} == {"990019", "990027"}  # fmt: skip


def test_who_joins_within_a_month_counts_by_days_where_the_agreement_says_so(in_yakuba_city, clerk):
    group = examples.a_group(by_days=True)
    item = examples.an_item(group, equal=Decimal(100))
    costs.set_body(group, "990043", "きたやま市", date(2026, 4, 16), None)
    costs.add_amount(item, "2026-04", 3_500, "", actor=clerk)
    assert {one.code: one.net for one in compute(group, "2026-04").bills} == {"990019": 1_000, "990027": 1_000, "990035": 1_000, "990043": 500}  # fmt: skip


def test_a_negative_month_and_a_cap(in_yakuba_city, clerk, group):
    item = examples.an_item(group, equal=Decimal(100))
    costs.add_amount(item, "2026-04", -1_000, "戻り", actor=clerk)
    assert sum(one.net for one in compute(group, "2026-04").bills) == -1_000
    costs.add_amount(item, "2026-05", 4_000, "", actor=clerk)
    costs.set_cap(item, "990027", 500)
    found = yen(compute(group, "2026-05").bills)
    assert found == {"990019": 1_250, "990027": 500, "990035": 1_250}
    with pytest.raises(Invalid, match="参加団体では"):
        costs.set_cap(item, "131016", 1)


def test_a_cap_of_the_new_year_leaves_the_old_one_alone(in_yakuba_city, clerk, group):
    item = examples.an_item(group, equal=Decimal(100))
    costs.set_cap(item, "990027", 500)
    costs.add_amount(item, "2027-03", 3_000, "", actor=clerk)
    examples.closed(group, "2027-03", clerk)
    costs.set_cap(item, "990027", 100, 2027)
    costs.add_amount(item, "2027-03", 300, "あとから", actor=clerk)
    costs.add_amount(item, "2027-04", 600, "", actor=clerk)
    done = examples.closed(group, "2027-04", clerk)
    assert {one.code: one.yen for one in done.shares.filter(month="2027-03")} == {"990019": 150, "990027": 0, "990035": 150}  # fmt: skip
    assert done.shares.get(month="2027-04", code="990027").yen == 100
    with pytest.raises(Conflict, match="2026年度の上限は変えられません"):
        costs.set_cap(item, "990027", 1, 2026)
    costs.set_cap(item, "990027", None)
    costs.add_amount(item, "2027-05", 600, "", actor=clerk)
    assert yen(compute(group, "2027-05").bills) == {"990019": 150, "990027": 300, "990035": 150}


def test_where_to_pay_is_part_of_what_is_approved(in_yakuba_city, clerk, chief, group, item):
    costs.add_amount(item, "2026-04", 1_000, "", actor=clerk)
    approval = closing.propose(group, "2026-04", "4月分", actor=clerk)
    given = {"title": group.title, "agreement": group.agreement, "biller": "", "rounding": "half_up", "by_days": False, "shows_all": True}  # fmt: skip
    costs.set_group({"code": group.code, "pay_to": "別の口座"} | given)
    with pytest.raises(approvals.ApprovalRefused, match="振込先"):
        approvals.approve(approval, actor=chief)
    approvals.send_back(approval, "口座が変わった", actor=chief)
    assert "振込先：別の口座" in closing.propose(group, "2026-04", "4月分", actor=clerk).summary


def test_a_slip_of_the_year_does_not_close_the_group_for_good(in_yakuba_city, clerk, group, item):
    costs.add_amount(item, "2026-04", 1_000, "", actor=clerk)
    with pytest.raises(Invalid, match="2062年4月には、まだ費用がありません"):
        closing.propose(group, "2062-04", "4月分", actor=clerk)
    examples.closed(group, "2026-04", clerk)
    costs.add_amount(item, "2026-04", 5, "訂正", actor=clerk)
    assert closing.propose(group, "2026-05", "訂正だけの月", actor=clerk)


def test_a_body_without_a_figure_of_use_is_named(in_yakuba_city, clerk, group):
    item = examples.an_item(group, use=Decimal(100), use_kind="pages")
    costs.load_uses(group, [tables.UseRow("990019", "2026-04", "pages", Decimal(5)), tables.UseRow("990027", "2026-04", "pages", Decimal(0))])  # fmt: skip
    costs.add_amount(item, "2026-04", 1_000, "", actor=clerk)
    (told,) = compute(group, "2026-04").notes
    assert "まつかぜ町" in told
    assert "となり町" not in told
    assert told in closing.propose(group, "2026-04", "4月分", actor=clerk).summary


def test_weights_that_do_not_add_up_are_refused_on_the_page(page, item):
    address = reverse("sharing:key", args=[item.pk])
    given = {"since": "令和8年5月", "equal": "60", "population": "50", "use": "0", "counted_on": "2026-01-01", "use_kind": "", "without_use": "equal", "source": "x"}  # fmt: skip
    answer = page.post(address, given)
    assert answer.status_code == 422
    assert "合計が110％です" in answer.content.decode()
    answer = page.post(address, given | {"equal": "120", "population": "-20"})
    assert answer.status_code == 422
    page.post(address, given | {"population": "40"})
    assert item.keys.first().since == "2026-05"


def test_what_if_writes_nothing(page, clerk, item):
    costs.add_amount(item, "2026-04", 10_000, "", actor=clerk)
    asked = {"month": "2026-04", "equal": "100", "population": "", "use": "", "yen": "９,０００", "without": "990035", "joining": "きたやま市", "joining_population": "100"}  # fmt: skip
    answer = page.get(reverse("sharing:what_if", args=[item.pk]), asked)
    shown = answer.content.decode()
    assert "きたやま市" in shown
    assert "3,000" in shown
    assert item.keys.count() == 1
    assert item.amounts.get().yen == 10_000
    assert page.get(reverse("sharing:what_if", args=[item.pk]), asked | {"equal": "90"}).status_code == 422


HEAD = "団体コード,月,利用の種類,量\n"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("990019,2026-04,pages,\n", "量が空です"),
        ("990019,2026-13,pages,1\n", "という月はありません"),
        ("990019,2026-04,pages,1件2\n", "数として読めません"),
        ("990019,2026-04,pages,-1\n", "0以上"),
        ("131016,2026-04,pages,1\n", "合併した先の団体コード"),
        ("990019,2026-04,robots,1\n", "分ける費用がありません"),
        ("990019,2026-04,pages,1\n990019,R8.4,pages,2\n", "前の行にもあります"),
        ('990019,2026-04,pages,"1,23"\n', "コンマの位置"),
        ("990019,2026-04,pages,12円\n", "数として読めません"),
        ("990019,2026-04,pages,0.0004\n", "下3けた"),
        ("990035,2026-04,pages,3\n", "参加していません"),
    ],
)
def test_a_bad_cell_is_told_with_what_to_do(row, said):
    found = tables.uses(rows((HEAD + row).encode(), ("団体コード",), []), NAMES, {"pages"}, PERIODS)
    assert said in str(found.problems[0])
    assert len(found.rows) == row.count("\n") - 1


def test_cells_are_read_where_they_are_clear():
    text = '団体コード,月,利用の種類,量\n９９００１９,令和８年４月,pages,"１,２００件"\n'
    (found,) = tables.uses(rows(text.encode(), ("団体コード",), []), NAMES, {"pages"}, PERIODS).rows
    assert (found.code, found.month, found.amount) == ("990019", "2026-04", 1200)
    amounts = "費用の符号,月,金額,内訳\nfee,R8.4,△1000円,\nfee,R8.4,￥１０００,\nfee,2026年5月,12千円,\nfee,2026年5月,300人,\n利用料,2026-06,1,\n"
    read = tables.amounts(rows(amounts.encode(), ("金額",), []), {"fee": "利用料"})
    assert [(one.item, one.yen) for one in read.rows] == [("fee", -1000), ("fee", 1000), ("fee", 1)]
    assert "円の単位に直して" in str(read.problems[0])
    assert "300人" in str(read.problems[1])


def test_a_table_is_looked_at_and_taken(page, group):
    examples.an_item(group, use=Decimal(100), use_kind="pages")
    address = reverse("sharing:load_uses", args=[group.pk])
    content = (HEAD + "990019,2026-04,pages,5\n990027,2026-04,pages,x\n").encode("cp932")
    shown = page.post(address, {"file": SimpleUploadedFile("uses.csv", content)}, follow=True)
    answer = page.post(address, form_of(shown) | {"take": "1"}, follow=True)
    assert "1行を取り込み" in answer.content.decode()
    assert Used.objects.get().amount == 5


def test_use_is_counted_only_of_towns_that_say_so(in_yakuba_city, neighbour_town, clerk, group):
    examples.an_item(group, use=Decimal(100), use_kind="reading.pages")
    month = f"{timezone.localdate():%Y-%m}"
    with active_municipality(neighbour_town):
        note("reading.pages", "sheet:1", 7)
    note("reading.pages", "sheet:2", 3)
    robots.set_group("集まり", [in_yakuba_city, neighbour_town])
    assert set(towns.members()) == {"990019"}
    with active_municipality(neighbour_town):
        set_values({"sharing.organiser": "990019"}, actor=None)
    assert set(towns.members()) == {"990019", "990027"}
    assert costs.take_meter(group, month) == 2
    assert {one.code: int(one.amount) for one in Used.objects.all()} == {"990019": 3, "990027": 7}
    robots.set_group("集まり", [in_yakuba_city])
    assert set(towns.members()) == {"990019"}


def test_a_town_gets_its_own_bill_into_its_own_rows(
    in_yakuba_city, neighbour_town, clerk, neighbour, group, item
):
    robots.set_group("集まり", [in_yakuba_city, neighbour_town])
    with active_municipality(neighbour_town):
        set_values({"sharing.organiser": "990019"}, actor=None)
    costs.add_amount(item, "2026-04", 1_000, "", actor=clerk)
    examples.closed(group, "2026-04", clerk)
    assert ReceivedBill.objects.get().content["code"] == "990019"
    other = Bill.objects.first().pk
    with active_municipality(neighbour_town):
        row = ReceivedBill.objects.get()
        assert row.content["code"] == "990027"
        client = Client()
        client.force_login(neighbour)
        shown = client.get(reverse("sharing:received_bill", args=[row.pk])).content.decode()
        assert "まつかぜ町" in shown
        assert client.get(reverse("sharing:bill", args=[other])).status_code == 404


def test_pages_show_what_there_is_and_what_there_is_not(page, clerk, group):
    assert "費用を登録する" in page.get(reverse("sharing:group", args=[group.pk])).content.decode()
    item = examples.an_item(group, use=Decimal(100), use_kind="pages", without_use="refuse")
    costs.add_amount(item, "2026-04", 1_000, "", actor=clerk)
    shown = page.get(reverse("sharing:month", args=[group.pk])).content.decode()
    assert "すべて0です" in shown
    assert "5円・5円・1円" in shown
    examples.use(group, "2026-04", "pages", 1, 2, 3)
    assert "締めを起案する" in page.get(reverse("sharing:month", args=[group.pk])).content.decode()
    assert page.get(reverse("sharing:month", args=[group.pk]), {"month": "x"}).status_code == 422
    for name in ("index", "usage", "bills", "received"):
        assert page.get(reverse(f"sharing:{name}"), follow=True).status_code == 200
    costs.add_amount(item, "2027-03", 5, "", actor=clerk)
    assert months.preview(clerk, cost_group_id=group.pk, month="2026-04").net == 1_000


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("grant", "work-out", "rpa-grant", "2019-03-15", "--input", "cost=5000000"), "1,666,000"),
        (("register", "kinds"), "オンライン結合"),
        (("group", "list"), "共同利用"),
    ],
)
def test_commands_say_what_the_pages_say(in_yakuba_city, clerk, words, said):
    examples.a_group()
    done = CliRunner().invoke(build(), ["sharing", *words, "--user", clerk.username])
    assert done.exit_code == 0, done.output
    assert said in done.stdout


def test_a_month_is_shown_by_command(in_yakuba_city, clerk, group, item):
    costs.add_amount(item, "2026-04", 1_000, "", actor=clerk)
    words = ["sharing", "month", "show", str(group.pk), "--month", "令和8年4月", "--user", clerk.username]
    done = CliRunner().invoke(build(), words)
    assert done.exit_code == 0, done.output
    assert "となり町" in done.stdout
