"""The statuses of a case (受付) and the only ways between them."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Where a case stands."""

    READING = "reading"  # pages are still being read or are missing
    CONFIRMING = "confirming"  # some values wait for a person
    READY = "ready"  # every value is trusted or confirmed
    ENTERING = "entering"  # a robot has it
    ENTERED = "entered"  # the core system has it and gave it a number
    UNDECIDED = "undecided"  # a robot could not decide; a person must
    WITHDRAWN = "withdrawn"  # taken out by a person, with a reason


LABELS: dict[Status, str] = {
    Status.READING: "読み取り中",
    Status.CONFIRMING: "確認待ち",
    Status.READY: "入力待ち",
    Status.ENTERING: "入力中",
    Status.ENTERED: "入力済み",
    Status.UNDECIDED: "職員の判断待ち",
    Status.WITHDRAWN: "取り下げ",
}

TRANSITIONS: frozenset[tuple[Status, Status]] = frozenset(
    {
        (Status.READING, Status.CONFIRMING),
        (Status.READING, Status.READY),
        (Status.CONFIRMING, Status.READY),
        (Status.READY, Status.CONFIRMING),  # a person reopens a value before the robot starts
        (Status.READY, Status.ENTERING),
        (Status.READY, Status.ENTERED),  # a person entered it by hand
        (Status.ENTERING, Status.ENTERED),
        (Status.ENTERING, Status.READY),  # stopped or failed before anything was submitted
        (Status.ENTERING, Status.UNDECIDED),
        (Status.UNDECIDED, Status.ENTERED),  # the person found it in, or entered it by hand
        (Status.UNDECIDED, Status.READY),  # the person found that it is not in
        (Status.READING, Status.WITHDRAWN),
        (Status.CONFIRMING, Status.WITHDRAWN),
        (Status.READY, Status.WITHDRAWN),
        (Status.UNDECIDED, Status.WITHDRAWN),
    }
)


class WrongTransition(ValueError):
    """A case cannot go from its status to the wanted one."""


def check(origin: str, target: str) -> None:
    """Raise WrongTransition unless the table allows the step."""
    if (Status(origin), Status(target)) not in TRANSITIONS:
        raise WrongTransition(f"「{LABELS[Status(origin)]}」から「{LABELS[Status(target)]}」へは進めません。")


# How pages mark a status besides its words (see ui/status.html).
STATUS_KINDS: dict[Status, str] = {
    Status.READING: "running",
    Status.CONFIRMING: "person",
    Status.READY: "waiting",
    Status.ENTERING: "running",
    Status.ENTERED: "success",
    Status.UNDECIDED: "warning",
    Status.WITHDRAWN: "stopped",
}
