"""The recorder's page when the session ends: whoever sits there is told who is asked, and waits for nothing."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect
from town_objects import load_objects

from yakuba.demo import town
from yakuba.kernel.accounts.models import SignedIn
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.robots.actions import recordings
from yakuba.services.robots.models import System

PATIENCE = 180_000  # ms until something is held to be stuck
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_session_that_ended_leads_to_the_login(transactional_db, house, browser, turn):
    load_objects()
    person, client = town.user("kanri"), Client()
    client.force_login(person)
    with active_municipality(person.municipality):
        row = recordings.begin(Case.objects.all()[0], System.objects.all()[0], actor=person)
    context = browser.new_context()
    context.set_default_timeout(PATIENCE)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": house}])
    page = context.new_page()
    with page.expect_response(lambda answer: "/live/" in answer.url):
        page.goto(f"{house}/robots/recordings/{row.pk}/")
    with turn:
        SignedIn.all_municipalities.all().delete()
    expect(page).to_have_url(re.compile(rf"/login/\?next=/robots/recordings/{row.pk}/$"), timeout=PATIENCE)
    context.close()
