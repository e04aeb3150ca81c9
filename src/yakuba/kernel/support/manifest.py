"""Support access declares itself."""

from yakuba.kernel.registry import Group, Manifest, NavigationItem, Permission, PersonalData

MANIFEST = Manifest(
    name="support",
    label="運用者の支援",
    description="共同利用の運用者に、時間と理由を決めて画面を見せる",
    group=Group.ADMINISTRATION,
    manual={"": "運用者に画面を見せる"},
    navigation=(NavigationItem("運用者の支援", "support:grants", "support.allow"),),
    permissions=(Permission("support.allow", "運用者に、時間を決めて画面を見せる"),),
    audit_events={
        "support.operator_named": "運用者を登録した",
        "support.operator_dismissed": "運用者の登録をやめた",
        "support.allowed": "運用者に画面を見せることを許した",
        "support.ended": "運用者に画面を見せることを終えた",
        "support.looked": "運用者が画面を見た",
    },
    examples="yakuba.kernel.support.tests.examples:make",
    personal_data=(
        PersonalData("support.Operator", "職員の確認", None),
        PersonalData("support.SupportGrant", "職員の確認", None),
    ),
)
