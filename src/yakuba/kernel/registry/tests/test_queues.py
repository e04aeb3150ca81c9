"""A queue's tile in one question."""

import pytest

from yakuba.kernel.accounts.models import User
from yakuba.kernel.registry import QueueState, queued

pytestmark = pytest.mark.django_db


def test_what_waits_is_counted_with_its_oldest_in_one_query(django_assert_num_queries):
    rows = User.objects.order_by("-username")
    with django_assert_num_queries(1):
        assert queued(rows.filter(username="none"), "date_joined", "/", "開く", urgent=True) == QueueState(
            0, "/", "開く"
        )
    one = User.objects.create(username="sato")
    User.objects.create(username="abe")
    with django_assert_num_queries(1):
        found = queued(rows, "date_joined", "/", "開く", urgent=True)
    assert found == QueueState(2, "/", "開く", one.date_joined, urgent=True)
