"""Every page and every API operation, tried by a stranger, by a person without a role, and by the neighbour.

The list of addresses is taken from the running house, so a new one is tried without anybody thinking of it;
one whose arguments are not known here fails the test until `town_objects` has an example.
"""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import access_table
import pytest
import typer
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from town_objects import RECEIPT_NUMBER, SECRET_WORD, TownObjects
from typer.models import OptionInfo
from typer.testing import CliRunner

from yakuba.config.command import build
from yakuba.config.serving.door import PUBLIC
from yakuba.demo import town
from yakuba.kernel.accounts import proof
from yakuba.kernel.accounts.models import ApiToken, User
from yakuba.kernel.api.routes import build_api
from yakuba.kernel.operations import Operation, all_operations
from yakuba.kernel.operations.spelling import option_of, parameter_of
from yakuba.kernel.registry import permission_names
from yakuba.kernel.signin.tests.signing import give_phone
from yakuba.kernel.support import actions as support
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality

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
DRAFTS = {"page", "files", "check", "send", "done", "paper", "save", "forget"}
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
OPEN_TO_ALL |= OPEN_DATA
# The same of published results of surveys.
SURVEY_RESULTS = {
    f"survey_results:{name}" for name in ("index", "schema", "edition", "question", "card", "json", "table")
}
OPEN_TO_ALL |= SURVEY_RESULTS
NOT_THERE_YET = (
    (PUBLISHED - {"records:index"})
    | SURVEY_RESULTS
    | {
        "ask:window",
        "ask:entry",
        *(
            f"effects:{name}" for name in ("index", "json", "schema", "csv", "csv_shift_jis")
        ),  # the town has not opened them
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


SHOWS_THE_OWN = {"search find"}  # only what the person may see

# --- the API ------------------------------------------------------------------------------------------------


def operations() -> list[tuple[str, str]]:
    """`(method, path template)` of every operation, from the API's own description."""
    description = build_api().get_openapi_schema()
    return [(method, path) for path, entry in sorted(description["paths"].items()) for method in entry]


def call(token: str, method: str, path: str, objects: TownObjects):
    url = re.sub(r"{(\w+)}", lambda match: str(objects.arguments[match.group(1)]), path)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    client = Client(raise_request_exception=False)
    if method == "get":
        return client.get(url, headers=headers)
    body = {"value": "x", "reason": "x", "text": "x", "slot": "x", "procedure": "bus-pass", "first_row": 1}
    body["decision"] = "again"
    return getattr(client, method)(url, json.dumps(body), content_type="application/json", headers=headers)


def token_for(user: User, scopes: list[str]) -> str:
    return ApiToken.issue(user, "試験", scopes, proved=True)[1]


@pytest.mark.sqlite
def test_the_api_refuses_strangers_and_weak_tokens(objects, roleless):
    weak = token_for(town.user("kanri"), [])
    hollow = token_for(roleless, sorted(permission_names()))
    assert len(operations()) >= 15
    for method, path in operations():
        for token, status in (("", {401}), ("nonsense", {401}), (weak, {403}), (hollow, {403})):
            with log_lines() as told:
                answer = call(token, method, path, objects)
            assert answer.status_code in status, (method, path, answer.status_code)
            assert len(told) == 1, (method, path, told)
            assert answer["Content-Type"].startswith("application/problem+json"), (method, path)


@pytest.mark.sqlite
def test_every_declared_operation_asks_for_its_own_permission(objects, make_staff):
    everything = sorted(permission_names())
    kanri = town.user("kanri")
    with town.in_yakuba_city() as municipality:
        for operation in [one for one in all_operations() if one.route]:
            others = [name for name in everything if name != operation.permission]
            lacking = make_staff(municipality, *others)
            path = f"/api/v1/{operation.room}/{operation.path}"
            method = operation.method.lower()
            for user, scopes in ((kanri, others), (lacking, everything)):
                answer = call(token_for(user, scopes), method, path, objects)
                assert answer.status_code == 403, (operation.name, answer.status_code)
            with pytest.raises(PermissionDenied):
                operation(lacking)


def test_the_api_offers_what_is_declared_and_nothing_else():
    declared = {
        (one.method.lower(), f"/api/v1/{one.room}/{one.path}") for one in all_operations() if one.route
    }
    assert set(operations()) == declared


def words_of(operation: Operation, objects: TownObjects) -> list[str]:
    """The verb with something for all that it needs; nothing of it is read before it is asked who may."""
    words = [operation.room, *operation.command.split()]
    for name, field in operation.arguments.model_fields.items():
        if not field.is_required():
            continue
        parameter = parameter_of(name, field)
        kind = parameter.annotation
        example = objects.arguments.get(name, {int: 1, bool: True}.get(kind, "x"))
        if isinstance(kind, type) and issubclass(kind, Enum):
            example = next(iter(kind)).value
        example = "2027-04-01" if kind is datetime else str(example)
        option = isinstance(parameter.default, OptionInfo)
        words += [option_of(name, field), example] if option else [example]
    return [*words, "--out", "x"] if operation.answer.media_type else words


@pytest.mark.sqlite
def test_every_declared_command_asks_for_its_own_permission(objects, make_staff):
    everything = sorted(permission_names())
    house = build()
    with town.in_yakuba_city() as municipality:
        for operation in [one for one in all_operations() if one.command]:
            words = words_of(operation, objects)
            others = [name for name in everything if name != operation.permission]
            lacking = make_staff(municipality, *others)
            done = CliRunner().invoke(house, [*words, "--user", lacking.username])
            assert (done.exit_code, operation.permission in done.stderr) == (3, True), (words, done.output)
            if operation.needs_person:
                assert CliRunner().invoke(house, words).exit_code == 2, words


def undeclared() -> list[tuple[tuple[str, ...], Any]]:
    """The commands beside the declared operations in which somebody acts with a name."""
    house: Any = typer.main.get_command(build())
    declared = {(one.room, *one.command.split()) for one in all_operations() if one.command}
    found = [leaf for name in house.commands for leaf in access_table.leaves((name,), house.load(name))]
    return [
        (words, command)
        for words, command in found
        if words not in declared and any("--user" in one.opts for one in command.params)
    ]


def asked_of(words: tuple[str, ...], command: Any, file: Path) -> list[str]:
    """The command with something for all that it needs but who acts."""
    given = list(words)
    for one in command.params:
        if "--municipality" in one.opts:
            given += ["--municipality", town.YAKUBA_CITY[0]]
        elif one.required and "--user" not in one.opts:
            example = str(file if one.name in {"path", "file"} else 1)
            given += [example] if one.param_type_name == "argument" else [one.opts[0], example]
    return given


def test_every_other_command_asks_who_acts(objects, roleless, tmp_path):
    """By name: with a right that the person has, and not at all for who has left, never was, or is of another town."""
    file = tmp_path / "file.yaml"
    file.write_text("x: 1\n", encoding="utf-8")
    User.objects.create_user("gone", municipality=roleless.municipality, is_active=False)
    names = ("roleless", "gone", "nobody", "tonari")
    let_in = set()
    for words, command in undeclared():
        given = asked_of(words, command, file)
        codes = {name: CliRunner().invoke(build(), [*given, "--user", name]).exit_code for name in names}
        strangers = {"gone", "nobody"} | ({"tonari"} if "--municipality" in given else set())
        assert {codes[name] for name in strangers} == {2}, (words, codes)
        if codes["roleless"] != 3:
            let_in.add(" ".join(words))
    assert let_in == SHOWS_THE_OWN


def test_the_apis_description_is_for_who_is_known(objects, roleless):
    address = "/api/v1/openapi.json"
    token = {"Authorization": f"Bearer {token_for(roleless, [])}"}
    assert Client().get(address).status_code == 401
    assert Client().get(address, headers={"Authorization": "Bearer nonsense"}).status_code == 401
    assert Client().get(address, headers=token).json()["paths"]
    assert logged_in(roleless).get(address).json()["paths"]


def test_no_answer_for_programs_is_kept_either(objects):
    client = logged_in(town.user("kanri"))
    token = token_for(town.user("kanri"), sorted(permission_names()))
    answers = [client.get(page.url(objects)) for page in PAGES if page.name in FOR_PROGRAMS]
    answers += [call(token, method, path, objects) for method, path in operations() if method == "get"]
    for answer in answers:
        assert "no-store" in answer["Cache-Control"], answer.request["PATH_INFO"]


def test_a_refusal_names_its_address_in_the_log(objects, roleless):
    with log_lines() as told:
        assert logged_in(roleless).get("/cases/").status_code == 403
    assert "Forbidden (Permission denied): /cases/" in told[0]


def test_the_neighbours_token_reaches_nothing_of_the_city(objects):
    token = token_for(town.user("tonari"), sorted(permission_names()))
    for method, path in operations():
        answer = call(token, method, path, objects)
        if "{" in path:
            assert answer.status_code in {404, 422}, (method, path, answer.status_code)
        text = answer.content.decode()
        assert SECRET_WORD not in text, path
        assert RECEIPT_NUMBER not in text, path


def test_a_token_ends_with_its_user(objects):
    user = town.user("kanri")
    token = token_for(user, ["reform.view"])
    assert call(token, "get", "/api/v1/reform/effects", objects).status_code == 200
    user.is_active = False
    user.save()
    assert call(token, "get", "/api/v1/reform/effects", objects).status_code == 401


def test_a_person_moved_to_another_town_loses_the_old_one(objects):
    user = town.user("madoguchi")
    neighbour = Municipality.objects.get(code=town.NEIGHBOUR_TOWN[0])
    user.municipality = neighbour
    user.save()
    answer = logged_in(user).get(reverse("reading:batches"))
    assert answer.status_code == 403, "the roles of the old town give nothing in the new one"
    with active_municipality(neighbour):
        assert not user.roles.filter(municipality=neighbour).exists()
