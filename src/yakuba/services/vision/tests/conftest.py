"""A town that looks at pictures."""

from __future__ import annotations

import io

import pytest
from django.test import Client

from yakuba.services.vision import facade
from yakuba.services.vision.contracts import Purpose
from yakuba.services.vision.tests.pictures import drive


def untold(done: int, total: int, note: str) -> None:
    """Nobody listens."""


@pytest.fixture
def staff(in_yakuba_city, clerk):
    """A person of the town, signed in."""
    client = Client()
    client.force_login(clerk)
    return client


@pytest.fixture
def look(in_yakuba_city, clerk):
    """`look(purpose, files, **more)` → the analysis, looked at."""

    def work(purpose=Purpose.ROAD, files=None, title="市道", track=None, **more):
        given = [(name, io.BytesIO(content)) for name, content in (files if files is not None else drive(4))]
        held = ("track.csv", io.BytesIO(track)) if track else None
        new = facade.NewAnalysis(title, purpose, **({"nobody_seen": True} | more))
        row = facade.start(new, given, held, actor=clerk)
        facade.work(row.pk, untold)
        row.refresh_from_db()
        return row

    return work
