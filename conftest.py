"""What tests of every room share: the demo town, its neighbour, and their staff."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing

import hypothesis
import pytest
import ready_tables
from django.conf import settings

from yakuba.kernel.accounts import proof
from yakuba.kernel.accounts.models import Role, User
from yakuba.kernel.registry import permission_names
from yakuba.kernel.tenancy import active_municipality, every_municipality
from yakuba.kernel.tenancy.models import Municipality

MakeStaff = Callable[..., User]

# How fast the machine is decides nothing.
hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On a PostgreSQL server, only what asks the database: the rest says there what it said on SQLite.

    What is full has an hour where it does not say otherwise: the limit finds what hangs, and a busy machine does not.
    What shows a promise comes first: it waits for minutes, and at the end the others would wait for it.
    """
    _make_later_variants_slow(items)
    _make_the_town_once_for_a_module(items)
    items.sort(key=lambda item: item.get_closest_marker("promise") is None)
    for item in items:
        if item.get_closest_marker("full") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(3600))
    if not settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        return
    kept, left = [], []
    for item in items:
        asks = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
        (kept if asks or item.get_closest_marker("django_db") else left).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=left)


def _make_later_variants_slow(items: list[pytest.Item]) -> None:
    """Of a test marked `first(n)` the variants behind the first n."""
    met: Counter[str] = Counter()
    for item in items:
        if mark := item.get_closest_marker("first"):
            test = item.nodeid.partition("[")[0]
            met[test] += 1
            if met[test] > mark.args[0]:
                item.add_marker(pytest.mark.slow)


def _make_the_town_once_for_a_module(items: list[pytest.Item]) -> None:
    """The demo town takes seconds: its module stays in one process of the run, instead of making it in each of them."""
    for item in items:
        if "loaded_objects" in getattr(item, "fixturenames", ()) and isinstance(item, pytest.Function):
            item.add_marker(pytest.mark.xdist_group(item.module.__name__))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """Before Django makes the database of the tests: on SQLite it finds the tables there."""
    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        yield
        return
    with closing(sqlite3.connect("file:memorydb_default?mode=memory&cache=shared", uri=True)) as memory:
        ready_tables.copy(memory)
        yield


@pytest.fixture(autouse=True)
def _a_test_sees_every_town() -> Iterator[None]:
    """What a test itself makes and looks at, on PostgreSQL too. Requests, jobs and commands begin with nothing open."""
    with every_municipality("a test looks at what the house did, in every town"):
        yield


@pytest.fixture(autouse=True)
def _no_value_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which values are checked blind hangs on the house's key: a test that is not about it has none."""
    monkeypatch.setattr("yakuba.services.reading.actions.drawing.share", lambda: 0.0)


@pytest.fixture
def yakuba_city(db: None) -> Municipality:
    """やくば市."""
    return Municipality.objects.get_or_create(code="990019", defaults={"name": "やくば市"})[0]


@pytest.fixture
def neighbour_town(db: None) -> Municipality:
    """となり町."""
    return Municipality.objects.get_or_create(code="990027", defaults={"name": "となり町"})[0]


@pytest.fixture
def in_yakuba_city(yakuba_city: Municipality) -> Iterator[Municipality]:
    """やくば市 is active during the test."""
    with active_municipality(yakuba_city):
        yield yakuba_city


@pytest.fixture
def make_staff(db: None) -> MakeStaff:
    """`make_staff(municipality, *permissions)` → a user with a role of just these permissions."""

    def make(municipality: Municipality, *permissions: str) -> User:
        with active_municipality(municipality):
            with every_municipality("names are counted over all towns"):
                number = User.objects.count() + 1
            user = User.objects.create_user(
                f"staff{number}",
                password="yakuba-test-word",
                municipality=municipality,
                display_name="見本職員",
            )
            role = Role.objects.create(name=f"役割{number}", permissions=list(permissions))
            user.roles.add(role)
        return proof.give_for_good(user)

    return make


@pytest.fixture
def clerk(make_staff: MakeStaff, yakuba_city: Municipality) -> User:
    """A person of やくば市 with every permission there is."""
    return make_staff(yakuba_city, *permission_names())


@pytest.fixture
def neighbour(make_staff: MakeStaff, neighbour_town: Municipality) -> User:
    """A person of となり町 with every permission there is."""
    return make_staff(neighbour_town, *permission_names())


@pytest.fixture
def newcomer(make_staff: MakeStaff, yakuba_city: Municipality) -> User:
    """A person of やくば市 without any role."""
    return make_staff(yakuba_city)
