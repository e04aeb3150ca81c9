"""Nobody is shown a link, a button or a picture that would be refused: every page of the house, as each demo role."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import resolve, reverse
from test_access import PAGES
from test_browser_pages import trouble
from town_objects import TownObjects

from yakuba.demo import town
from yakuba.kernel.accounts import allowed
from yakuba.kernel.accounts.models import Role, User
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.registry import permission_names
from yakuba.kernel.ui import doors

ROLES = ("madoguchi", "robot", "kacho", "kanri", "tonari")
MOST = 2_000  # addresses; the demo town has far fewer
ALIKE = 2  # pages of one kind that are opened in `make test`: a phrase, a page of the manual, a case; all of them in full
FOR_ALL = (
    "/manual/",
    "/ask/",
    "/apply/",
    "/login/",
    "/signin/",
    "/health/",
)  # look the same whatever one may do


class Targets(HTMLParser):
    """Where a page leads: links and pictures, and the forms that change something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.sent: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "get").lower() == "post":
            self.sent.append(given.get("action", ""))
        for name in ("href", "src", "hx-get", "formaction"):
            if given.get(name) and tag not in ("script", "link"):
                self.opened.append(given[name])


def refused(
    username: str,
    objects: TownObjects,
    without: Callable[[str], bool] = lambda url: False,
    alike: int = ALIKE,
) -> Iterator[str]:
    """What a person is shown and may not open, each with the page that shows it; pages of `without` are not opened, and of
    those with one view and one set of arguments at most `alike`."""
    client, person = Client(raise_request_exception=False), town.user(username)
    client.force_login(person)
    starts = [page.url(objects) for page in PAGES if page.name != "logout"]
    with town.in_yakuba_city():
        starts = [
            url for url in starts if doors.may_open(person, url)
        ]  # what else is refused, test_access shows
    waiting = deque((url, "") for url in ["/", *starts])  # the latter may be refused: nobody shows them
    seen: set[tuple[str, ...]] = set()
    opened: Counter[tuple[str, ...]] = Counter()
    while waiting and len(seen) < MOST:
        url, shown_on = waiting.popleft()
        asked = sorted(parse_qs(urlsplit(url).query))
        kind = (urlsplit(url).path, *asked)  # a list sorted otherwise is the same
        view = resolve(urlsplit(url).path).route
        if without(url) or opened[view] >= alike or (kind in seen and (shown_on or url != "/")):
            continue
        answer = client.get(url, follow=True)
        if not shown_on and answer.status_code != 200:
            continue  # a link to it that is found later is tried again
        seen.add(kind)
        opened[view] += 1
        if answer.status_code not in (200, 405):
            yield f"{answer.status_code} {url} on {shown_on}"
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        here = answer.redirect_chain[-1][0] if answer.redirect_chain else url
        targets = Targets(answer.content.decode())
        waiting.extend((full, here) for link in targets.opened if (full := _address(here, link)))
        for action in targets.sent:
            if not _may_send(person, _address(here, action) or here):
                yield f"send {action} on {here}"
    assert len(seen) < MOST


def _address(here: str, link: str) -> str:
    """The address within the house, without its fragment; empty for another place."""
    full = urlsplit(urljoin(here, link))
    if full.netloc or full.scheme or full.path.startswith("/static/"):
        return ""
    return full._replace(fragment="").geturl()


def _may_send(person: object, url: str) -> bool:
    permission = getattr(resolve(urlsplit(url).path).func, "yakuba_permission", None)
    with town.in_yakuba_city() as city:
        return permission is None or person.municipality_id != city.pk or allowed(person, permission)


def _is_slow_to_write(url: str) -> bool:
    """Whether it is a list as another file than CSV, which asks for the same and takes ten times as long."""
    return parse_qs(urlsplit(url).query).get("form", ["utf-8"]) != ["utf-8"]


def _asks_for_nothing(url: str) -> bool:
    """Whether everybody who is logged in may open it, and it is not the home page; or it is slow."""
    match = resolve(urlsplit(url).path)
    return _is_slow_to_write(url) or (url != "/" and getattr(match.func, "yakuba_permission", None) is None)


def _newcomer(permission: str) -> None:
    """With the permission to look at its room, without which no role has another of that room."""
    wanted = {permission, f"{permission.partition('.')[0]}.view"} & permission_names()
    with town.in_yakuba_city() as city:
        person = User.objects.create_user("newcomer", municipality=city)
        person.roles.add(Role.objects.create(name="はじめの人", permissions=sorted(wanted)))


@pytest.mark.slow
@pytest.mark.timeout(3600)  # a guard against hanging; a busy machine takes its time
@pytest.mark.parametrize("username", ROLES)
def test_no_link_is_shown_that_would_be_refused_when_things_have_gone_wrong(objects, username):
    trouble()
    assert list(refused(username, objects, _is_slow_to_write)) == []


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("gone_wrong", [False, True])
@pytest.mark.parametrize("username", ROLES)
def test_no_link_is_shown_that_would_be_refused(objects, username, gone_wrong):
    if gone_wrong:
        trouble()
    assert list(refused(username, objects, alike=MOST)) == []


@pytest.mark.timeout(3600)
def test_a_newcomer_without_any_permission_is_shown_only_what_opens(objects):
    _newcomer("")
    assert list(refused("newcomer", objects, lambda url: url.startswith(FOR_ALL))) == []


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("permission", sorted(permission_names()))
def test_a_newcomer_with_one_permission_is_shown_on_its_pages_only_what_opens(objects, permission):
    """On the pages that ask for it; on what everybody may open, where all permissions are there (`full`)."""
    _newcomer(permission)
    assert list(refused("newcomer", objects, _asks_for_nothing)) == []


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("permission", sorted(permission_names()))
def test_a_newcomer_with_one_permission_is_shown_everywhere_only_what_opens(objects, permission):
    _newcomer(permission)
    assert list(refused("newcomer", objects, lambda url: url.startswith(FOR_ALL), MOST)) == []


@pytest.mark.parametrize("username", ROLES)
def test_the_page_of_a_case_shows_in_every_state_only_what_opens(objects, username):
    client, person = Client(), town.user(username)
    client.force_login(person)
    url = reverse("ledger:case", args=[objects.arguments["case_id"]])
    for status in Status:
        with town.in_yakuba_city():
            Case.objects.update(status=status)
        answer = client.get(url)
        if username == "tonari":
            assert answer.status_code == 404
            continue
        targets = Targets(answer.content.decode())
        shown = [_address(url, target) for target in [*targets.opened, *targets.sent] if target]
        assert [one for one in shown if one and not _may_send(person, one)] == [], status


def test_the_walk_sees_what_is_refused(objects, monkeypatch):
    monkeypatch.setattr("yakuba.kernel.ui.templatetags.yakuba.may_open", lambda user, url: True)
    assert doors.may_open(town.user("kacho"), "/reading/upload/") is False
    assert next(refused("kacho", objects), None)
