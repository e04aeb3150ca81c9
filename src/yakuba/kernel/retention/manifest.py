"""Retention declares itself."""

from yakuba.kernel.registry import Group, Manifest, NavigationItem, Permission, PersonalData

MANIFEST = Manifest(
    name="retention",
    label="保存期間",
    description="保存期間の過ぎたものを、2人で消し、残っていないことを確かめる",
    group=Group.ADMINISTRATION,
    manual={"": "個人情報を消す"},
    navigation=(
        NavigationItem("保存期間と消去", "retention:overview", "retention.manage"),
        NavigationItem("この人を見た職員", "retention:looked_at", "audit.view"),
        NavigationItem("個人情報ファイル簿", "retention:register", "retention.register"),
    ),
    permissions=(
        Permission("retention.manage", "保存期間を決め、消去を起案する"),
        Permission("retention.approve", "消去を承認する"),
        Permission("retention.register", "個人情報ファイル簿を見て、書き出す"),
    ),
    roles={"課長": ("retention.approve", "retention.register")},
    audit_events={
        "retention.rule_set": "保存期間を決めた",
        "retention.proposed": "消去を起案した",
        "retention.approved": "消去を承認した",
        "retention.shredded": "消去した",
        "retention.viewers_listed": "1人の住民を見た職員を調べた",
        "retention.export_taken": "消去の前の書き出しを受け取った",
    },
    personal_data=(PersonalData("retention.Shredding", "消去の記録", None),),
    examples="yakuba.kernel.retention.tests.examples:make",
)
