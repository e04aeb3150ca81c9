"""The life of a row as one plain table."""

from __future__ import annotations

from yakuba.services.robots.contracts import RowState

S = RowState

TRANSITIONS: dict[RowState, frozenset[RowState]] = {
    S.WAITING: frozenset({S.LOOKING_UP, S.SKIPPED}),
    S.LOOKING_UP: frozenset(
        {S.LOOKING_UP, S.ENTERING, S.ENTERED, S.FOUND_ALREADY, S.RETRY, S.FAILED, S.UNDECIDED, S.WAITING}
    ),
    S.ENTERING: frozenset({S.LOOKING_UP, S.INTENT, S.REHEARSED, S.RETRY, S.FAILED, S.UNDECIDED, S.WAITING}),
    S.INTENT: frozenset({S.LOOKING_UP, S.SUBMITTING, S.RETRY, S.FAILED, S.UNDECIDED}),
    S.SUBMITTING: frozenset({S.LOOKING_UP, S.ENTERED, S.RETRY, S.UNDECIDED}),
    S.RETRY: frozenset({S.LOOKING_UP, S.SKIPPED}),
    # The rest is moved by people only, never by the runner.
    S.FAILED: frozenset({S.WAITING, S.SKIPPED, S.ENTERED}),
    S.UNDECIDED: frozenset({S.WAITING, S.SKIPPED, S.ENTERED}),
    S.SKIPPED: frozenset({S.WAITING}),
    S.REHEARSED: frozenset(),
    S.ENTERED: frozenset(),
    S.FOUND_ALREADY: frozenset(),
}

#: States that the runner takes up. INTENT and SUBMITTING are here because a dead worker may have left them.
OPEN = frozenset({S.WAITING, S.LOOKING_UP, S.ENTERING, S.INTENT, S.SUBMITTING, S.RETRY})


def allowed(old: RowState, new: RowState) -> bool:
    """Whether a row may go from `old` to `new`."""
    return new in TRANSITIONS[old]


def way(old: RowState, new: RowState) -> list[RowState] | None:
    """The shortest way from `old` to `new` by the table, `new` at its end; empty where it is there already, None where there is
    none. For who learns of a row's end without having seen what lay between."""
    ways: dict[RowState, list[RowState]] = {old: []}
    queue = [old]
    for state in queue:
        if state is new:
            return ways[state]
        for following in sorted(TRANSITIONS[state]):
            if following not in ways:
                ways[following] = [*ways[state], following]
                queue.append(following)
    return None
