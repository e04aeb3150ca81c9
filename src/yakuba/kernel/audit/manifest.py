"""The audit record declares itself."""

from yakuba.kernel.registry import Manifest, Permission

MANIFEST = Manifest(
    name="audit",
    label="監査記録",
    description="だれが、いつ、何をしたか",
    permissions=(Permission("audit.view", "監査記録を見る"),),
    roles={"課長": ("audit.view",)},
    audit_events={
        "audit.municipality_exported": "自治体をまるごと書き出した",
        "audit.municipality_imported": "自治体をまるごと取り込んだ",
        "audit.municipality_begun": "取り込んだ自治体の仕事を始めた",
        "audit.chain_keyed": "鍵のない監査記録を、鍵のある鎖につないだ",
        "audit.head_mended": "鎖の頭の値が最後の記録と合わなかったので、最後の記録の後ろから続けた",
        "audit.restored": "監査記録の頭の控えを、戻したデータベースに合わせた",
        "audit.backup_taken": "控えを取った",
        "audit.backup_restored": "控えから戻した",
        "audit.listed": "監査記録を閲覧した",
        "audit.verified": "監査記録を調べた",
        "audit.digest_printed": "監査記録の要約を紙に出した",
    },
)
