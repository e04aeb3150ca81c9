"""The room's table of operations."""

from yakuba.kernel.operations import Operations

OPERATIONS = Operations("nursery", {"round": "選考回: 取り込み、計算、結果、決定、通知"})
