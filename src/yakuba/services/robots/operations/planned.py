"""Running a scenario at the times that staff plan (`kernel.schedules`)."""

from __future__ import annotations

from yakuba.kernel.accounts.models import User
from yakuba.services.robots import operations
from yakuba.services.robots.queries import register


def choices(user: User) -> list[tuple[str, str]]:
    """The scenarios in use."""
    return [(str(one.pk), one.name) for one in register.scenarios().filter(in_use=True)]


def begin(code: str, actor: User) -> str:
    """Let the robot enter all that is ready. Raises what `runs.start` refuses, as when nothing waits."""
    run = operations.create_run(actor, scenario=int(code))
    return f"{run.rows.count()}件の入力を始めました（実行 {run.pk}）。"
