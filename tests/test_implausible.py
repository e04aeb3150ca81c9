"""Numbers that no database holds and characters that no text holds, in every place that takes input: never a 500."""

from __future__ import annotations

import itertools
import json
import re

import pytest
from django.conf import settings
from django.core.exceptions import BadRequest
from django.db import DataError, OperationalError, connection, transaction
from django.test import Client, RequestFactory
from django.urls import reverse
from test_access import FOR_PROGRAMS, GUARDED, PAGES, logged_in
from test_access_api import token_for

from yakuba.config.middleware import PlausibleInput
from yakuba.demo import town
from yakuba.kernel.api.routes import build_api
from yakuba.kernel.registry import permission_names

HUGE = ("9" * 20, "9" * 5000, "-" + "9" * 20)
NUL = "a\x00b"
# What lies above a column of PostgreSQL and above one of both, digits that only Python knows, numbers that are none.
STRANGE = ("2147483648", str(2**63), "９" * 20, "1e400", "nan")
FIELD = re.compile(r'<(?:input|select|textarea|button)[^>]* name="([^"]+)"')
ASKED = ("page", "batch", "q", "text", "state", "field", "with", "show", "result", "type", "shown", "procedure",
         "status", "table", "form", "year", "from", "to", "next", "whole", "days", "sort")  # fmt: skip


@pytest.fixture(autouse=True)
def _files_may_arrive(tmp_path, monkeypatch):
    """A house whose operator has named no place for folders says so with a 503, which is no fault of what was asked."""
    monkeypatch.setattr(settings.YAKUBA, "arrival_root", tmp_path)


@pytest.fixture
def client(objects):
    return logged_in(town.user("kanri"))


def answered(ask, *arguments, **more):
    """The answer; what the request did is undone, as PostgreSQL wants it after a statement that it has refused."""
    with transaction.atomic():
        answer = ask(*arguments, **more)
        transaction.set_rollback(True)
    return answer


def tried(method, url, *arguments, **more):
    """The answer's status, and where it came from."""
    return answered(method, url, *arguments, **more).status_code, url, arguments


FULL = pytest.mark.full


@pytest.mark.slow
@pytest.mark.parametrize(
    "number", ["9" * 19, pytest.param(HUGE[0], marks=FULL), pytest.param(HUGE[1], marks=FULL)]
)
def test_a_number_that_no_row_has_is_not_found(client, objects, number):
    for page in GUARDED:
        for argument in page.arguments:
            if isinstance(objects.arguments[argument], int):
                values = {key: objects.arguments[key] for key in page.arguments}
                url = reverse(page.name, kwargs=values | {argument: 7_777_777}).replace("7777777", number)
                for method in (client.get, client.post):
                    status, *where = tried(method, url)
                    assert status in {404, 405}, (status, where)


# How many strange values each place gets. All pages share what reads them, so that one each finds what is amiss in it;
# of a form's fields each is also asked alone in `make test-full`.
EACH = pytest.mark.parametrize("each", [1, pytest.param(8, marks=pytest.mark.full)])


@pytest.mark.slow
@EACH
def test_nothing_in_a_query_breaks_a_page(client, objects, each):
    turns = itertools.cycle((*HUGE, *STRANGE))
    for page in PAGES:
        if page.name in {
            "logout",
            *FOR_PROGRAMS,
        }:  # the health of a house without workers is no fault of the query
            continue
        for value in (NUL, *itertools.islice(turns, each)):
            status, *where = tried(client.get, page.url(objects), dict.fromkeys(ASKED, value))
            assert status < 500, (status, where)
            if value == NUL:
                assert status == 400, (status, where)


@pytest.mark.slow
@EACH
def test_nothing_in_a_form_breaks_a_page(client, objects, each):
    turns = itertools.cycle((*HUGE[:2], NUL, *STRANGE))
    for page in GUARDED:
        answer = client.get(page.url(objects), follow=True)
        names = set(FIELD.findall(b"".join(answer).decode(errors="replace"))) - {"csrfmiddlewaretoken"}
        tries = [{name: next(turns) for name in sorted(names)}]
        if each > 1:
            tries += [dict.fromkeys(names, next(turns)) for _ in range(each)]
            tries += [{name: next(turns)} for name in sorted(names) for _ in range(each)]
        for fields in tries:
            status, *where = tried(client.post, page.url(objects), fields)
            assert status < 500, (status, where)


def test_a_nul_in_an_address_is_no_address(client):
    for url in ("/%00", "/reading/%00/", "/cases/1%00/", "/api/v1/%00"):
        assert client.get(url).status_code in {400, 404}, url


@pytest.mark.parametrize(
    "url", ["/ask/99%0019/", "/apply/99%0019/", "/guest/99%0019/k/", "/login/directory/99%0019/"]
)
def test_a_nul_in_an_address_reaches_no_database(client, db, url):
    """Where a part of the address is a text, PostgreSQL would be asked for it, and answers with an error."""
    asked: list[object] = []

    def heard(execute, sql, parameters, many, context):
        asked.extend(parameters or ())
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(heard):
        assert client.get(url).status_code == 404
    assert not [one for one in asked if "\0" in str(one)]


def test_a_nul_in_the_login_form_is_refused(objects):
    answer = Client().post("/login/", {"username": "kan\x00ri", "password": "x"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("error", "number", "explained"),
    [
        (OverflowError(), "9" * 20, True),
        (OverflowError(), "９" * 20, True),
        (DataError("integer out of range"), "2147483648", True),
        (DataError("integer out of range"), "7", False),
        (OperationalError("the server is gone"), "0312345678", False),
        (ValueError(), "9" * 20, False),
        (ValueError("Exceeds the limit"), "9" * 5000, True),
    ],
)
def test_a_fault_is_the_inputs_only_where_the_input_explains_it(error, number, explained):
    request = RequestFactory().post("/", {"limit": number})
    guard = PlausibleInput(lambda request: None)
    if explained:
        with pytest.raises(BadRequest):
            guard.process_exception(request, error)
    else:
        assert guard.process_exception(request, error) is None


# --- the API ------------------------------------------------------------------------------------------------


def resolved(described, schema):
    while "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def body_of(described, operation, number, text):
    """A body of the operation's own form, with these as its numbers and texts; None where it takes none."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return None if content is None else example(described, content["schema"], number, text)


def example(described, schema, number, text):
    schema = resolved(described, schema)
    schema = resolved(described, schema.get("anyOf", [schema])[0])
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        return {
            key: example(described, one, number, text) for key, one in schema.get("properties", {}).items()
        }
    if kind == "array":
        return [example(described, schema.get("items", {}), number, text)]
    return {"integer": number, "number": number, "boolean": True}.get(kind, text)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (int("9" * 20), "x"),
        pytest.param(-int("9" * 20), "x", marks=FULL),
        pytest.param(1, "a\x00b", marks=pytest.mark.slow),
        pytest.param(2**31, "９" * 20, marks=pytest.mark.slow),
        pytest.param(1, "\ud800", marks=FULL),
    ],
)
def test_nothing_breaks_an_operation(objects, number, text):
    described = build_api().get_openapi_schema()
    client = Client(raise_request_exception=False, headers={
        "Authorization": f"Bearer {token_for(town.user('kanri'), sorted(permission_names()))}"
    })  # fmt: skip
    for path, entry in described["paths"].items():
        for method, operation in entry.items():
            given = {one["name"]: one for one in operation.get("parameters", [])}
            query = {
                name: example(described, one["schema"], number, text.encode(errors="replace").decode())
                for name, one in given.items()
                if one["in"] == "query"  # where nothing but UTF-8 can stand
            }
            body = body_of(described, operation, number, text)
            known = re.sub(r"{(\w+)}", lambda match: str(objects.arguments[match.group(1)]), path)
            strange = re.sub(r"{(\w+)}", str(number), path)
            for url in {known, strange}:
                answer = answered(
                    client.generic,
                    method.upper(),
                    url,
                    json.dumps(body) if body is not None else "",
                    content_type="application/json",
                    query_params=query,
                )
                assert answer.status_code < 500, (method, url, query, body, answer.content.decode())
                if r"\u0000" in json.dumps(body):
                    assert answer.status_code == 400, (method, url, body)
                elif url != known and text == "x":
                    assert answer.status_code in {404, 422}, (method, url, answer.status_code)
