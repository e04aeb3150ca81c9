"""A procedure, its layout and cases that wait for their entry."""

from __future__ import annotations

import pytest

from yakuba.kernel.ledger import actions as ledger
from yakuba.services.corefiles.actions import layouts
from yakuba.services.corefiles.tests.examples import LAYOUT, PROCEDURE, RECEIPTS, a_case


@pytest.fixture
def procedure(in_yakuba_city, clerk):
    return ledger.load_procedure(PROCEDURE, actor=clerk)


@pytest.fixture
def layout(procedure, clerk):
    return layouts.load_layout(LAYOUT, actor=clerk)


@pytest.fixture
def cases(layout):
    """Three that can be written."""
    return [a_case(number) for number in RECEIPTS[:3]]
