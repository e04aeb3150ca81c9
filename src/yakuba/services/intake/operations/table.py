"""The room's table of operations."""

from yakuba.kernel.operations import Operations

OPERATIONS = Operations("intake", {"navigator": "届出ナビ（住民への案内）", "counter": "書かない窓口"})
