"""支援措置 declares itself."""

from yakuba.kernel.registry import (
    ApprovalKind,
    Group,
    Manifest,
    NavigationItem,
    Permission,
    PersonalData,
    Setting,
    WorkQueue,
)

ACTIONS = "yakuba.kernel.protection.actions"
QUERIES = "yakuba.kernel.protection.queries"

MANIFEST = Manifest(
    name="protection",
    label="支援措置",
    description="支援措置の人の住所を、すべての画面とファイルで隠す",
    group=Group.RESIDENTS,
    manual={"": "支援措置の人を守る"},
    navigation=(NavigationItem("支援措置", "protection:protections", "protection.manage"),),
    permissions=(
        Permission("protection.manage", "支援措置を登録し、延長し、終了を求める"),
        Permission("protection.open", "支援措置の人の住所を、理由を書いて開く"),
        Permission("protection.approve", "支援措置の終了と、住所を使うことを承認する"),
    ),
    roles={
        "支援措置担当": ("protection.manage", "protection.open"),
        "課長": ("protection.approve",),
    },
    queues=(
        WorkQueue("支援措置の住所が開かれた", "protection.manage", f"{QUERIES}:opened_queue"),
        WorkQueue("支援措置の期限", "protection.manage", f"{QUERIES}:due_queue"),
        WorkQueue("支援措置の人かどうか", "protection.manage", f"{QUERIES}:asked_queue"),
    ),
    audit_events={
        "protection.begun": "支援措置を登録した",
        "protection.renewed": "支援措置を延長した",
        "protection.ended": "支援措置を終わらせた",
        "protection.decided": "支援措置の人かどうかを決めた",
        "protection.opened": "支援措置の人の住所を開いた",
        "protection.opening_seen": "支援措置の住所が開かれたことを確かめた",
        "protection.released": "支援措置の人の住所を使うことを承認した",
        "protection.viewed": "支援措置を閲覧した",
    },
    approvals=(
        ApprovalKind("protection.end", "支援措置の終了", "protection.approve", f"{ACTIONS}:end"),
        ApprovalKind(
            "protection.release", "支援措置の人の住所を使うこと", "protection.approve", f"{ACTIONS}:release"
        ),
    ),
    town_settings=(
        Setting(
            "protection.facility",
            "支援措置の児童の施設も隠す",
            True,
            "希望の施設、在園している施設、決まった施設を隠します。",
        ),
        Setting(
            "protection.fields",
            "支援措置で、ほかに隠す項目",
            "",
            "手続の項目のコードか見出しを、読点で区切って書きます。住所・郵便番号・電話番号は、書かなくても隠れます。",
        ),
    ),
    personal_data=(
        PersonalData("protection.Protection", "支援措置", None),
        PersonalData("protection.Covered", "支援措置", None),
        PersonalData("protection.Opening", "支援措置の住所を開いた記録", 1825, "until"),
        PersonalData("protection.Release", "支援措置の住所を使う承認の記録", 1825, "until"),
    ),
    protected="yakuba.kernel.protection.queries:cover_itself",
    examples="yakuba.kernel.protection.tests.examples:make",
)
