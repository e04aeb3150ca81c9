"""The demo town's work inventory of two years, hour prices, and initiatives. All figures are made up, as large as such a town's."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from yakuba.demo import town
from yakuba.services.reform import facade as reform

HEAD = "業務\t工程\t作業\t事務分類\t実施者\t件数/年\t分/件\tコア\t定型\t判断\t媒体\t例外率\t区分\t月"
REGULAR, APPOINTED = "正規職員", "会計年度任用職員"
CORE, NONCORE = "コア", "ノンコア"
NUMBER, LGWAN = "個人番号利用事務系", "LGWAN接続系"
BY_RULES, DISCRETION = "基準に当てはめる", "裁量がある"
Line = tuple[str, ...]
TABLES: dict[str, tuple[Line, ...]] = {
    "子育て支援課": (
        ("保育所の入所申込", "受付", "申込書を受け取り、不足を確かめる", "受付", REGULAR, "620", "20", NONCORE, "定型", BY_RULES, "紙", "15", NUMBER, "10～12"),
        ("保育所の入所申込", "受付", "窓口で制度を説明する", "相談", REGULAR, "480", "25", CORE, "一部定型", DISCRETION, "対面", "30", "システムを使わない", "10～12"),
        ("保育所の入所申込", "入力", "申込の内容を入力する", "入力", APPOINTED, "620", "18", NONCORE, "定型", "なし", "紙", "8", NUMBER, "11,12,1"),
        ("保育所の入所申込", "審査", "就労証明書と申込を突き合わせる", "確認", APPOINTED, "620", "12", NONCORE, "定型", BY_RULES, "紙", "12", NUMBER, "11,12,1"),
        ("保育所の入所申込", "審査", "家庭の状況を聞き取って判断する", "審査", REGULAR, "150", "45", CORE, "非定型", DISCRETION, "対面", "40", NUMBER, "12,1"),
        ("保育所の入所申込", "調整", "点数の順に施設へ割り当てる", "審査", REGULAR, "620", "10", NONCORE, "定型", BY_RULES, "電子データ", "5", NUMBER, "1,2"),
        ("保育所の入所申込", "通知", "結果の通知を作り、封に入れる", "帳票作成", APPOINTED, "620", "8", NONCORE, "定型", "なし", "電子データ", "3", NUMBER, "2"),
        ("児童手当", "受付", "認定請求書を受け取る", "受付", APPOINTED, "410", "12", NONCORE, "定型", "なし", "紙", "5", NUMBER, ""),
        ("児童手当", "入力", "認定請求を入力する", "入力", APPOINTED, "410", "14", NONCORE, "定型", "なし", "紙", "5", NUMBER, ""),
        ("児童手当", "現況届", "現況届を確かめる", "確認", REGULAR, "380", "9", NONCORE, "定型", BY_RULES, "紙", "10", NUMBER, "6,7"),
        ("児童手当", "支払", "支払のデータを取り出し、確かめる", "データ抽出", REGULAR, "6", "240", NONCORE, "定型", "なし", "電子データ", "0", NUMBER, "4,6,8,10,12,2"),
        ("家庭児童相談", "相談", "電話と面接で相談を受ける", "相談", REGULAR, "950", "40", CORE, "非定型", DISCRETION, "対面", "50", "システムを使わない", ""),
        ("家庭児童相談", "訪問", "家庭を訪ねる", "訪問", REGULAR, "310", "90", CORE, "非定型", DISCRETION, "対面", "50", "システムを使わない", ""),
        ("家庭児童相談", "記録", "相談の記録を入力する", "入力", REGULAR, "1260", "15", NONCORE, "一部定型", "なし", "電子データ", "20", NUMBER, ""),
    ),
    "税務課": (
        ("個人住民税の特別徴収", "受付", "異動届を受け取り、仕分ける", "書類整理", APPOINTED, "5400", "2", NONCORE, "定型", "なし", "紙", "3", NUMBER, "4～6"),
        ("個人住民税の特別徴収", "入力", "異動届を入力する", "入力", APPOINTED, "5400", "4", NONCORE, "定型", "なし", "紙", "8", NUMBER, "4～6"),
        ("個人住民税の特別徴収", "確認", "入力した異動を届と突き合わせる", "確認", REGULAR, "5400", "1.5", NONCORE, "定型", "なし", "紙", "5", NUMBER, "4～6"),
        ("個人住民税の賦課", "課税", "給与支払報告書を入力する", "入力", APPOINTED, "9800", "1.5", NONCORE, "定型", "なし", "紙と電子データ", "4", NUMBER, "1～3"),
        ("個人住民税の賦課", "課税", "扶養の重なりを調べる", "確認", REGULAR, "1300", "8", NONCORE, "定型", BY_RULES, "電子データ", "20", NUMBER, "5～7"),
        ("個人住民税の賦課", "申告", "申告の相談を受ける", "相談", REGULAR, "2100", "20", CORE, "一部定型", DISCRETION, "対面", "25", NUMBER, "2,3"),
        ("個人住民税の賦課", "照会", "ほかの市町村へ照会する", "他機関連携", REGULAR, "700", "15", NONCORE, "定型", "なし", "紙と電子データ", "10", NUMBER, "6～9"),
        ("軽自動車税", "登録", "廃車の申告を入力する", "入力", APPOINTED, "1600", "5", NONCORE, "定型", "なし", "紙", "4", NUMBER, "3,4"),
        ("軽自動車税", "証明", "納税証明書を交付する", "交付", APPOINTED, "2400", "4", NONCORE, "定型", "なし", "対面", "5", NUMBER, ""),
        ("収納", "収納", "納付の電話に答える", "相談", REGULAR, "3200", "6", NONCORE, "一部定型", BY_RULES, "電話", "15", NUMBER, ""),
        ("収納", "統計", "収納の月報をまとめる", "統計/集計", REGULAR, "12", "300", NONCORE, "定型", "なし", "電子データ", "0", LGWAN, ""),
    ),
    "市民課": (
        ("転入・転出", "受付", "届書を受け取り、本人を確かめる", "受付", REGULAR, "2900", "15", CORE, "定型", BY_RULES, "対面", "10", NUMBER, "3,4"),
        ("転入・転出", "入力", "届書を入力する", "入力", APPOINTED, "2900", "8", NONCORE, "定型", "なし", "紙", "6", NUMBER, "3,4"),
        ("転入・転出", "通知", "転入通知を住基に入れる", "他機関連携", APPOINTED, "2700", "5", NONCORE, "定型", "なし", "電子データ", "3", NUMBER, "3,4"),
        ("証明の交付", "交付", "住民票の写しを交付する", "交付", APPOINTED, "14500", "4", NONCORE, "定型", "なし", "対面", "3", NUMBER, ""),
        ("証明の交付", "郵送", "郵便の請求を処理する", "確認", APPOINTED, "1900", "12", NONCORE, "定型", BY_RULES, "紙", "12", NUMBER, ""),
        ("案内", "電話", "手続の問い合わせに答える", "相談", APPOINTED, "5200", "5", NONCORE, "一部定型", "なし", "電話", "10", "システムを使わない", "3,4"),
        ("案内", "統計", "窓口の件数をまとめる", "統計/集計", REGULAR, "12", "180", NONCORE, "定型", "なし", "電子データ", "0", LGWAN, ""),
        ("窓口の計画", "計画", "混み合う日の窓口を計画する", "事業計画", REGULAR, "12", "360", CORE, "非定型", DISCRETION, "電子データ", "50", LGWAN, ""),
    ),
}  # fmt: skip
DESCRIBED = {
    "保育所の入所申込": {
        "purpose": "保育を必要とする児童の入所を、公平な基準で決める。",
        "law": "児童福祉法第24条、子ども・子育て支援法",
        "scale_usual": "月20件",
        "scale_busy": "10月から12月に月150件",
        "scale_slack": "4月から8月に月10件",
        "indicator": "申込の締め切りから通知までの日数",
        "staff": "0.6",
    },
    "個人住民税の特別徴収": {
        "purpose": "給与から住民税を集める人の異動を、次の納期までに反映する。",
        "law": "地方税法第321条の5",
        "scale_usual": "月300件",
        "scale_busy": "4月から6月に月1,000件",
        "indicator": "届から反映までの日数",
        "staff": "0.4",
    },
}
PRICES = (("regular", 3290), ("appointed", 1740))
SOURCE = "見本の数字（人件費 ÷ 人数 ÷ 1,920時間）"
USUAL = {"staff": "appointed", "initial": 0, "yearly": 0, "department": ""}
INITIATIVES = (
    USUAL | {
        "title": "転入通知の投入をロボットにする", "department": "市民課", "means": "robots", "state": "running", "cases": 2700,
        "before": 5, "before_kind": "measured", "after": 0.8, "after_kind": "measured", "error_rate": 1, "fix": 10,
        "maintenance": 18, "initial": 240_000, "yearly": 60_000, "changes": 1, "change_hours": 10, "overtime": 46,
        "service": 4, "errors": 5, "working": 4, "continuity": 3, "remarks": "3月と4月の残業が減り、窓口に立てる人が増えた。",
        "source": "見本の数字（前後に50件ずつ測った）",
    },
    USUAL | {
        "title": "特別徴収異動届を読み取って入力する", "department": "税務課", "means": "reading", "state": "running", "cases": 5400,
        "before": 4, "before_kind": "measured", "after": 1.9, "after_kind": "measured", "error_rate": 2, "fix": 6,
        "maintenance": 24, "initial": 900_000, "yearly": 110_000, "changes": 0.5, "change_hours": 12,
        "service": 3, "errors": 4, "working": 4, "continuity": 4, "remarks": "届の様式をそろえると、もっと減らせる見込み。",
        "source": "見本の数字（前後に100件ずつ測った）",
    },
    USUAL | {
        "title": "入所の調整を計算で行う", "department": "子育て支援課", "means": "matching", "state": "proposed", "staff": "regular",
        "cases": 620, "before": 10, "before_kind": "measured", "after": 1.5, "after_kind": "estimated", "error_rate": 0, "fix": 0,
        "maintenance": 16, "initial": 400_000, "yearly": 90_000, "service": 5, "errors": 5, "working": 4,
        "remarks": "結果を早く知らせられる。", "source": "見本の数字（後の時間は見積もり）",
    },
    USUAL | {
        "title": "手続の問い合わせに自動で答える", "department": "市民課", "means": "answers", "state": "proposed", "cases": 5200,
        "before": 5, "before_kind": "estimated", "after": 3.6, "after_kind": "estimated", "maintenance": 40,
        "initial": 350_000, "yearly": 130_000, "service": 4, "working": 3, "source": "見本の数字（前後とも見積もり）",
    },
)  # fmt: skip


def load() -> None:
    """Load it, unless an inventory was asked for already. やくば市 must be active."""
    if not reform.is_empty():
        return
    chief = town.user("kacho")
    year = reform.fiscal_year()
    deadline = timezone.localdate() + timedelta(days=14)
    tables = {name: "\n".join([HEAD, *("\t".join(line) for line in lines)]) for name, lines in TABLES.items()}
    for staff, yen in PRICES:
        reform.state_price(staff, year - 1, yen, SOURCE, actor=chief)
    reform.sample_inventory(year - 1, deadline, tables, DESCRIBED, closed=True, actor=chief)
    reform.sample_inventory(
        year, deadline, {}, {}, departments=list(TABLES), answered=["税務課"], assigned={"市民課": town.user("madoguchi")},
        actor=chief,
    )  # fmt: skip
    for one in INITIATIVES:
        reform.add_initiative(one | {"year": year}, actor=chief)
