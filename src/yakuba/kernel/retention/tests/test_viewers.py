"""Who looked at whom, for any resident."""

from __future__ import annotations

from django.urls import reverse

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.retention.tests.test_filebook import DOCUMENT

FIELDS = [
    {"code": "name", "label": "氏名", "type": "name"},
    {"code": "birth", "label": "生年月日", "type": "date"},
]


def opened(procedure, number, birth):
    case = ledger.open_case(procedure, number)
    ledger.record_value(case, "name", "見本花子", trusted=False, source={})
    ledger.record_value(case, "birth", birth, trusted=False, source={})
    return case


def test_everybody_who_opened_the_persons_case_is_told_and_nobody_elses(
    in_yakuba_city, clerk, make_staff, yakuba_city, client
):
    procedure = ledger.load_procedure(DOCUMENT | {"fields": FIELDS})
    mine, other = (
        opened(procedure, *one) for one in (("0800000129", "1990-04-01"), ("0800000226", "1950-01-01"))
    )
    curious = make_staff(yakuba_city, "ledger.view")
    curious.display_name = "覗見太郎"
    curious.save()
    client.force_login(curious)
    client.get(reverse("ledger:case", args=[mine.pk]))
    client.force_login(clerk)
    client.get(reverse("ledger:case", args=[other.pk]))
    page = client.post(
        reverse("retention:looked_at"), {"name": "見本 花子", "birth": "平成2年4月1日"}
    ).content.decode()
    assert "覗見太郎" in page
    assert "受付を閲覧した" in page
    assert f"case:{other.pk}" not in page
    assert AuditEvent.objects.filter(name="retention.viewers_listed", actor=clerk).exists()


def test_somebody_must_be_meant(in_yakuba_city, clerk, client):
    client.force_login(clerk)
    assert client.post(reverse("retention:looked_at"), {"name": "見本花子"}).status_code == 422
