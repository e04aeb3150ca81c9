"""The demo town's claims show something on every page."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from yakuba.demo import checks, town
from yakuba.services.claims import queries
from yakuba.services.claims.models import CheckTable, Declaration, Finding


def test_the_demo_has_findings_rules_and_declarations(in_yakuba_city, clerk, make_staff, monkeypatch):
    other = make_staff(in_yakuba_city, "claims.publish")
    monkeypatch.setattr(town, "user", lambda name: clerk if name == "kacho" else other)
    checks.load()
    assert Finding.objects.filter(outcome="open").count() > 5
    assert Finding.objects.filter(outcome="right").exists()
    assert {row["code"] for row in queries.rule_rows() if not row["silent"]} >= {
        "visit-month",
        "injury",
        "total",
        "twice",
    }
    assert {"valid", "superseded", "amendment", "request", "double", "ask"} == set(
        Declaration.objects.values_list("verdict", flat=True)
    )
    assert CheckTable.objects.count() == 4
    client = Client()
    client.force_login(clerk)
    for name in (
        "index",
        "files",
        "tables",
        "rules",
        "runs",
        "findings",
        "queue",
        "letters",
        "declarations",
        "load",
        "load_master",
        "new_rules",
        "changes",
    ):
        assert client.get(reverse(f"claims:{name}"), follow=True).status_code == 200, name
    checks.load()
    assert Finding.objects.exists()
