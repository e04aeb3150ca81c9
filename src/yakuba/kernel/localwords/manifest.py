"""The local words declare themselves."""

from yakuba.kernel.registry import Group, Manifest, NavigationItem, Permission

MANIFEST = Manifest(
    name="localwords",
    label="自治体ごとに違うところ",
    description="住民が読む文の { } に入る、この自治体の電話番号や窓口の名",
    group=Group.RESIDENTS,
    manual={"": "自治体ごとに違うところを埋める"},
    navigation=(NavigationItem("自治体ごとに違うところ", "localwords:index", "localwords.view"),),
    permissions=(
        Permission("localwords.view", "自治体ごとに違うところを見る"),
        Permission("localwords.edit", "自治体ごとに違うところを埋める"),
    ),
    roles={"窓口担当": ("localwords.view", "localwords.edit"), "課長": ("localwords.view",)},
    audit_events={"localwords.set": "自治体ごとに違うところを埋めた"},
)
