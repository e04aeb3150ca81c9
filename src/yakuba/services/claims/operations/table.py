"""The operations of the claims room."""

from yakuba.kernel.operations import Operations

OPERATIONS = Operations(
    "claims",
    {
        "table": "表: マスター、チェックの表、資格情報",
        "rules": "規則: 作り、試し、公開する",
        "finding": "指摘: 結果を決め、照会し、書き出す",
        "tax": "税の申告: 取り込み、決める",
    },
)
