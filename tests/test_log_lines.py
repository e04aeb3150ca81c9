"""What the log says of an error: where and of what kind, and nothing of what it stumbled over."""

import json
import logging
import sys
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from test_access import PAGES, log_lines
from town_objects import RECEIPT_NUMBER, SECRET_WORD

from yakuba.config.logs import JsonLines, RefusalsInOneLine, WithoutKeys, WithoutWords
from yakuba.demo import town
from yakuba.kernel.jobs import enqueue, execution, registry
from yakuba.kernel.ledger.models import CaseValue

ADDRESS = "やくば市隠里町9丁目8番7号"
NAME, NUMBER = "隠里花子", "123456789018"


@pytest.fixture
def record():
    try:
        int(ADDRESS)
    except ValueError:
        told = sys.exc_info()
    return logging.LogRecord(
        "yakuba.jobs", logging.WARNING, __file__, 1, "%s was left out", ("a sheet",), told
    )


def test_a_line_holds_no_word_of_the_error(record):
    line = WithoutWords("%(levelname)s %(name)s %(message)s").format(record)
    assert line.startswith("WARNING yakuba.jobs a sheet was left out\n")
    assert line.endswith("ValueError")
    assert ADDRESS not in line


def test_nor_does_an_object(record):
    line = JsonLines().format(record)
    told = json.loads(line)
    assert "\n" not in line
    assert (told["level"], told["logger"], told["message"]) == (
        "WARNING",
        "yakuba.jobs",
        "a sheet was left out",
    )
    assert told["trace"].endswith("ValueError")
    assert ADDRESS not in str(told)


def test_both_are_what_the_house_writes():
    formatters = settings.LOGGING["formatters"]
    assert {one["()"] for one in formatters.values()} == {
        "yakuba.config.logs.WithoutWords",
        "yakuba.config.logs.JsonLines",
    }
    assert settings.LOGGING["handlers"]["stderr"]["formatter"] in formatters


def test_an_address_that_opens_something_is_in_no_line():
    key = "OnwGVe1iAnvncv-P6CWdAR6m"
    for said, shown in (
        (f"Not Found: /apply/990019/bus/{key}/files/", "Not Found: /apply/990019/bus/***/files/"),
        (f"Not Found: /guest/990019/{key}{key[:8]}", "Not Found: /guest/990019/***"),
        ("Not Found: /apply/990019/moving-into-the-municipality/", None),
        ("Not Found: /reading/sheets/12/", None),
    ):
        line = logging.LogRecord("django.request", logging.WARNING, __file__, 1, "%s", (said,), None)
        assert WithoutKeys().filter(line)
        assert line.getMessage() == (shown or said)
    assert settings.LOGGING["handlers"]["stderr"]["filters"] == ["refusals", "keys"]


REFUSED = {
    "a page": lambda client: client.get("/cases/"),
    "a file": lambda client: client.get("/cases/export/?form=xlsx"),
    "a button": lambda client: client.post(reverse("administration:person-new"), {"username": "x"}),
    "a form from another page": lambda client: Client(enforce_csrf_checks=True).post(
        "/login/", {"username": "x"}
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_refused_request_is_one_line_and_no_traceback(client, newcomer, kind):
    """By the handler that the house writes with, and as Django tells it."""
    client.force_login(newcomer)
    with log_lines() as told:
        assert REFUSED[kind](client).status_code == 403
    (line,) = told
    assert "Forbidden" in line


class Lines(logging.Handler):
    """Everything that is logged, as the house writes it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(JsonLines())
        self.addFilter(RefusalsInOneLine())
        self.addFilter(WithoutKeys())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def lines():
    """All lines of the house's own loggers down to DEBUG, and of the others as an installation keeps them."""
    root, own, handler = logging.getLogger(), logging.getLogger("yakuba"), Lines()
    before = own.level
    root.addHandler(handler)
    own.setLevel(logging.DEBUG)
    yield handler.lines
    own.setLevel(before)
    root.removeHandler(handler)


@pytest.mark.slow
def test_what_a_town_holds_and_what_people_type_stays_out_of_the_log(objects, lines):
    """The whole house is walked, by who may, by who may not and by strangers, with words that nobody else would write."""
    kanri = Client(raise_request_exception=False)
    kanri.force_login(town.user("kanri"))
    typed = {
        "text": f"{NAME} {ADDRESS}",
        "value": NUMBER,
        "reason": NAME,
        "username": NAME,
        "password": NUMBER,
    }
    for page in PAGES:
        if page.name == "logout":
            continue
        url = page.url(objects)
        for client in (kanri, Client(raise_request_exception=False)):
            client.get(url, typed)
            client.post(url, typed)
    kanri.get("/cases/99999999/", typed)
    kanri.get("/api/v1/reading/nowhere", typed, headers={"Authorization": f"Bearer {NUMBER}"})
    with town.in_yakuba_city():
        held = set(CaseValue.objects.filter(field__in=("child_name", "name")).values_list("value", flat=True))
    key = objects.arguments["draft_key"]
    assert lines, "refusals leave a line"
    told = "\n".join(lines)
    for word in (NAME, ADDRESS, NUMBER, quote(NAME), RECEIPT_NUMBER, SECRET_WORD, key, *filter(None, held)):
        assert word not in told, next(line for line in lines if word in line)
    assert all(json.loads(line)["logger"] for line in lines)


def test_a_job_that_breaks_over_a_value_does_not_tell_it(lines, in_yakuba_city):
    registry.job("tests.breaks", label="試験", attempts=1)(lambda context: None)
    try:
        job = enqueue("tests.breaks", key="one")
        execution._fail(job.ticket, registry.kind("tests.breaks"), ValueError(ADDRESS), None)
        job = job.refreshed()
    finally:
        registry.forget("tests.breaks")
    assert any("tests.breaks" in line for line in lines)
    assert ADDRESS not in "".join(lines) + job.technical_error + job.error
