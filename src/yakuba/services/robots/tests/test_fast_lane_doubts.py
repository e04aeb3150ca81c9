"""The fast lane where something was stored earlier than it should be, and a look-up does not show it yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from yakuba.services.robots.contracts import RowState
from yakuba.services.robots.tests import plain_site
from yakuba.services.robots.tests.memory import MemoryStore
from yakuba.services.robots.tests.test_fast_lane import QUICK, Bench

pytestmark = pytest.mark.browser
PATIENT = replace(QUICK, settle_seconds=4.0)


class LateSite(plain_site.PlainSite):
    """The first search for what it has stored does not show it yet. by: how the entry form is sent."""

    by = "post"

    def __post_init__(self) -> None:
        self.searched: set[str] = set()
        super().__post_init__()

    def numbers(self, receipt: str) -> list[str]:
        found = super().numbers(receipt)
        if found and receipt not in self.searched:
            self.searched.add(receipt)
            return []
        return found

    def page(self, title: str, body: str) -> str:
        return super().page(
            title, body.replace('method="post" action="/confirm', f'method="{self.by}" action="/confirm')
        )


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
    assert bench.run(store, PATIENT).counts == {RowState.ENTERED: 1}
    assert times_stored(site, store.rows[1]) == 1


def test_an_answer_that_leads_to_a_host_that_is_not_listed_is_waited_for(
    bench: Bench, site: LateSite
) -> None:
    bench.prove(plain_site.rows(1, first=900))
    site.drop_confirm = True
    site.leads = "http://169.254.169.254/done"
    store = MemoryStore(plain_site.rows(1))
    bench.run(store, PATIENT)
    bench.run(store, PATIENT)
    assert times_stored(site, store.rows[1]) == 1
    assert store.rows[1].state is RowState.ENTERED
