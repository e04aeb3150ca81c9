"""The cityhub room declares itself."""

from yakuba.kernel.registry import (
    Group,
    Manifest,
    NavigationItem,
    Permission,
    PersonalData,
    Setting,
    WorkQueue,
)

ROOM = "yakuba.services.cityhub"

MANIFEST = Manifest(
    name="cityhub",
    label="都市OS",
    description="センサーやほかの仕組みからの値を受け、ためて、見張り、知らせる",
    group=Group.CITY,
    manual={
        "": "都市OSで値を受け、見張る",
        "alarms": "警報を受け、確認する",
        "alarm": "警報を受け、確認する",
        "rules": "警報を受け、確認する",
    },
    navigation=(
        NavigationItem("都市OS", "cityhub:index", "cityhub.view"),
        NavigationItem("警報", "cityhub:alarms", "cityhub.view"),
    ),
    permissions=(
        Permission("cityhub.view", "都市OSの値と警報を見る"),
        Permission("cityhub.write", "都市OSへ値を送る、入れる"),
        Permission("cityhub.acknowledge", "警報を確認する"),
        Permission("cityhub.manage", "都市OSのサブスクリプションと見張りの決まりを決める"),
    ),
    roles={
        "窓口担当": ("cityhub.view", "cityhub.acknowledge"),
        "ロボット担当": ("cityhub.view", "cityhub.write", "cityhub.acknowledge", "cityhub.manage"),
        "課長": ("cityhub.view", "cityhub.acknowledge"),
    },
    queues=(WorkQueue("確認していない警報", "cityhub.acknowledge", f"{ROOM}.queries:waiting"),),
    audit_events={
        "cityhub.rules_set": "見張りの決まりを登録した",
        "cityhub.acknowledged": "警報を確認した",
        "cityhub.loaded": "測定値をファイルから入れた",
        "cityhub.thrown_away": "7日たっても届かない通知を捨てた",
    },
    town_settings=(
        Setting(
            "cityhub.services",
            "都市OSで使う名前（Fiware-Service）",
            "",
            "団体コードのほかに、この自治体を指す名前です。いくつかあれば、コンマで区切ります。",
        ),
    ),
    personal_data=(
        PersonalData("cityhub.WatchRules", "警報の当番の宛先", None),
        PersonalData("cityhub.Alarm", "警報と、確認した職員", 5 * 366, since="acknowledged_at"),
    ),
    failures=f"{ROOM}.queries.failing:failures",
    contacts=f"{ROOM}.queries.failing:contacts",
    self_check=f"{ROOM}.queries:self_check",
    examples=f"{ROOM}.tests.examples:make",
)
