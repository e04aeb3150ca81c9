"""A finished sheet is found again by person and year, as a picture."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.ledger.models import Case
from yakuba.services.reading.models import Sheet
from yakuba.services.reading.tests.desk.test_mixed import pile, protect_case  # noqa: F401  a fixture
from yakuba.services.reading.tests.desk.test_together import form  # noqa: F401  a fixture


@pytest.fixture
def browser(clerk) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(clerk)
    return client


def found(browser: Client, **wanted: str) -> str:
    return browser.get(reverse("reading:sheets"), wanted, follow=True).content.decode()


def test_a_sheet_is_found_by_name_number_and_year(pile, browser):  # noqa: F811
    last_year = timezone.make_aware(datetime(2026, 3, 31, 12))
    Case.objects.filter(receipt_number="0800000129").update(created_at=last_year)
    Case.objects.exclude(receipt_number="0800000129").update(
        created_at=timezone.make_aware(datetime(2026, 4, 1))
    )
    assert "0800000129" in found(browser, text="やまだ")
    assert "0800000226" not in found(browser, text="0800000129")
    assert "0800000129" not in found(browser, text="鈴木")
    page = found(browser, text="山田太郎", year="2025")
    assert "0800000129" in page
    assert "0800000226" not in page
    assert "令和7年度（2025）" in page
    assert AuditEvent.objects.filter(name="reading.sheets_searched").exists()
    assert "0800000129" not in found(browser, text="0312345678"), "a telephone finds nobody here"


def test_its_picture_is_shown_recorded_and_covered(pile, browser, clerk, make_staff, yakuba_city):  # noqa: F811
    sheet = Sheet.objects.first()
    url = reverse("reading:found_sheet", args=[sheet.pk])
    page = browser.get(url).content.decode()
    assert reverse("reading:sheet_picture", args=[sheet.pk]) in page
    assert AuditEvent.objects.filter(name="reading.sheet_viewed", subject=f"sheet:{sheet.pk}").count() == 1
    protect_case(sheet.case, clerk)
    assert browser.get(url).status_code == 302, "who may open it says why first"
    stranger = Client(raise_request_exception=False)
    stranger.force_login(make_staff(yakuba_city, "reading.mixed"))
    assert stranger.get(url).status_code == 403
