"""The room's table of operations."""

from yakuba.kernel.operations import Operations

OPERATIONS = Operations(
    "intake",
    {
        "navigator": "届出ナビ（住民への案内）",
        "counter": "書かない窓口",
        "rules": "本人確認と手数料の決まり",
        "acting": "申請した人",
        "fees": "手数料",
        "days": "手数料の日の締め",
        "payments": "入金の明細",
        "post": "郵送請求",
    },
)
