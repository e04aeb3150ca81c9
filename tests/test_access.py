"""Every page and every API operation, tried by a stranger, by a person without a role, and by the neighbour.

The list of addresses is taken from the running house, so a new one is tried without anybody thinking of it;
one whose arguments are not known here fails the test until `town_objects` has an example.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import access_table
import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from town_objects import RECEIPT_NUMBER, SECRET_WORD, TownObjects

from yakuba.config.serving.door import PUBLIC
from yakuba.demo import town
from yakuba.kernel.accounts import proof
from yakuba.kernel.accounts.models import User
from yakuba.kernel.signin.tests.signing import give_phone
from yakuba.kernel.support import actions as support
from yakuba.kernel.tenancy import active_municipality

# The second step sends whoever has given no password to the first; an invitation opens by its own code; a passkey
# and the town's directory say who it is.
OPEN_TO_ALL = {"login", "logout", "login-second", "login-passkey", "invitation"}
# Programs ask these: strangers hear one word of the health, and that there are no figures.
FOR_PROGRAMS = {"health", "health-live", "health-ready", "metrics"}
OPEN_TO_ALL |= FOR_PROGRAMS
OPEN_TO_ALL |= {"login-directory", "login-directory-back"}
# Residents ask without a login; what they may see is tried in the room's own tests.
OPEN_TO_ALL |= {f"ask:{name}" for name in ("page", "window", "choose", "rate", "entry", "kiosk")}
# A guest at the counter, by the key of the talk that goes on.
OPEN_TO_ALL |= {"guest:screen"}
# Residents apply without a login; a draft opens to the browser that has it, tried in the room's own tests.
APPLYING = {"index", "start", "resume", "status", "reply", "withdraw", "status-paper"}
DRAFTS = {"page", "files", "check", "send", "done", "paper", "save", "forget", "who", "who-person"}
OPEN_TO_ALL |= {f"apply:{name}" for name in APPLYING | DRAFTS}
# A tablet at the counter, by the key of what it shows, once.
OPEN_TO_ALL |= {"tablet:sign"}
# Whoever waits: the display, a machine by its key, a ticket by its own.
OPEN_TO_ALL |= {"tickets:display", "tickets:machine", "tickets:ticket"}
# The navigator tells what a town has published and keeps nothing.
OPEN_TO_ALL |= {f"guide:{name}" for name in ("index", "event", "calendar", "begin")}
# Published minutes are read by everybody, and nothing is sent there; what they may not show is tried in the room's tests.
PUBLISHED = {f"records:{name}" for name in ("index", "one", "file")}
OPEN_TO_ALL |= PUBLISHED
# The published register of effects is open data; what it may not show is tried in the room's tests.
OPEN_DATA = {f"effects:{name}" for name in ("index", "json", "schema", "csv", "csv_shift_jis")}
# Open data of sensors, too.
SENSED = {f"opendata:{name}" for name in ("index", "catalogue", "one", "csv", "geojson")}
# What a link with a secret opens, until it ends; that it opens nothing else is tried in the rooms' tests.
LINKED = {f"shared_survey:{name}" for name in ("page", "picture", "file")} | {"field_advice:page"}
OPEN_DATA |= SENSED | LINKED | {"levels:page"}
OPEN_TO_ALL |= OPEN_DATA
# The other installation of a town, by its signature; an installation that is the whole service has no such page.
OPEN_TO_ALL |= {"exchange:line"}
# The same of published results of surveys.
SURVEY_RESULTS = {
    f"survey_results:{name}" for name in ("index", "schema", "edition", "question", "card", "json", "table")
}
OPEN_TO_ALL |= SURVEY_RESULTS
# Residents report without a login, and read what was released; what they may not see is tried in the room's own tests.
REPORTS = {
    f"report:{name}"
    for name in ("index", "send", "join", "worker", "app", "status", "reopen", "map", "places", "photo")
}
GEOREPORT = {
    f"open311:{name}" for name in ("discovery", "services", "service", "requests", "request", "token")
}
OPEN_TO_ALL |= REPORTS | GEOREPORT
NOT_THERE_YET = (
    REPORTS  # the town has not opened them
    | GEOREPORT
    | (PUBLISHED - {"records:index"})
    | SURVEY_RESULTS
    | {
        "ask:window",
        "ask:entry",
        *(
            f"effects:{name}" for name in ("index", "json", "schema", "csv", "csv_shift_jis")
        ),  # the town has not opened them
        *SENSED,
        *LINKED,
        "levels:page",
        "exchange:line",
        "guide:event",
        "guide:calendar",
        "tablet:sign",
        "tickets:display",
        "tickets:machine",
        "tickets:ticket",
        *(f"apply:{name}" for name in DRAFTS - {"forget"}),
    }
)  # a page that a town has not opened, an answer that is not published
# Home and search show only what the person may see; the manual tells nothing of anybody.
OPEN_TO_STAFF = {"home", "search", "own-password", "manual", "manual-page", "manual-picture"}
# One's own second factor: every member of staff has the pages, each sees the own alone.
OPEN_TO_STAFF |= {
    f"signin:{name}"
    for name in (
        "own",
        "proof",
        "phone",
        "phone-begin",
        "phone-remove",
        "passkey-new",
        "passkey-remove",
        "codes",
        "sessions",
        "sessions-end",
        "session-end",
    )
}
# An operator's own: where towns let that person look, which for anybody else is nowhere.
OPEN_TO_STAFF |= {"support:visits", "support:enter", "support:leave"}
OF_NO_TOWN = {
    "letters:kind",
    "letters:beginning",
    "cityhub:device_table",
    "cityhub:enter_disaster",
    "cityhub:load_disaster",
    "claims:load_table",
    "sharing:grant",
    "sharing:register",
    "sharing:new_entry",
    "sharing:load_entries",
    "sharing:print_register",
}  # their argument is a name that rooms declare, the same everywhere
# These ask for the right of the thing that is named, which no decorator knows; tried below as all others are.
ASKS_ITSELF = {
    "answers:answer",
    "answers:publication",
    "minutes:answer",
    "minutes:publication",
    "approvals:answer",
    "approvals:approval",
    "approvals:dismiss",
    "approvals:waiting",
    "retention:answer",
    "retention:shredding",
    "work-cancel",
    "work-retry",
}
METHODS = ("get", "post")
FRAGMENT = {"HX-Request": "true"}  # as a page asks for a part of itself


@dataclass(frozen=True)
class Address:
    """A named page and the arguments that it takes."""

    name: str
    arguments: tuple[str, ...]

    def url(self, objects: TownObjects) -> str:
        """The address of やくば市's object."""
        return reverse(self.name, kwargs={key: objects.arguments[key] for key in self.arguments})


def pages(
    resolver: URLResolver | None = None, namespace: str = "", above: tuple[str, ...] = ()
) -> list[Address]:
    """All named addresses but the API's."""
    found: list[Address] = []
    for entry in (resolver or get_resolver()).url_patterns:
        arguments = (*above, *entry.pattern.regex.groupindex)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            if entry.namespace != "api":
                found += pages(entry, inner, arguments)
        elif isinstance(entry, URLPattern) and entry.name:
            found.append(Address(f"{namespace}{entry.name}", arguments))
    return found


PAGES = sorted(pages(), key=lambda page: page.name)
GUARDED = [page for page in PAGES if page.name not in OPEN_TO_ALL | OPEN_TO_STAFF]
WITH_OBJECT = [page for page in GUARDED if page.arguments and page.name not in OF_NO_TOWN]
LISTS = [
    page for page in PAGES if (not page.arguments or page.name in OF_NO_TOWN) and page.name not in OPEN_TO_ALL
]


def logged_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


@contextmanager
def log_lines() -> Iterator[list[str]]:
    """What the log's own handler writes meanwhile, line by line, there when the block has ended."""
    (handler,) = [one for one in logging.getLogger().handlers if type(one) is logging.StreamHandler]
    told, lines = io.StringIO(), []
    before = handler.setStream(told)
    try:
        yield lines
    finally:
        handler.setStream(before)
        lines += told.getvalue().splitlines()


@pytest.fixture
def roleless(objects):
    with town.in_yakuba_city() as municipality:
        return User.objects.create_user("roleless", municipality=municipality)


def test_the_walk_sees_the_whole_house():
    rooms = {page.name.partition(":")[0] for page in PAGES}
    assert {"reading", "robots", "reform", "ledger", "home"} <= rooms
    assert len(GUARDED) >= 40


def test_the_table_is_what_the_house_is():
    """A new page, API route or command, or another permission: `.venv/bin/python scripts/write_access_table.py`, and
    look at the diff."""
    kept = access_table.KEPT.read_text(encoding="utf-8").splitlines()
    now = access_table.lines()
    assert [one for one in now if one not in kept] == [], "not in tests/access_table.txt"
    assert [one for one in kept if one not in now] == [], "only in tests/access_table.txt"
    assert [one for one in now if "(no name)" in one] == [], "what has no name is tried by nobody"


def test_what_asks_for_no_permission_is_named_here():
    kinds = {line.split()[0]: set() for line in access_table.lines()}
    for line in access_table.lines():
        if line.endswith(f"  {access_table.OPEN}"):
            kinds[line.split()[0]].add(line.split()[1])
    assert kinds == {"page": OPEN_TO_ALL | OPEN_TO_STAFF | ASKS_ITSELF, "api": set(), "command": set()}


def test_every_page_works_for_who_may_and_no_browser_keeps_it(objects):
    client = logged_in(town.user("kanri"))
    for page in PAGES:
        if page.name in {"logout", *FOR_PROGRAMS}:
            continue
        answer = client.get(page.url(objects))
        assert "no-store" in answer["Cache-Control"], page.name
        if page.name in NOT_THERE_YET:
            assert answer.status_code == 404, page.name
            continue
        # 409: a page that says why there is nothing to take yet
        assert answer.status_code in {200, 302, 405, 409}, f"{page.name}: {answer.status_code}"


@pytest.mark.slow
def test_the_front_door_reads_a_strangers_form_where_a_stranger_may_send_one(objects):
    """`config.serving.door` asks for the address alone."""
    ways_in = [
        page
        for page in PAGES
        if page.name in OPEN_TO_ALL - FOR_PROGRAMS - PUBLISHED - OPEN_DATA - SURVEY_RESULTS - {"logout"}
    ]
    assert [one.name for one in ways_in if not one.url(objects).startswith((reverse("login"), *PUBLIC))] == []


@pytest.mark.sqlite
def test_a_stranger_is_sent_to_the_login_page(objects):
    for page in [page for page in PAGES if page.name not in OPEN_TO_ALL]:
        for method in METHODS:
            answer = getattr(Client(), method)(page.url(objects))
            to_login = (answer.status_code, answer.get("Location", "")[:7]) == (302, "/login/")
            assert to_login or (method, answer.status_code) == ("get", 405), (method, page.name)


@pytest.mark.slow
def test_a_fragment_is_as_closed_as_its_page(objects, roleless):
    stranger, within, neighbour = Client(), logged_in(roleless), logged_in(town.user("tonari"))
    for page in GUARDED:
        url = page.url(objects)
        assert stranger.get(url, headers=FRAGMENT).status_code in {302, 405}, page.name
        assert within.get(url, headers=FRAGMENT).status_code in {403, 405}, page.name
        if page in WITH_OBJECT:
            answer = neighbour.get(url, headers=FRAGMENT)
            told = answer.status_code == 200 and "notice--error" in text_of(answer)  # a refusal in its place
            assert told or answer.status_code in {403, 404, 405}, page.name
            assert SECRET_WORD not in text_of(answer), page.name


@pytest.mark.sqlite
def test_a_person_without_a_role_is_refused_everywhere(objects, roleless):
    client = logged_in(roleless)
    for page in GUARDED:
        for method in METHODS:
            with log_lines() as told:
                status = getattr(client, method)(page.url(objects)).status_code
            assert status == 403 or (method, status) == ("get", 405), (method, page.name, status)
            assert len(told) == 1, (method, page.name, told)  # what is refused is no error with a traceback


@pytest.mark.sqlite
def test_the_neighbour_reaches_no_object_of_the_city(objects):
    client = logged_in(town.user("tonari"))
    for page in WITH_OBJECT:
        for method in METHODS:
            answer = getattr(client, method)(page.url(objects))
            assert answer.status_code in {403, 404, 405}, (method, page.name, answer.status_code)


def text_of(answer) -> str:
    return b"".join(answer).decode(errors="replace")


@pytest.mark.slow
def test_the_neighbours_lists_show_nothing_of_the_city(objects):
    client = logged_in(town.user("tonari"))
    owner, wanted = logged_in(town.user("kanri")), {SECRET_WORD, RECEIPT_NUMBER}
    for page in LISTS:
        wanted -= {word for word in wanted if word in text_of(owner.get(page.url(objects), follow=True))}
        if not wanted:
            break
    assert not wanted
    for page in LISTS:
        text = text_of(client.get(page.url(objects), follow=True))
        assert SECRET_WORD not in text, page.name
        assert RECEIPT_NUMBER not in text, page.name
        assert "やくば市" not in text, page.name


@pytest.mark.slow
def test_what_the_neighbour_tried_changed_nothing(objects):
    from yakuba.kernel.ledger.models import Case
    from yakuba.services.robots.models import Row

    client = logged_in(town.user("tonari"))
    for page in WITH_OBJECT:
        client.post(page.url(objects), {"value": "乗っ取り", "reason": "乗っ取り", "decision": "withdraw"})
    with town.in_yakuba_city():
        assert Case.objects.get(pk=objects.arguments["case_id"]).status == "entering"
        assert Row.objects.get(pk=objects.arguments["row_id"]).state == "waiting"


# --- the operator of a shared installation -----------------------------------------------------------------


def visiting(with_cases: bool) -> Client:
    """となり町's administrator as an operator whom やくば市 lets look."""
    operator = town.user("tonari")
    with active_municipality(operator.municipality):
        support.name_operator(operator)
    give_phone(operator)
    with town.in_yakuba_city():
        kanri = proof.give_for_good(town.user("kanri"))
        grant = support.allow(operator, "試験", timedelta(hours=1), with_cases=with_cases, actor=kanri)
    client = logged_in(operator)
    assert client.post(reverse("support:enter", args=[grant.pk])).status_code == 302
    return client


SEEN_BY_SUPPORT = {
    "home",
    "manual",
    "manual-page",
    "manual-picture",
    "administration:checks",
    "administration:models",
    "administration:settings",
    "administration:storage",
    "reform:bodies",
    "reform:effects",
    "reform:entry",
    "reform:indicator",
    "reform:indicators",
    "reform:procedure",
    "reform:promises",
    "reform:register",
}
CASES_SEEN_BY_SUPPORT = SEEN_BY_SUPPORT | {"administration:jobs", "ledger:case", "ledger:cases"}


@pytest.mark.slow
@pytest.mark.parametrize(("with_cases", "seen"), [(False, SEEN_BY_SUPPORT), (True, CASES_SEEN_BY_SUPPORT)])
def test_the_operator_sees_what_is_listed_here_and_does_nothing(objects, with_cases, seen):
    client, found = visiting(with_cases), set()
    for page in PAGES:
        if page.name in {"logout", "support:leave"}:
            continue
        url = page.url(objects)
        answer = client.get(url)
        if answer.get("Location", "").startswith(f"{url}?"):  # a list, to what was seen of it last
            answer = client.get(answer["Location"])
        if answer.status_code == 200:
            found.add(page.name)
            assert "attachment" not in answer.get("Content-Disposition", ""), page.name
            assert with_cases or RECEIPT_NUMBER not in text_of(answer), page.name
        if with_cases:  # who sees no cases does no more than who does
            assert client.post(url).status_code in {302, 403}, page.name
    assert found == seen


# --- the API ------------------------------------------------------------------------------------------------
