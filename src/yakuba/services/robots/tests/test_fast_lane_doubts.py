"""The fast lane where something was stored earlier than it should be, and a look-up does not show it yet."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from yakuba.services.robots.contracts import RowState
from yakuba.services.robots.tests import plain_site
from yakuba.services.robots.tests.memory import MemoryStore
from yakuba.services.robots.tests.test_fast_lane import Bench

pytestmark = pytest.mark.browser
LAG = 0.6  # seconds until a search shows what was stored; less than a run waits for it


class LateSite(plain_site.PlainSite):
    """Shows late what it has stored. by: how the entry form is sent."""

    by = "post"

    def __post_init__(self) -> None:
        self._at: list[float] = []
        super().__post_init__()

    def numbers(self, receipt: str) -> list[str]:
        seen = sum(time.monotonic() - at > LAG for at in self._at)
        return [one for one in super().numbers(receipt) if int(one.partition("-")[2]) <= seen]

    def page(self, title: str, body: str) -> str:
        return super().page(
            title, body.replace('method="post" action="/confirm', f'method="{self.by}" action="/confirm')
        )

    def _store(self, pairs: list[tuple[str, str]]) -> str | None:
        self._at.append(time.monotonic())
        return super()._store(pairs)


@pytest.fixture
def site() -> Iterator[LateSite]:
    one = LateSite()
    yield one
    one.close()


@pytest.fixture
def bench(site: LateSite, tmp_path: Path) -> Iterator[Bench]:
    one = Bench(plain_site.scenario(), site.base, tmp_path / "egress")
    yield one
    one.way_out.close()


def times_stored(site: LateSite, row: Any) -> int:
    return sum(one["uketsuke"] == [row.receipt_number] for one in site.stored)


@pytest.mark.parametrize("by", ["post", "get"])
def test_a_confirmation_that_has_stored_already_is_waited_for(by: str, bench: Bench, site: LateSite) -> None:
    site.by = by
    bench.prove(plain_site.rows(1, first=900))
    assert bench.differences == []
    site.drop_confirm = True
    store = MemoryStore(plain_site.rows(1))
    assert bench.run(store).counts == {RowState.ENTERED: 1}
    assert times_stored(site, store.rows[0]) == 1


def test_an_answer_that_leads_to_a_host_that_is_not_listed_is_waited_for(
    bench: Bench, site: LateSite
) -> None:
    bench.prove(plain_site.rows(1, first=900))
    site.drop_confirm = True
    site.leads = "http://169.254.169.254/done"
    store = MemoryStore(plain_site.rows(1))
    bench.run(store)
    bench.run(store)
    assert times_stored(site, store.rows[0]) == 1
    assert store.rows[0].state is RowState.ENTERED
