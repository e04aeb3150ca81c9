"""The meter declares itself."""

from yakuba.kernel.registry import Group, Manifest, NavigationItem, Permission

MANIFEST = Manifest(
    name="meter",
    label="利用量",
    description="自治体がどれだけ使ったかを月ごとに数える",
    group=Group.ADMINISTRATION,
    manual={"": "利用量を見る"},
    navigation=(NavigationItem("利用量", "meter:months", "meter.view"),),
    permissions=(Permission("meter.view", "利用量を見て、書き出す"),),
    roles={"運用担当": ("meter.view",)},
    audit_events={"meter.limit_set": "利用の上限を決めた"},
)
