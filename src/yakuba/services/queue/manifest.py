"""The queue room declares itself."""

from yakuba.kernel.registry import Group, Manifest, NavigationItem, Permission, PersonalData, Setting

MANIFEST = Manifest(
    name="queue",
    label="番号札",
    description="窓口の番号札を出し、呼び、待ち時間を計る",
    group=Group.RESIDENTS,
    manual={"": "番号札で呼ぶ"},
    navigation=(NavigationItem("番号札", "queue:desk", "queue.call"),),
    permissions=(
        Permission("queue.call", "番号札を出し、呼ぶ"),
        Permission("queue.manage", "窓口区分と発券機を決める"),
    ),
    roles={"窓口担当": ("queue.call",), "課長": ("queue.call", "queue.manage")},
    audit_events={
        "queue.category_set": "窓口区分を決めた",
        "queue.issued": "番号札を出した",
        "queue.called": "番号札を呼んだ",
        "queue.passed_on": "番号札をほかの区分に回した",
        "queue.ended": "番号札の応対を終えた",
        "queue.machine_added": "発券機を加えた",
        "queue.machine_removed": "発券機をやめた",
    },
    town_settings=(
        Setting(
            "queue.public",
            "番号札の画面を開く",
            False,
            "「はい」にすると、呼び出しの表示、発券機、番号札のページが、ログインなしで開きます。名前は出ません。",
        ),
    ),
    personal_data=(
        PersonalData("queue.Ticket", "番号札（番号だけで、名前はない）", 400, since="issued_at"),
        PersonalData("queue.Service", "番号札の応対にかかった時間", 400, since="called_at"),
    ),
    examples="yakuba.services.queue.tests.examples:make",
)
