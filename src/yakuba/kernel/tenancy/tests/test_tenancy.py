"""A query without an active municipality is refused; one municipality never sees another's rows."""

import pytest

from yakuba.kernel.tenancy import NoActiveMunicipality, active_municipality
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
