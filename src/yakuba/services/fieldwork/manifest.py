"""The fieldwork room declares itself."""

from yakuba.kernel.registry import (
    Group,
    Manifest,
    NavigationItem,
    Permission,
    PersonalData,
    Setting,
    WorkQueue,
)

ROOM = "yakuba.services.fieldwork"

MANIFEST = Manifest(
    name="fieldwork",
    label="現場・住民通報",
    description="住民の通報を受けて課に分け、直して答える。わなと目撃を記録し、報奨金の二重払いを防ぐ",
    group=Group.CITY,
    manual={"": "住民の通報に対応する", "rules": "通報の決まりを書く"},
    navigation=(
        NavigationItem("住民の通報", "fieldwork:index", "fieldwork.view"),
        NavigationItem("通報の地図", "fieldwork:map", "fieldwork.view"),
    ),
    permissions=(
        Permission("fieldwork.view", "住民の通報を見る"),
        Permission("fieldwork.handle", "住民の通報に対応し、課を移し、答える"),
        Permission("fieldwork.release", "住民の通報を確かめて公開する"),
        Permission("fieldwork.rules", "通報の分類と振り分けを決める"),
        Permission("fieldwork.export", "通報の一覧と場所を書き出す"),
        Permission("fieldwork.send", "ほかの仕組みから通報を送る（GeoReport）"),
    ),
    roles={
        "窓口担当": ("fieldwork.view", "fieldwork.handle"),
        "課長": (
            "fieldwork.view",
            "fieldwork.handle",
            "fieldwork.release",
            "fieldwork.rules",
            "fieldwork.export",
            "fieldwork.send",
        ),
    },
    queues=(
        WorkQueue("期限を過ぎた通報", "fieldwork.handle", f"{ROOM}.queries.reports:late"),
        WorkQueue("まだ始めていない通報", "fieldwork.handle", f"{ROOM}.queries.reports:waiting"),
    ),
    audit_events={
        "fieldwork.report_received": "住民の通報が届いた",
        "fieldwork.report_joined": "同じものを見た人が通報に加わった",
        "fieldwork.report_moved": "通報を別の課に移した",
        "fieldwork.report_due": "通報の期限を変えた",
        "fieldwork.report_started": "通報への対応を始めた",
        "fieldwork.report_answered": "通報した人に答えた",
        "fieldwork.report_done": "通報への対応を終えた",
        "fieldwork.report_closed": "通報に対応しないと決めた",
        "fieldwork.report_reopened": "通報を再開した",
        "fieldwork.report_released": "通報を公開した",
        "fieldwork.report_hidden": "通報の公開をやめた",
        "fieldwork.report_looked_at": "通報した人の名前か連絡先を見た",
        "fieldwork.rules_set": "通報の決まりを登録した",
        "fieldwork.taken_along": "通報の場所を書き出した",
    },
    ledger_events={"fieldwork.received": "住民の通報が届いた"},
    town_settings=(
        Setting(
            "fieldwork.public",
            "住民の通報のページを開く",
            False,
            "「はい」にすると、ログインなしで /report/団体コード/ から通報できます。先に「通報の決まり」を登録します。",
        ),
        Setting(
            "fieldwork.first_serial",
            "通報の受付番号の始まり",
            700_001,
            "年度ごとの通し番号（6けた）です。申請の受付番号と重ならないように決めます。",
            least=1,
            largest=999_999,
        ),
    ),
    personal_data=(
        PersonalData("fieldwork.Report", "通報の場所と状態（通報の文と名乗った人は受付簿にある）", None),
        PersonalData("fieldwork.ReportEvent", "通報への対応と、通報した人への答え", None),
        PersonalData("fieldwork.ReportPhoto", "通報の写真（位置を消し、小さくしたもの）", None),
    ),
    case_part=f"{ROOM}.pages.report:case_part",
    put_away=f"{ROOM}.actions.handling:put_away",
    erase=f"{ROOM}.actions.erasing:erase",
    self_check=f"{ROOM}.queries.reports:self_check",
    examples=f"{ROOM}.tests.examples:make",
)
