"""What the room's tests with a database share."""

from __future__ import annotations

import pytest

from yakuba.kernel.registry import permission_names
from yakuba.services.nursery.tests.desk import Desk


@pytest.fixture
def boss(make_staff, yakuba_city):
    """A second person with every permission."""
    return make_staff(yakuba_city, *permission_names())


@pytest.fixture
def desk(in_yakuba_city, clerk, boss) -> Desk:
    """The nursery desk of やくば市 with an empty round."""
    return Desk.open(clerk, boss)


@pytest.fixture
def full(desk: Desk) -> Desk:
    """Three children want the one seat of age 1 at 中央保育園; the third is out of luck everywhere."""
    desk.case("0800000101", mother_hours="160", wish_2="青葉保育園")
    desk.case("0800000202", wish_2="青葉保育園")
    desk.case("0800000303", mother_work="seeking")
    desk.take()
    return desk
