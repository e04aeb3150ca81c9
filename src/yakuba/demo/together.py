"""The demo's group shares the costs of an installation: two months are closed, one waits; what bodies paid, registers, advisors. All of
it is made up."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from yakuba.demo import bodies, town
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.reform import facade as reform
from yakuba.services.sharing import facade as sharing

GROUP = {
    "code": "kyodo", "title": "帳票読取の共同利用（見本）", "agreement": "見本の協定（見本第1号）", "biller": "やくば市長", "pay_to": "見本の口座、翌月末まで",
    "rounding": "half_up", "by_days": False, "shows_all": True,
}  # fmt: skip
PAGES = {
    "04": (5_210, 940, 610, 4_480, 7_730), "05": (4_870, 1_020, 580, 4_610, 7_150), "06": (5_540, 880, 655, 4_390, 8_020),
}  # fmt: skip
KIND = "reading.pages"


def load() -> None:
    """Load it, unless there is a group. やくば市 must be active, in its group of towns."""
    if not sharing.is_empty():
        return
    chief, approver, year = town.user("kacho"), town.user("kanri"), reform.fiscal_year()
    with active_municipality(Municipality.objects.get(code=town.NEIGHBOUR_TOWN[0])):
        set_values({"sharing.organiser": town.YAKUBA_CITY[0]}, actor=town.user("tonari"))
    _costs(year, chief, approver)
    _prices(year, chief)
    _registers(chief)
    _advisors(chief)


def _costs(year: int, chief: town.User, approver: town.User) -> None:
    counted = date(year, 1, 1)
    joined = date(year, 4, 1)
    group = sharing.sample_group(
        GROUP,
        [(code, name, joined) for code, name, _ in bodies.POPULATIONS],
        [(code, people) for code, _, people in bodies.POPULATIONS],
        counted,
        bodies.SOURCE,
    )
    first = f"{year}-04"
    by_people = {"equal": Decimal(6), "population": Decimal(94), "counted_on": counted, "source": "見本の協定第5条"}  # fmt: skip
    by_use = {"equal": Decimal(20), "use": Decimal(80), "use_kind": KIND, "source": "見本の協定第6条"}
    months = [f"{year}-{month}" for month in PAGES]
    sharing.sample_item(
        group, "base", "基本利用料", "固定費", first, by_people, dict.fromkeys(months, 380_000), actor=chief
    )
    sharing.sample_item(
        group, "pages", "読み取り", "従量費", first, by_use, dict(zip(months, (285_450, 273_450, 292_275), strict=True)), actor=chief
    )  # fmt: skip
    rows = [
        (code, f"{year}-{month}", KIND, pages)
        for month, uses in PAGES.items()
        for (code, _, _), pages in zip(bodies.POPULATIONS, uses, strict=True)
    ]
    sharing.sample_uses(group, rows)
    for month in months[:2]:
        sharing.sample_closing(group, month, proposer=chief, approver=approver)


PRICES = (
    ("990019", 2_640_000, "書面の読取、確認の画面", "いいえ", "1400"), ("990043", 2_310_000, "書面の読取", "いいえ", "1900"),
    ("990051", 3_960_000, "書面の読取、確認の画面", "いいえ", "1600"), ("990027", 1_080_000, "書面の読取", "いいえ", ""),
    ("990035", 1_320_000, "書面の読取", "はい", "310"),
)  # fmt: skip


def _prices(year: int, chief: town.User) -> None:
    people = {code: (name, number) for code, name, number in bodies.POPULATIONS}
    lines = [
        f'{code},{people[code][0]},{people[code][1]},{year - 1},帳票読取,,12,{yen},いいえ,10,"{options}",{custom},{hours},{bodies.SOURCE}'
        for code, yen, options, custom, hours in PRICES
    ]
    head = "団体コード,団体名,人口,年度,品目,製品,月数,金額,税込み,税率,オプション,独自改修,減った時間,出典"
    sharing.sample_prices("\n".join([head, *lines]), actor=chief)


def _registers(chief: town.User) -> None:
    today = timezone.localdate()
    soon, far = (today + timedelta(days=14)).isoformat(), (today + timedelta(days=400)).isoformat()
    signed = (today - timedelta(days=350)).isoformat()
    entries: tuple[tuple[str, str, dict[str, str], str], ...] = (
        ("agreement", "帳票読取の共同利用の協定", {"partners": "となり町、まつかぜ町、きたやま市、はまべ市", "subject": "共同利用", "signed_on": signed, "step": "結んだ", "ends_on": soon}, "見本第1号"),
        ("online-link", "電子連絡帳（見本）", {"started_on": "2019-06-01", "partner": "見本の事業者", "needed": "はい", "harmless": "はい", "opinion_on": "2019-04-20", "field": "福祉"}, "見本の答申第3号"),
        ("council-opinion", "電子連絡帳についての答申（見本）", {"asked_on": "2019-04-01", "matter": "オンライン結合", "answered_on": "2019-04-20", "opinion": "認める"}, "見本の答申第3号"),
        ("other-purpose", "災害の避難の名簿（見本）", {"used_on": "2020-07-10", "purpose": "福祉の手当", "other": "避難の声かけ", "ground": "3"}, "見本の起案第8号"),
        ("cloud", "帳票読取の置き場所", {"zone": "LGWAN接続系", "connection": "LGWAN-ASP", "class": "機密性3", "place": "国内", "law": "日本の法律だけ", "encrypted": "はい", "provider": "見本の事業者", "renew_on": far}, "見本の契約書第4条"),
        ("contract", "帳票読取の契約（見本）", {name: "はい" for name in ("policy", "damages", "secrecy", "others", "audit", "accident", "erased", "place")} | {"partner": "見本の事業者", "renew_on": far}, "見本の契約書"),
        ("digital-base", "通院の足の課題", {"step": "2 推進体制構築", "prefecture": "見本県", "joint": "はい", "issue": "通院の足がない地区がある。", "sorted_on": signed}, "見本の申請書"),
        ("catalogue", "専門家の派遣の制度（見本）", {"kind": "専門家の派遣", "owner": "見本の団体", "content": "年3回まで派遣を受けられる。", "checked_on": signed}, "見本の案内"),
        ("guide", "件数と時間を棚卸しで調べる", {"step": "1 業務を選ぶ", "tool": "どちらも", "todo": "課ごとに、件数と1件の時間を調べる。", "page": "業務棚卸し", "done_on": signed}, ""),
    )  # fmt: skip
    for kind, title, values, evidence in entries:
        sharing.sample_entry(kind, title, values, evidence, actor=chief)


def _advisors(chief: town.User) -> None:
    usual: dict[str, Any] = {"code": "", "online": True, "lecturer": False, "topics": "", "most": 10, "contact": "", "active": True}  # fmt: skip
    people: list[dict[str, Any]] = [
        usual | {"name": "見本一郎", "affiliation": "見本大学", "roles": ["サービスデザイナー"], "fields": ["窓口", "業務改革"]},
        usual | {"name": "見本花子", "affiliation": "見本県", "roles": ["プロデューサー"], "fields": ["オープンデータ", "データ利活用", "窓口"], "lecturer": True, "topics": "オープンデータのはじめ方"},
        usual | {"name": "見本次郎", "affiliation": "見本の会", "roles": ["エンジニア"], "fields": ["AI・RPA"], "most": 4},
    ]  # fmt: skip
    asked: dict[str, Any] = {"kind": "advice", "body": "となり町", "body_code": "990027", "municipal": True, "recommender": "", "fields": ["窓口"], "role": "", "online": False}  # fmt: skip
    day = timezone.localdate() - timedelta(days=20)
    sharing.sample_support(
        people, asked | {"wanted": "書かない窓口を始めたい"}, day, "窓口の流れを一緒に書き出し、聞き取りの順を決めた。", "一人あたりの待ち時間が短くなった。", actor=chief
    )  # fmt: skip
    sharing.sample_request(
        asked | {"body": "見本の商工会", "body_code": "990035", "municipal": False, "recommender": "まつかぜ町", "fields": ["AI・RPA"], "wanted": "会員の手続を楽にしたい"}, actor=chief
    )  # fmt: skip
