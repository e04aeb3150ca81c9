"""One of everything that the approvals' addresses name, for the tests that try every address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals.models import Approval, Deputy


def make(clerk: User, known: Mapping[str, Any]) -> dict[str, Any]:
    """An approval that waits, and a deputy."""
    approval = Approval.objects.create(
        kind="nursery.example",
        subject="example:1",
        summary=known["secret_word"],
        reason="",
        proposed_by=clerk,
    )
    today = timezone.localdate()
    deputy = Deputy.objects.create(principal=clerk, deputy=clerk, first_day=today, last_day=today)
    return {"approval_id": approval.pk, "deputy_id": deputy.pk}
