"""What somebody looked for in a list, which may be a name, does not stand in the database for ever."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from yakuba.kernel.jobs import registry
from yakuba.kernel.retention.jobs import forget_visits

pytestmark = pytest.mark.django_db


def test_a_visit_that_is_over_goes_and_one_that_goes_on_stays():
    for text in ("見本花子", "見本太郎"):
        visit = SessionStore()
        visit["list:ledger.cases"] = {"text": text}
        visit.save()
    over = Session.objects.first()
    Session.objects.filter(pk=over.pk).update(expire_date=timezone.now() - timedelta(minutes=1))
    assert forget_visits in [work for _, work in registry.chores()]
    forget_visits()
    assert over.pk not in Session.objects.values_list("pk", flat=True)
    assert Session.objects.count() == 1
