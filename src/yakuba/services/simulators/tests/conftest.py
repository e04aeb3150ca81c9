"""What the room's tests share."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.fixture
def page(in_yakuba_city, clerk):
    client = Client()
    client.force_login(clerk)
    return client
