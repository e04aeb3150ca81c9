"""The reform room declares itself."""

from yakuba.kernel.registry import Group, Manifest, NavigationItem, Permission, Support

MANIFEST = Manifest(
    name="reform",
    label="業務改革",
    description="手続ごとに、前にかかった時間と今かかった時間を測って比べる",
    group=Group.MANAGEMENT,
    manual={"": "効果を見る", "bodies": "ほかの団体と地図で比べる"},
    navigation=(
        NavigationItem("効果", "reform:effects", "reform.view"),
        NavigationItem("団体の比較", "reform:bodies", "reform.view"),
        NavigationItem("四つの約束", "reform:promises", "reform.view"),
    ),
    permissions=(
        Permission("reform.view", "効果を見る", Support.HOUSE),
        Permission("reform.manage", "前にかかった時間を登録する"),
    ),
    roles={"課長": ("reform.view", "reform.manage")},
    audit_events={
        "reform.baseline_stated": "前にかかった時間を登録した",
        "reform.promises_printed": "四つの約束の書類を作った",
        "reform.report_made": "効果の報告書を作った",
    },
)
