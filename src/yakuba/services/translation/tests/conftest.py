"""What the tests of this room share: a handful of phrases of their own, and a clerk's browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from yakuba.services.translation.engine import phrasebook

PHRASES = Path(__file__).parent / "phrases"


@pytest.fixture
def few_phrases(monkeypatch):
    """The house has these phrases alone."""
    few = phrasebook.book(PHRASES)
    monkeypatch.setattr(phrasebook, "book", lambda: few)
    return few


@pytest.fixture
def page(few_phrases, in_yakuba_city, clerk):
    """A signed-in clerk's browser."""
    client = Client()
    client.force_login(clerk)
    return client
