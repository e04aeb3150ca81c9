"""Fixtures of the robots' tests that need a database."""

from __future__ import annotations

from typing import Any

import pytest

from yakuba.services.robots.tests.office import Office


@pytest.fixture
def office(in_yakuba_city: Any, clerk: Any) -> Office:
    """やくば市's robots, with やくば市 active."""
    return Office.open(clerk)
