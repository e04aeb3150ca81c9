"""The demo town's campaign shows something on its pages, and says that it is invented."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from yakuba.demo import outreach, town
from yakuba.services.outreach.models import Campaign, TownTable

pytestmark = pytest.mark.django_db


def test_the_demo_has_a_campaign_with_a_result(in_yakuba_city, clerk, approver, monkeypatch):
    monkeypatch.setattr(town, "user", lambda name: clerk if name == "kacho" else approver)
    outreach.load()
    row = Campaign.objects.get()
    assert row.state == "reported"
    assert not row.report["stopped"]
    assert row.report["compared"][0]["estimates"][0]["low"] > -0.2
    client = Client()
    client.force_login(clerk)
    shown = client.get(reverse("outreach:campaign", args=[row.pk])).content.decode()
    assert "作りもの" in shown
    outreach.load()
    assert TownTable.objects.count() == 1
