"""The demo's survey shows something on every page."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from yakuba.demo import bodies, surveys, town, work
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.surveys.models import Asked, Edition, Incoming
from yakuba.services.surveys.queries import results


def test_last_years_results_are_published_and_this_years_survey_is_out(
    in_yakuba_city, clerk, neighbour, monkeypatch, make_staff
):
    other = make_staff(in_yakuba_city, "reform.approve", "surveys.approve", "townsettings.change")
    people = {"kanri": other, "tonari": neighbour}
    monkeypatch.setattr(town, "user", lambda name: people.get(name, clerk))
    work.load()
    bodies.load()
    surveys.load()
    now, before = Edition.objects.order_by("-as_of")
    assert (now.state, before.state, bool(before.published_at)) == ("open", "closed", True)
    assert Asked.objects.filter(edition=now).count() == 5
    counted = results.tally_of(before, "counter")
    assert counted.groups["municipal"].share("yes", "asked").shown == "20.0%"
    assert results.tally_of(before, "staff").hidden, "two towns have fewer than ten"
    own = Incoming.objects.get(survey="digital", edition=now.code)
    assert own.last == surveys.LAST["990019"]
    assert own.parts.count() == 2
    with active_municipality(neighbour.municipality):
        assert Incoming.objects.get(edition=now.code).parts.count() == 1
    shown = Client().get(reverse("survey_results:index", args=["990019"])).content.decode()
    assert "窓口のデジタル化" in shown
    surveys.load()
    assert Edition.objects.count() == 2
