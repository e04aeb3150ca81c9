"""The room's table of operations; each file of them adds its own."""

from yakuba.kernel.operations import Operations

OPERATIONS = Operations(
    "robots",
    {
        "templates": "ひな形の一覧（catalogue）: 見る・取り込む・集まりに出す",
        "station": "別の端末: 鍵、受け渡し、取り戻し",
    },
)
