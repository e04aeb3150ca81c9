"""The demo town's fees show something real: rules in force, envelopes that wait, what was paid today."""

from __future__ import annotations

from django.test import Client

from yakuba.demo import fees, town
from yakuba.services.intake.models import FeeEntry, PostalRequest, RuleFile


def test_the_fees_of_the_demo_town(db):
    town.load_town("http://127.0.0.1:9")
    with town.in_yakuba_city():
        fees.load()
        fees.load()
        assert RuleFile.objects.exclude(told="").count() == 5
        assert PostalRequest.objects.count() == 3
        assert sorted(FeeEntry.objects.exclude(way="").values_list("way", flat=True)) == ["cash", "cashless"]
        clerk = Client()
        clerk.force_login(town.user("madoguchi"))
    page = clerk.get("/intake/post/", follow=True).content.decode()
    assert "期限の近い定額小為替があります" in page
    page = clerk.get("/intake/fees/").content.decode()
    assert "今日の現金" in page
    assert "300円" in page
    assert "使用中" in clerk.get("/intake/rules/").content.decode()
