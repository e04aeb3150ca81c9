"""The demo's group shows something on every page."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from yakuba.demo import bodies, together, town, work
from yakuba.kernel.accounts import proof
from yakuba.kernel.registry import permission_names
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.sharing.models import Bill, Case, CostGroup, ReceivedBill, RegisterEntry
from yakuba.services.sharing.queries import definitions


def test_the_demos_group_shares_its_costs(in_yakuba_city, clerk, neighbour, monkeypatch, make_staff):
    other = proof.give_for_good(make_staff(in_yakuba_city, *permission_names()))
    people = {"kanri": other, "tonari": neighbour}
    monkeypatch.setattr(town, "user", lambda name: people.get(name, clerk))
    work.load()
    bodies.load()
    together.load()
    group = CostGroup.objects.get()
    assert Bill.objects.filter(closing__group=group).count() == 10
    with active_municipality(neighbour.municipality):
        assert ReceivedBill.objects.count() == 2
    client = Client()
    client.force_login(clerk)
    shown = client.get(reverse("sharing:month", args=[group.pk])).content.decode()
    assert "6月分の締めを起案する" in shown
    for name in ("prices", "compare", "grants", "registers", "due", "advisors", "requests", "cases", "usage"):
        assert client.get(reverse(f"sharing:{name}"), follow=True).status_code == 200
    assert {one.kind for one in RegisterEntry.objects.all()} == {one.code for one in definitions.kinds()}
    assert Case.objects.exclude(published_at=None).count() == 1
    together.load()
    assert CostGroup.objects.count() == 1
