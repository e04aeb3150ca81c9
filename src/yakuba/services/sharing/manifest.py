"""The sharing room declares itself."""

from yakuba.kernel.registry import (
    ApprovalKind,
    Group,
    Manifest,
    NavigationItem,
    Permission,
    Setting,
    WorkQueue,
)

ROOM = "yakuba.services.sharing"
COSTS, BILLS = "共同利用の費用を分けて請求する", "届いた請求書を見る"

MANIFEST = Manifest(
    name="sharing",
    label="共同利用",
    description="共同利用の費用を取り決めのとおりに円まで分けて請求する",
    group=Group.MANAGEMENT,
    manual={"": COSTS, "received": BILLS, "received_bill": BILLS},
    navigation=(
        NavigationItem("費用の分担", "sharing:index", "sharing.view"),
        NavigationItem("届いた請求書", "sharing:received", "sharing.bills"),
    ),
    permissions=(
        Permission("sharing.view", "共同利用の取り決め、負担、請求書を見る"),
        Permission("sharing.usage", "参加団体の使った量を見る"),
        Permission("sharing.edit", "取り決め、費用、利用量を入れ、締めを起案する"),
        Permission("sharing.close", "月の締めと請求の出し直しを承認する"),
        Permission("sharing.bills", "届いた請求書を見る"),
    ),
    roles={
        "課長": ("sharing.view", "sharing.usage", "sharing.edit", "sharing.close", "sharing.bills"),
        "運用担当": ("sharing.view", "sharing.usage", "sharing.edit", "sharing.bills"),
    },
    queues=(
        WorkQueue("まだ締めていない月のある取り決め", "sharing.edit", f"{ROOM}.queries.costs:waiting_drafts"),
    ),
    audit_events={
        "sharing.group_set": "費用分担の取り決めを登録した",
        "sharing.body_set": "取り決めの参加団体を登録した",
        "sharing.item_set": "取り決めの費用を登録した",
        "sharing.key_set": "負担の割合を決めた",
        "sharing.cap_set": "負担の上限を決めた",
        "sharing.amount_added": "費用の額を入れた",
        "sharing.amount_removed": "費用の額を消した",
        "sharing.usage_taken": "数えた利用量を取り込んだ",
        "sharing.table_loaded": "取り決めの表を取り込んだ",
        "sharing.close_proposed": "月の締めを起案した",
        "sharing.again_proposed": "請求の出し直しを起案した",
        "sharing.closed": "月を締め、請求書を出した",
        "sharing.bill_received": "請求書が届いた",
        "sharing.bills_taken": "請求書を取り出した",
    },
    town_settings=(
        Setting(
            "sharing.organiser",
            "利用量を数えてよい幹事団体",
            "",
            "団体コード（6けた）。同じ集まりのこの団体が、この自治体の利用量の合計を読み、請求書を届けます。空ならどこにも見せません。",
            largest=6,
        ),
    ),
    approvals=(
        ApprovalKind("sharing.close", "月の締めと請求", "sharing.close", f"{ROOM}.actions.closing:approved"),
    ),
    self_check=f"{ROOM}.queries.costs:self_check",
    first_step=f"{ROOM}.queries.costs:first_step",
    examples=f"{ROOM}.tests.examples:make",
)
