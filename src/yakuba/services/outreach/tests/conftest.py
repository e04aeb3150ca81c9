"""What the room's tests share."""

from __future__ import annotations

import pytest
from django.test import Client

from yakuba.services.outreach import facade
from yakuba.services.outreach.actions import campaigns
from yakuba.services.outreach.engine import samples

YEAR = 2026
PEOPLE = 900


@pytest.fixture
def approver(make_staff, yakuba_city):
    return make_staff(yakuba_city, "outreach.approve", "outreach.view")


@pytest.fixture
def page(in_yakuba_city, clerk):
    client = Client()
    client.force_login(clerk)
    return client


@pytest.fixture
def table(in_yakuba_city, clerk):
    return facade.sample_table(PEOPLE, YEAR, actor=clerk)


@pytest.fixture
def purpose(in_yakuba_city, clerk, approver):
    return facade.sample_purpose("特定健診の受診勧奨", actor=clerk, approver=approver)


@pytest.fixture
def draft(table, purpose, clerk):
    return campaigns.draw_up(table, purpose, samples.plan(YEAR), actor=clerk)


@pytest.fixture
def approved(draft, clerk, approver):
    campaigns.ask_approval(draft, "試すため", actor=clerk)
    facade._approve("outreach.campaign", draft.subject, approver)
    draft.refresh_from_db()
    return draft


@pytest.fixture
def assigned(approved):
    campaigns.assign(approved)
    campaigns.work(approved.pk)
    approved.refresh_from_db()
    return approved
