"""The demo town's pictures show something on every page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from yakuba.demo import town, views
from yakuba.kernel.accounts.models import User
from yakuba.services.vision.models import Analysis, Picture, SectionResult
from yakuba.services.vision.queries import pictures, roads


@pytest.mark.slow
def test_the_demo_has_drives_a_car_park_and_a_trap(in_yakuba_city, clerk, monkeypatch):
    monkeypatch.setattr(town, "user", lambda name: clerk)
    views.load()
    assert set(Analysis.objects.values_list("state", flat=True)) == {"done"}
    assert Picture.objects.filter(state="refused").count() == 1
    first, unmeasured = roads.priorities()
    assert len(first) >= 3
    assert not unmeasured
    assert first[0][1].points > first[-1][1].points
    assert SectionResult.objects.exclude(damage="").count() >= 6
    assert any(standing.trend == "悪くなった" for standing, _ in first)
    assert Picture.objects.filter(answer="something").count() == 3
    assert set(Picture.objects.exclude(spaces=None).values_list("taken", flat=True)) > {0, 5}
    assert pictures.asking().count() > 3
    client = Client()
    client.force_login(User.objects.get(pk=clerk.pk))
    for name in ("index", "sections", "priorities", "cameras", "counts", "queue", "heads", "models"):
        assert client.get(reverse(f"vision:{name}"), follow=True).status_code == 200, name
    views.load()
    assert Analysis.objects.count() == 6
