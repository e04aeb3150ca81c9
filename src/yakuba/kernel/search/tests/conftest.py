"""The index of the tests' own source."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from yakuba.kernel.registry import SearchSource, rooms
from yakuba.kernel.search.tests.source import HERE, NAME, changes, lying


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of the source, which a manifest seems to declare; no other is there, so that nothing indexes the manual."""
    declared = SearchSource(
        NAME, "試験", keys=f"{HERE}:keys", entries=f"{HERE}:entries", version=f"{HERE}:version"
    )
    known = rooms.search_sources()
    for name in list(known):
        monkeypatch.delitem(known, name)
    monkeypatch.setitem(known, NAME, declared)
    changes["version"] = "1"
    lying.clear()
    yield NAME
    lying.clear()
