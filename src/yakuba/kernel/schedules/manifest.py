"""The schedules declare themselves."""

from yakuba.kernel.registry import Group, Manifest, NavigationItem, Permission

MANIFEST = Manifest(
    name="schedules",
    label="予定",
    description="決まった日と時刻に始める仕事",
    group=Group.ADMINISTRATION,
    manual={"": "決まった時刻に仕事を始める"},
    navigation=(NavigationItem("予定", "schedules:schedules", "schedules.manage"),),
    permissions=(Permission("schedules.manage", "仕事を始める日と時刻を決める"),),
    roles={"ロボット担当": ("schedules.manage",)},
    audit_events={
        "schedules.kept": "予定を登録・変更した",
        "schedules.switched_on": "予定を使うことにした",
        "schedules.switched_off": "予定を止めた",
        "schedules.removed": "予定を消した",
        "schedules.begun_by_hand": "予定した仕事をいま始めた",
        "schedules.special_day": "開庁・閉庁の特別な日を決めた",
        "schedules.special_day_removed": "開庁・閉庁の特別な日を消した",
    },
    failures="yakuba.kernel.schedules.queries:failures",
    hand_over="yakuba.kernel.schedules.actions:hand_over",
    examples="yakuba.kernel.schedules.tests.examples:make",
)
