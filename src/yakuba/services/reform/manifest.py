"""The reform room declares itself."""

from yakuba.kernel.registry import Manifest, Permission

MANIFEST = Manifest(
    name="reform",
    label="業務改革",
    description="手続ごとに、前にかかった時間と今かかった時間を測って比べる",
    permissions=(
        Permission("reform.view", "効果を見る"),
        Permission("reform.manage", "前にかかった時間を登録する"),
    ),
)
