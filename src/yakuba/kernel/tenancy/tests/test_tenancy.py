"""A query without an active municipality is refused; one municipality never sees another's rows."""

import pytest
import typer
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from typer.testing import CliRunner

from yakuba.kernel.accounts.middleware import ActiveMunicipalityMiddleware
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.tenancy import (
    NoActiveMunicipality,
    active_municipality,
    current_municipality,
    every_municipality,
    municipality_or_none,
    no_municipality,
)
from yakuba.kernel.tenancy.activation import EVERY, shown
from yakuba.kernel.tenancy.models import Department


@pytest.mark.django_db
def test_without_an_active_municipality_every_query_is_refused():
    for call in (Department.objects.count, Department.objects.all, lambda: Department.objects.get(pk=1)):
        with pytest.raises(NoActiveMunicipality):
            call()
    with pytest.raises(NoActiveMunicipality):
        Department.objects.create(name="税務課")


def test_each_municipality_sees_only_its_own_rows(yakuba_city, neighbour_town):
    with active_municipality(yakuba_city):
        Department.objects.create(name="税務課")
    with active_municipality(neighbour_town):
        assert not Department.objects.exists()
        assert Department.objects.update(name="乗っ取り") == 0
        Department.objects.bulk_create([Department(name="税務課")])
    with active_municipality(yakuba_city):
        assert [row.name for row in Department.objects.all()] == ["税務課"]


def test_a_row_of_another_municipality_is_not_written_or_deleted(yakuba_city, neighbour_town):
    with active_municipality(yakuba_city):
        row = Department.objects.create(name="税務課")
    with active_municipality(neighbour_town):
        with pytest.raises(NoActiveMunicipality):
            row.save()
        with pytest.raises(NoActiveMunicipality):
            row.delete()
        with pytest.raises(NoActiveMunicipality):
            Department.objects.create(municipality=yakuba_city, name="福祉課")


def test_the_municipality_before_comes_back(yakuba_city, neighbour_town):
    with active_municipality(yakuba_city):
        with pytest.raises(ZeroDivisionError), active_municipality(neighbour_town):
            _ = 1 / 0
        Department.objects.create(name="福祉課")
    with active_municipality(yakuba_city):
        assert Department.objects.count() == 1


def test_what_the_database_may_show_follows_the_innermost_block(yakuba_city, neighbour_town):
    with no_municipality():
        assert shown() == ""
        with active_municipality(yakuba_city):
            assert shown() == str(yakuba_city.pk)
            with every_municipality("both"):
                assert shown() == EVERY
                assert current_municipality() == yakuba_city, "what is active stays so"
                with active_municipality(neighbour_town):
                    assert shown() == str(neighbour_town.pk)
                assert shown() == EVERY
            assert shown() == str(yakuba_city.pk)
        assert shown() == ""


def test_who_works_across_towns_says_why():
    with pytest.raises(ValueError, match="why"), every_municipality(""):
        pass


def test_a_request_begins_with_nothing_open(rf, yakuba_city):
    seen = []

    def page(request):
        seen.append((municipality_or_none(), shown()))
        return HttpResponse()

    request = rf.get("/")
    request.user = AnonymousUser()
    with active_municipality(yakuba_city), every_municipality("whoever asked before"):
        ActiveMunicipalityMiddleware(page)(request)
        assert shown() == EVERY
    assert seen == [(None, "")]


def test_a_command_begins_with_nothing_open(yakuba_city):
    app = verbs("")

    @app.callback()
    def group() -> None:
        pass

    @app.command()
    def tell() -> None:
        typer.echo(f"{municipality_or_none()} [{shown()}]")

    with active_municipality(yakuba_city), every_municipality("whoever asked before"):
        assert CliRunner().invoke(app, ["tell"]).output == "None []\n"
