"""Fixtures of the robots' tests that need a database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from yakuba.services.robots.adapters.chromium import ChromiumBrowser
from yakuba.services.robots.tests.office import Office


@pytest.fixture
def office(in_yakuba_city: Any, clerk: Any) -> Office:
    """やくば市's robots, with やくば市 active."""
    return Office.open(clerk)


@pytest.fixture(scope="module")
def browser() -> Iterator[ChromiumBrowser]:
    """The robots' browser, for pages of this machine."""
    with ChromiumBrowser(["127.0.0.1"], patience=15) as one:
        yield one
