"""The table of the room's operations; each part adds its own."""

from yakuba.kernel.operations import Operations

OPERATIONS = Operations(
    "outreach",
    {
        "table": "勧奨の表",
        "purpose": "情報を使う目的",
        "optout": "勧奨を望まない人",
        "campaign": "施策",
        "model": "リスクのモデル",
        "series": "数の予測",
        "pressure": "家庭血圧",
        "care": "似た事例",
    },
)
