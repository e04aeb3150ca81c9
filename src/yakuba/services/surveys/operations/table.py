"""The operations of the surveys room."""

from yakuba.kernel.operations import Operations

OPERATIONS = Operations(
    "surveys",
    {
        "inquiry": "照会: 登録し、課に分け、回答する",
        "forms": "調査票: 作り、取り込む",
        "result": "結果: 集計、書き出し、公表",
    },
)
