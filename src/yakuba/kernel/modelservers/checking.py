"""The self-check: what is at work for each task, and whether a chosen server answers."""

from __future__ import annotations

from yakuba.kernel.modelservers.chosen import LABELS, Task, at_work, server_for
from yakuba.kernel.refusals import attempt
from yakuba.kernel.registry import CheckResult


def self_check() -> list[CheckResult]:
    """One line a task. The built-in way is always well."""
    return [_checked(task) for task in LABELS]


def _checked(task: Task) -> CheckResult:
    label = f"{LABELS[task]}：{at_work(task).label}"
    server = server_for(task)
    if server is None:
        return CheckResult(label, True)
    models, silent = attempt(server.models)
    if models is None:
        return CheckResult(label, False, str(silent))
    if server.model in models:
        return CheckResult(label, True)
    known = "、".join(models[:10]) or "（ありません）"
    return CheckResult(
        label,
        False,
        f"サーバーにそのモデルがありません。あるのは {known} です。自治体の設定で選び直してください。",
    )
