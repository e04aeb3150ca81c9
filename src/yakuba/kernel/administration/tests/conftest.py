"""A town with an administrator who is logged in."""

from __future__ import annotations

import pytest
from django.test import Client

from yakuba.kernel.accounts.models import User


@pytest.fixture
def admin(clerk: User) -> Client:
    client = Client()
    client.force_login(clerk)
    return client
