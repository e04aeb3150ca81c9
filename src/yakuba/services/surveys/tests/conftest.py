"""A survey that is out, and two people."""

from __future__ import annotations

import pytest
from django.test import Client

from yakuba.services.surveys.tests import examples


@pytest.fixture
def edition(in_yakuba_city, clerk):
    return examples.opened(clerk)


@pytest.fixture
def page(in_yakuba_city, clerk):
    client = Client()
    client.force_login(clerk)
    return client


@pytest.fixture
def chief(make_staff, yakuba_city, clerk):
    from yakuba.kernel.registry import permission_names

    return make_staff(yakuba_city, *permission_names())
