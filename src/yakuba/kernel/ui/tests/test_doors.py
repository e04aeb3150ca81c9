"""Which links a person is shown is asked of each address once, and again as soon as the addresses are others."""

import re

from django.urls import URLPattern, URLResolver, get_resolver

from yakuba.kernel.ui import doors


def test_rows_of_one_kind_are_looked_up_once(clerk, in_yakuba_city):
    doors._asked.cache_clear()
    assert all(doors.may_open(clerk, f"/cases/{number}/?page=2#end") for number in range(100, 200))
    assert doors._asked.cache_info().misses == 1


def test_who_may_is_not_remembered_for_another(clerk, make_staff, yakuba_city, in_yakuba_city):
    assert doors.may_open(clerk, "/cases/1/")
    assert not doors.may_open(make_staff(yakuba_city), "/cases/1/")
    assert not doors.may_open(clerk, "/cases/1/nothing/")


def test_other_addresses_are_other_ones(clerk, in_yakuba_city, settings):
    assert doors.may_open(clerk, "/cases/1/")
    settings.ROOT_URLCONF = "yakuba.kernel.ui.tests.urls"
    assert not doors.may_open(clerk, "/cases/1/")
    assert doors.may_open(clerk, "/form/")


def test_no_address_has_a_number_as_a_word_of_its_own():
    """Then a number in the place of another leads to the same page."""
    words = [word for route in _routes(get_resolver()) for word in route.split("/")]
    assert len(words) > 500
    assert not [word for word in words if re.fullmatch(r"\d+", word)]
    converters = {found for word in words for found in re.findall(r"<(\w+):", word)}
    assert converters <= {"int", "str", "slug", "path", "uuid"}, "those take any number of so many digits"


def _routes(resolver: URLResolver, before: str = ""):
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield route
        else:
            yield from _routes(one, route)
