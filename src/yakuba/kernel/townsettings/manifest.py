"""The settings per town declare themselves."""

from yakuba.kernel.registry import Group, Manifest, NavigationItem, Permission

MANIFEST = Manifest(
    name="townsettings",
    label="自治体の設定",
    description="自治体が自分で決めること",
    group=Group.ADMINISTRATION,
    manual={"": "管理する"},
    navigation=(NavigationItem("自治体の設定", "townsettings:settings", "townsettings.change"),),
    permissions=(Permission("townsettings.change", "自治体の設定を変える"),),
    audit_events={"townsettings.changed": "自治体の設定を変えた"},
)
