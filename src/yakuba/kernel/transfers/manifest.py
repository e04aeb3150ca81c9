"""The transfers declare themselves."""

from yakuba.kernel.registry import Group, Manifest, NavigationItem, PersonalData

MANIFEST = Manifest(
    name="transfers",
    label="人事異動",
    description="課と役割と仕事の引き継ぎを、決めた日の0時に切り替える",
    group=Group.ADMINISTRATION,
    manual={"": "人事異動を登録する"},
    navigation=(NavigationItem("人事異動", "transfers:all", "accounts.manage"),),
    audit_events={
        "transfers.planned": "人事異動を登録した",
        "transfers.withdrawn": "人事異動を取りやめた",
        "transfers.taken_over": "登録した職員に代わって、人事異動を引き受けた",
        "transfers.department_moved": "課を別の課にした",
        "transfers.carried_out": "人事異動を行った",
    },
    personal_data=(PersonalData("transfers.Transfers", "人事異動", 1095, "done_at"),),
    failures="yakuba.kernel.transfers.queries:failures",
    examples="yakuba.kernel.transfers.tests.examples:make",
)
