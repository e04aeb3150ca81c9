"""Bodies beside やくば市: となり町 of the same group shares its inventory, three more come as a table. All figures are made up."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from yakuba.demo import town, work
from yakuba.kernel.tenancy import active_municipality, current_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.reform import facade as reform
from yakuba.services.robots import facade as robots

GROUP = "見本の集まり"
SOURCE = "見本の数字"
POPULATIONS = (
    (*town.YAKUBA_CITY, 31_400), (*town.NEIGHBOUR_TOWN, 9_200), ("990035", "まつかぜ町", 8_100), ("990043", "きたやま市", 28_900),
    ("990051", "はまべ市", 46_000),
)  # fmt: skip
# code, process, then its tasks: step, task, who, cases, minutes, medium
Row = tuple[str, str, str, str, str, str]
MOVING = "転入・転出"
TAX = "個人住民税の特別徴収"
TABLES: dict[tuple[str, str], tuple[Row, ...]] = {
    ("990035", MOVING): (
        ("受付", "届書を受け取る", "正規職員", "310", "14", "対面"), ("入力", "届書を入力する", "正規職員", "310", "9", "対面"),
        ("確認", "入力を届書と突き合わせる", "正規職員", "310", "5", "対面"), ("通知", "転入通知を入れる", "正規職員", "290", "6", "電子データ"),
    ),
    ("990043", MOVING): (
        ("受付", "書かない窓口で聞き取る", "会計年度任用職員", "2300", "12", "対面"), ("入力", "聞き取った内容を取り込む", "会計年度任用職員", "2300", "2", "電子データ"),
        ("確認", "画面で本人と確かめる", "会計年度任用職員", "2300", "3", "対面"), ("通知", "転入通知をロボットが入れる", "会計年度任用職員", "2100", "0.5", "電子データ"),
    ),
    ("990051", MOVING): (
        ("受付", "届書を受け取る", "正規職員", "3900", "13", "対面"), ("確認", "不足を調べる", "正規職員", "3900", "4", "対面"),
        ("入力", "届書を入力する", "会計年度任用職員", "3900", "8", "紙"), ("通知", "転入通知を入れる", "会計年度任用職員", "3600", "5", "電子データ"),
    ),
    ("990035", TAX): (
        ("受付", "異動届を仕分ける", "正規職員", "700", "3", "紙"), ("入力", "異動届を入力する", "正規職員", "700", "5", "紙"),
    ),
    ("990043", TAX): (
        ("受付", "異動届を読み取る", "会計年度任用職員", "4200", "1.5", "紙"), ("入力", "読み取りを確かめる", "会計年度任用職員", "4200", "1.2", "紙"),
    ),
}  # fmt: skip
NEIGHBOUR = (
    (MOVING, "受付", "届書を受け取り、本人を確かめる", "受付", "正規職員", "380", "16", "コア", "定型", "基準に当てはめる", "対面", "10", work.NUMBER, "3,4"),
    (MOVING, "入力", "届書を入力する", "入力", "正規職員", "380", "9", "ノンコア", "定型", "なし", "紙", "6", work.NUMBER, "3,4"),
    (MOVING, "確認", "入力を届書と突き合わせる", "確認", "正規職員", "380", "4", "ノンコア", "定型", "なし", "紙", "6", work.NUMBER, "3,4"),
    (TAX, "受付", "異動届を仕分ける", "書類整理", "正規職員", "900", "2.5", "ノンコア", "定型", "なし", "紙", "3", work.NUMBER, "4～6"),
    (TAX, "入力", "異動届を入力する", "入力", "正規職員", "900", "4.5", "ノンコア", "定型", "なし", "紙", "8", work.NUMBER, "4～6"),
    (TAX, "確認", "入力した異動を届と突き合わせる", "確認", "正規職員", "900", "2", "ノンコア", "定型", "なし", "紙", "5", work.NUMBER, "4～6"),
)  # fmt: skip
INDICATOR = {
    "name": "効果を測った業務", "unit": "業務", "start": 2, "target": 20, "source": "見本の行政改革プラン",
}  # fmt: skip


def load() -> None:
    """Load it, unless the town is in a group already. やくば市 must be active, with its inventory."""
    if robots.group():
        return
    chief, year = town.user("kacho"), reform.fiscal_year()
    neighbour = Municipality.objects.get(code=town.NEIGHBOUR_TOWN[0])
    robots.set_group(GROUP, [current_municipality(), neighbour])
    populations = "\n".join(
        f"{code},{name},{people},{year}-01-01,{SOURCE}" for code, name, people in POPULATIONS
    )
    reform.sample_bodies(f"団体コード,団体名,人口,いつの人口,出典\n{populations}")
    names = {code: name for code, name, _ in POPULATIONS}
    lines = [
        ",".join((code, names[code], process, *row))
        for (code, process), rows in TABLES.items()
        for row in rows
    ]
    head = "団体コード,団体名,業務,工程,作業,実施者,件数/年,分/件,媒体"
    reform.sample_comparison("\n".join([head, *lines]), year - 1, SOURCE, actor=chief)
    with active_municipality(neighbour):
        person = town.user("tonari")
        table = "\n".join([work.HEAD, *("\t".join(line) for line in NEIGHBOUR)])
        reform.sample_inventory(
            year - 1,
            timezone.localdate() + timedelta(days=14),
            {"総務課": table},
            {},
            closed=True,
            actor=person,
        )
        reform.share_all(actor=person)
    reform.sample_standard(MOVING, actor=chief)
    for one in work.INITIATIVES[:2]:
        reform.publish_effect(str(one["title"]), proposer=chief, approver=town.user("kanri"))
    own = INDICATOR | {"start_year": year - 3, "target_year": year + 3}
    reform.sample_indicators(own, {year - 2: 6, year - 1: 7}, SOURCE, actor=chief)
    set_values({"reform.public": True}, actor=town.user("kanri"))
