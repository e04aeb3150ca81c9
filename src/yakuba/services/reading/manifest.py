"""The reading room declares itself."""

from yakuba.kernel.registry import Manifest, Permission

MANIFEST = Manifest(
    name="reading",
    label="帳票読取",
    description="スキャンした申請書を読み取り、確かな値と人が見るべき値を分ける",
    permissions=(
        Permission("reading.view", "読み取りの状況を見る"),
        Permission("reading.upload", "申請書を取り込む"),
        Permission("reading.confirm", "読み取った値を確認する"),
        Permission("reading.manage", "帳票の定義を登録する"),
    ),
)
