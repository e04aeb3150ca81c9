"""`yakuba operations`: what can be done in this house, for whoever writes scripts or grants permissions."""

from __future__ import annotations

from yakuba.kernel.cli.options import JSON
from yakuba.kernel.cli.output import print_rows
from yakuba.kernel.operations.operation import Operation
from yakuba.kernel.operations.spelling import words_of
from yakuba.kernel.operations.table import all_operations

COLUMNS = {"label": "操作", "permission": "権限", "command": "コマンド", "route": "API"}


def operations(as_json: bool = JSON) -> None:
    """できる操作の一覧（権限、コマンド、API）を出す"""
    print_rows([_facts(one) for one in all_operations()], COLUMNS, as_json=as_json)


def _facts(operation: Operation) -> dict[str, str]:
    words = ["yakuba", operation.room, operation.command, *words_of(operation)]
    return {
        "name": operation.name,
        "label": operation.label,
        "permission": operation.permission,
        "command": " ".join(words) if operation.command else "",
        "route": f"{operation.method} /api/v1/{operation.room}/{operation.path}" if operation.route else "",
    }
