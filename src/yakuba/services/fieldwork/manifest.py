"""The fieldwork room declares itself."""

from yakuba.kernel.registry import Group, Manifest, NavigationItem, Permission

MANIFEST = Manifest(
    name="fieldwork",
    label="現場・住民通報",
    description="住民の通報を受けて課に分け、直して答える。わなと目撃を記録し、報奨金の二重払いを防ぐ",
    group=Group.CITY,
    manual={"": "住民の通報に対応する"},
    navigation=(NavigationItem("住民の通報", "fieldwork:index", "fieldwork.view"),),
    permissions=(
        Permission("fieldwork.view", "住民の通報を見る"),
        Permission("fieldwork.handle", "住民の通報に対応し、課を移し、答える"),
    ),
    roles={"窓口担当": ("fieldwork.view", "fieldwork.handle"), "課長": ("fieldwork.view",)},
)
