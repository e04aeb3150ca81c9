"""The statuses of a case (受付) through its whole life, the only ways between them, and what residents are told."""

from __future__ import annotations

from enum import StrEnum

from yakuba.kernel.refusals import Conflict


class Status(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"  # taken in; nobody has looked at it yet
    READING = "reading"  # pages are still being read or are missing
    CONFIRMING = "confirming"  # some values wait for a person
    RETURNED = "returned"  # sent back to the applicant, who must correct or add something
    READY = "ready"  # every value is trusted or confirmed
    ENTERING = "entering"  # a robot has it
    ENTERED = "entered"  # the core system has it and gave it a number
    UNDECIDED = "undecided"  # a robot could not decide; a person must
    EXAMINING = "examining"  # the office examines whether to grant it
    DECIDED = "decided"  # granted
    REFUSED = "refused"  # not granted, with a reason
    DONE = "done"  # decided, told, and nothing is left to do
    WITHDRAWN = "withdrawn"  # taken out by a person, with a reason


LABELS: dict[Status, str] = {
    Status.RECEIVED: "受付済み",
    Status.READING: "読み取り中",
    Status.CONFIRMING: "確認待ち",
    Status.RETURNED: "補正待ち",
    Status.READY: "入力待ち",
    Status.ENTERING: "入力中",
    Status.ENTERED: "入力済み",
    Status.UNDECIDED: "職員の判断待ち",
    Status.EXAMINING: "審査中",
    Status.DECIDED: "決定",
    Status.REFUSED: "却下",
    Status.DONE: "完了",
    Status.WITHDRAWN: "取り下げ",
}

# From each status, those that may follow. What is done or withdrawn stays so.
FOLLOWING: dict[Status, tuple[Status, ...]] = {
    Status.RECEIVED: (
        Status.READING,
        Status.CONFIRMING,
        Status.RETURNED,
        Status.READY,
        Status.EXAMINING,
        Status.WITHDRAWN,
    ),
    Status.READING: (Status.CONFIRMING, Status.READY, Status.WITHDRAWN),
    Status.CONFIRMING: (Status.READY, Status.RETURNED, Status.WITHDRAWN),
    # the applicant answers, or does not; the office goes on with what it has
    Status.RETURNED: (
        Status.RECEIVED,
        Status.CONFIRMING,
        Status.READY,
        Status.EXAMINING,
        Status.REFUSED,
        Status.WITHDRAWN,
    ),
    Status.READY: (
        Status.CONFIRMING,  # a person reopens a value before the robot starts
        Status.RETURNED,
        Status.EXAMINING,  # where the office examines before it enters
        Status.ENTERING,
        Status.ENTERED,  # a person entered it by hand
        Status.WITHDRAWN,
    ),
    Status.ENTERING: (
        Status.ENTERED,
        Status.READY,  # stopped or failed before anything was submitted
        Status.UNDECIDED,
    ),
    Status.UNDECIDED: (
        Status.ENTERED,  # the person found it in, or entered it by hand
        Status.READY,  # the person found that it is not in
        Status.WITHDRAWN,
    ),
    Status.ENTERED: (Status.EXAMINING, Status.DECIDED, Status.REFUSED, Status.DONE),
    Status.EXAMINING: (
        Status.READY,  # examined, and now to be entered (`actions.move` refuses what has been entered already)
        Status.RETURNED,
        Status.DECIDED,
        Status.REFUSED,
        Status.WITHDRAWN,
    ),
    Status.DECIDED: (Status.DONE, Status.EXAMINING),  # back: the decision is taken up again
    Status.REFUSED: (Status.DONE, Status.EXAMINING),  # back: contested, or mistaken
    Status.DONE: (),
    Status.WITHDRAWN: (),
}
TRANSITIONS = frozenset((origin, target) for origin, targets in FOLLOWING.items() for target in targets)
# All values of the case are trusted or confirmed, and it was not refused.
CONFIRMED = frozenset(
    {
        Status.READY,
        Status.ENTERING,
        Status.ENTERED,
        Status.UNDECIDED,
        Status.EXAMINING,
        Status.DECIDED,
        Status.DONE,
    }
)
WITH_REASON = frozenset({Status.RETURNED, Status.REFUSED, Status.WITHDRAWN})

# The six words that a resident reads, whatever goes on inside.
RESIDENT: dict[Status, str] = {
    Status.RECEIVED: "受付済",
    Status.READING: "確認中",
    Status.CONFIRMING: "確認中",
    Status.RETURNED: "訂正待ち",
    Status.READY: "審査中",
    Status.ENTERING: "審査中",
    Status.ENTERED: "審査中",
    Status.UNDECIDED: "審査中",
    Status.EXAMINING: "審査中",
    Status.DECIDED: "決定",
    Status.REFUSED: "決定",  # which decision it was, the letter says
    Status.DONE: "決定",
    Status.WITHDRAWN: "取下げ",
}

# What a person does to a case on its page, and what the button says. The other steps are a room's work, which also does
# what belongs to them: reading, robots, entering by hand (`ledger.by_hand`).
BY_HAND: dict[Status, dict[Status, str]] = {
    Status.RECEIVED: {
        Status.EXAMINING: "審査を始める",
        Status.RETURNED: "補正を求める",
        Status.WITHDRAWN: "取り下げる",
    },
    Status.READING: {Status.WITHDRAWN: "取り下げる"},
    Status.CONFIRMING: {Status.RETURNED: "補正を求める", Status.WITHDRAWN: "取り下げる"},
    Status.READY: {
        Status.RETURNED: "補正を求める",
        Status.EXAMINING: "入力の前に審査する",
        Status.WITHDRAWN: "取り下げる",
    },
    Status.RETURNED: {
        Status.CONFIRMING: "補正が済んだ（確認に戻す）",
        Status.READY: "補正が済んだ（入力に回す）",
        Status.EXAMINING: "補正が済んだ（審査する）",
        Status.REFUSED: "却下と決まった",
        Status.WITHDRAWN: "取り下げる",
    },
    Status.ENTERED: {
        Status.EXAMINING: "審査を始める",
        Status.DECIDED: "認めると決まった",
        Status.REFUSED: "却下と決まった",
        Status.DONE: "完了にする",
    },
    Status.EXAMINING: {
        Status.READY: "審査が済んだ（入力に回す）",
        Status.DECIDED: "認めると決まった",
        Status.REFUSED: "却下と決まった",
        Status.RETURNED: "補正を求める",
        Status.WITHDRAWN: "取り下げる",
    },
    Status.DECIDED: {Status.DONE: "完了にする", Status.EXAMINING: "審査に戻す"},
    Status.REFUSED: {Status.DONE: "完了にする", Status.EXAMINING: "審査に戻す"},
}


class WrongTransition(Conflict):
    """A case cannot go from its status to the wanted one."""


def check(origin: str, target: str, reason: str = "") -> None:
    """Raise WrongTransition unless the table allows the step, and where it asks for a reason, one is given."""
    before, after = Status(origin), Status(target)
    if after not in FOLLOWING[before]:
        raise WrongTransition(f"「{LABELS[before]}」から「{LABELS[after]}」へは進めません。")
    if after in WITH_REASON and not reason.strip():
        raise WrongTransition(f"「{LABELS[after]}」にする理由を書いてください。")


# How pages mark a status besides its words (see ui/status.html).
STATUS_KINDS: dict[Status, str] = {
    Status.RECEIVED: "waiting",
    Status.READING: "running",
    Status.CONFIRMING: "person",
    Status.RETURNED: "waiting",
    Status.READY: "waiting",
    Status.ENTERING: "running",
    Status.ENTERED: "success",
    Status.UNDECIDED: "warning",
    Status.EXAMINING: "person",
    Status.DECIDED: "success",
    Status.REFUSED: "stopped",
    Status.DONE: "success",
    Status.WITHDRAWN: "stopped",
}
