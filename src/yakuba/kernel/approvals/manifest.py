"""The approvals declare themselves."""

from yakuba.kernel.registry import Manifest, PersonalData, Setting, WorkQueue

MANIFEST = Manifest(
    name="approvals",
    label="承認",
    description="もう1人の承認、代理、期限",
    manual={"": "承認する"},
    queues=(WorkQueue("承認を待つもの", "", "yakuba.kernel.approvals.queries:queue"),),
    audit_events={
        "approvals.proposed": "承認を求めた",
        "approvals.approved": "承認した",
        "approvals.sent_back": "差し戻した",
        "approvals.deputy_appointed": "承認の代理を決めた",
        "approvals.deputy_dismissed": "承認の代理をやめた",
    },
    town_settings=(
        Setting(
            "approvals.days",
            "承認の期限（日）",
            0,
            "起案から何日までに承認するか。0なら、仕事ごとの決まりのままです。",
            largest=60,
        ),
    ),
    failures="yakuba.kernel.approvals.queries:failures",
    examples="yakuba.kernel.approvals.tests.examples:make",
    personal_data=(PersonalData("approvals.Approval", "承認の記録", 1825, "answered_at"),),
)
