"""What must not grow with the round: measured in what is read, for seconds differ from one machine to another."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from yakuba.services.nursery.actions import decisions
from yakuba.services.nursery.queries import rounds

LARGE = ('"slots"', '"explanation"')


def test_the_list_of_rounds_counts_without_carrying_results_along(full):
    full.adopted()
    decisions.propose_freeze(full.round, "確かめた", actor=full.person)
    with CaptureQueriesContext(connection) as read:
        (row,) = rounds.with_counts()
    assert (row.active, row.open_decisions) == (3, 1)
    assert len(read) == 1
    assert [column for column in LARGE if column in read[0]["sql"]] == []
    assert row.adopted.slots  # fetched when asked for
