"""Fixtures of the desk's tests."""

from __future__ import annotations

from typing import Any

import pytest

from yakuba.kernel.accounts.models import User
from yakuba.services.reading.actions import reader
from yakuba.services.reading.contracts import PageReading
from yakuba.services.reading.models import FormDefinition
from yakuba.services.reading.tests.desk.office import Desk, Scans, generate


@pytest.fixture(scope="session")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Scans:
    """Clean scans of one application of each procedure."""
    return generate(tmp_path_factory.mktemp("scans"))


@pytest.fixture(scope="session")
def readings() -> dict[Any, PageReading]:
    """What the engine has read in this session."""
    return {}


@pytest.fixture(autouse=True)
def _read_once(readings: dict[Any, PageReading], monkeypatch: pytest.MonkeyPatch) -> None:
    """The real engine reads each picture with each set of forms once; later tests get the same answer."""
    really = reader.read_image

    def read(content: bytes, chosen: tuple[str, int] | None = None) -> PageReading:
        forms = tuple(
            FormDefinition.objects.filter(current=True).order_by("code").values_list("code", "version")
        )
        key = (hash(content), chosen, forms)
        if key not in readings:
            readings[key] = really(content, chosen)
        return readings[key]

    monkeypatch.setattr(reader, "read_image", read)


@pytest.fixture
def desk(in_yakuba_city: Any, clerk: User, scans: Scans) -> Desk:
    """The desk with the bus pass form loaded."""
    desk = Desk(clerk, scans)
    desk.load("bus-pass")
    return desk


@pytest.fixture
def full_desk(desk: Desk) -> Desk:
    """The desk with all three forms."""
    desk.load("nursery-admission", "resident-tax-change")
    return desk
