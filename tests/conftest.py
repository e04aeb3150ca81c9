"""What the browser tests of the house share: a live server with the demo town, and Chromium."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.db import connections, transaction
from playwright.sync_api import Browser, sync_playwright
from town_objects import TownObjects, load_objects

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def loaded_objects(django_db_setup: None, django_db_blocker: Any) -> Iterator[TownObjects]:
    """The demo town with one object of every kind, made once for all tests of a module: each of them, with `db`, is taken
    back to here. Not for a module whose tests commit."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load_objects()
        transaction.set_rollback(True)


@pytest.fixture
def objects(loaded_objects: TownObjects, db: None) -> TownObjects:
    """The same, for one test."""
    return loaded_objects


class OneAtATime:
    """A WSGI application that answers one request after the other.

    SQLite in memory has one connection for all threads, and the requests of one page come at the same time:
    the transactions of two would mix.
    """

    def __init__(self, application: Callable[..., Iterable[bytes]], turn: threading.Lock) -> None:
        self._application = application
        self._turn = turn

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        with self._turn:
            answer = self._application(environ, start_response)
            try:
                return [b"".join(answer)]
            finally:
                if hasattr(answer, "close"):
                    answer.close()


@pytest.fixture(scope="session")
def turn() -> threading.Lock:
    """Whose turn it is at the database: the house's, or the test's own while it holds the lock."""
    return threading.Lock()


@pytest.fixture
def house(live_server, turn) -> str:
    """Address of the running house, on the test's database."""
    if connections["default"].vendor == "sqlite":
        server = live_server.thread.httpd
        if not isinstance(server.get_app(), OneAtATime):
            server.set_app(OneAtATime(server.get_app(), turn))
    return live_server.url


@pytest.fixture
def chromium_flags() -> tuple[str, ...]:
    """For a test that starts a browser of its own."""
    return CHROMIUM_FLAGS


@pytest.fixture
def browser(house, monkeypatch) -> Iterator[Browser]:
    """Debian's Chromium. It is closed before the test's database is emptied."""
    # Playwright keeps an event loop in this thread; the test's own look into the database is no coroutine.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()
