"""The robots room declares itself."""

from yakuba.kernel.registry import Manifest, Permission

MANIFEST = Manifest(
    name="robots",
    label="ロボット",
    description="確認の済んだ申請を基幹システムへ入力する。二度入れず、一件も失わない",
    permissions=(
        Permission("robots.view", "ロボットの状況を見る"),
        Permission("robots.run", "ロボットを動かす・止める"),
        Permission("robots.decide", "ロボットが決められない申請を判断する"),
        Permission("robots.manage", "シナリオと接続先を登録する"),
    ),
)
