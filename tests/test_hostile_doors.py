"""Hostile files at every door of the house, whatever it takes: never an error of the house, and the honest file behind them is
taken. Doors are found on the pages themselves, so that a new one is tried without anybody thinking of it."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from functools import cache

import lxml.html
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch
from hostile import URL, Hostile, corpus
from hostile.texts import names
from test_access import PAGES, logged_in
from test_access_api import token_for
from town_objects import TownObjects

from yakuba.demo import town
from yakuba.kernel.api.routes import build_api
from yakuba.kernel.registry import letter_kinds, permission_names

FILES = [one for one in corpus.corpus(URL % 9) if not one.heavy]
# Every kind of file in few: what is looked at first is the same for all of a kind.
FEW = FILES[::40]
# Doors that stand today, so that a page on which the search finds none any more is missed.
KNOWN = {
    "definitions:receive",
    "drafting:compare",
    "letters:kind",
    "minutes:new",
    "translation:texts",
    "worklogs:load",
}  # fmt: skip


@dataclass(frozen=True)
class Door:
    """A form with a field for files. given: what its other fields say."""

    page: str
    url: str
    field: str
    given: tuple[tuple[str, str], ...]


def doors(client: Client, objects) -> list[Door]:
    """All of them, those of residents too; of a town without any object, those that need none."""
    found = []
    for page in PAGES:
        try:
            url = page.url(objects)
        except (KeyError, NoReverseMatch):
            continue
        answer = client.get(url)
        if answer.status_code != 200 or answer.streaming or b'type="file"' not in answer.content:
            continue
        for form in lxml.html.fromstring(answer.content.decode()).forms:
            for field in form.xpath('.//input[@type="file"]'):
                found.append(Door(page.name, form.action or url, field.name, tuple(_given(form))))
    return found


def routes(objects) -> list[Door]:
    """The same for programs: every route that takes a file, as the API's own description has it."""
    described = build_api().get_openapi_schema()
    found = []
    for path, entry in described["paths"].items():
        for method, said in entry.items():
            content = said.get("requestBody", {}).get("content", {}).get("multipart/form-data")
            if content is None or method != "post":
                continue
            given: list[tuple[str, str]] = []
            files = list[str]()
            for name, field in _fields(described, content["schema"]):
                if "binary" in json.dumps(field):
                    files.append(name)
                else:
                    given.append((name, str(objects.arguments.get(name, "1"))))
            url = re.sub(r"{(\w+)}", lambda match: str(objects.arguments[match[1]]), path)
            found += [Door(path, url, name, tuple(given)) for name in files]
    return found


def _fields(described, schema):
    """The fields of a form's parts, whichever way the description puts them together."""
    if "$ref" in schema:
        yield from _fields(described, described["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    for part in schema.get("allOf", []):
        yield from _fields(described, part)
    for name, field in schema.get("properties", {}).items():
        if "$ref" in field or "allOf" in field:
            yield from _fields(described, field)
        else:
            yield name, field


def _given(form):
    """What a person who is in a hurry sends: what stands there, the first choice, something in each text."""
    said = dict(form.form_values())
    for field in form.inputs:
        kind = getattr(field, "type", field.tag)
        if not field.name or kind in {"file", "submit", "button"}:
            continue
        if field.tag == "select" and not said.get(field.name) and field.value_options:
            said[field.name] = next((one for one in field.value_options if one), "")
        elif kind == "date":
            said.setdefault(field.name, "2026-04-01")
        elif kind in {"text"} and not said.get(field.name):
            said[field.name] = "見本"
    return said.items()


def knock(client: Client, door: Door, name: str, content: bytes, named=SimpleUploadedFile):
    """Hand the file in, and look at what the house leads to."""
    given = dict(door.given) | {door.field: named(name, content)}
    with transaction.atomic():
        answer = client.post(door.url, given)
        where = answer.status_code, door, name
        assert answer.status_code < 500, where
        told = b"" if answer.streaming else answer.content
        if answer.status_code in {301, 302, 303} and answer["Location"].startswith(("/", "?")):
            after = client.get(answer["Location"])
            assert after.status_code < 500, (after.status_code, *where)
            told += b"" if after.streaming else after.content
        assert b"Traceback" not in told, where
        transaction.set_rollback(True)
    return answer


@pytest.fixture
def client(objects):
    return logged_in(town.user("kanri"))


@pytest.fixture
def newly_signed_in(clerk, in_yakuba_city):
    client = Client()
    client.force_login(clerk)
    return client


NOTHING = TownObjects({"letter_kind": next(iter(letter_kinds()))})  # a town without any object


@pytest.mark.slow
def test_a_few_of_every_kind_at_every_door_of_a_new_town(newly_signed_in):
    found = doors(newly_signed_in, NOTHING)
    assert {door.page for door in found} >= KNOWN
    for door in found:
        for one in FEW:
            knock(newly_signed_in, door, one.file_name, _content(one))


def _content(one: Hostile) -> bytes:
    return _made(str(one))


@cache
def _made(name: str) -> bytes:
    return next(one for one in FILES if str(one) == name).make()


@pytest.mark.full
def test_a_few_of_every_kind_at_every_door(client, objects):
    for door in doors(client, objects):
        for one in FEW:
            knock(client, door, one.file_name, _content(one))


@pytest.mark.full
def test_a_few_of_every_kind_at_every_door_for_programs(objects):
    token = token_for(town.user("kanri"), sorted(permission_names()))
    program = Client(headers={"Authorization": f"Bearer {token}"})
    found = routes(objects)
    assert len(found) >= 10
    for door in found:
        for one in FEW:
            knock(program, door, one.file_name, _content(one))


@pytest.mark.full
@pytest.mark.timeout(10_800)
def test_all_of_them_at_every_door(client, objects):
    for door in doors(client, objects):
        for one in FILES:
            knock(client, door, one.file_name, _content(one))


class _Named(io.BytesIO):
    """A file that is called as nobody may: Django makes none that is called so, a browser of whoever means ill sends it."""

    content_type = "application/pdf"

    def __init__(self, name: str, content: bytes) -> None:
        super().__init__(content)
        self.name = name


@pytest.mark.slow
def test_no_name_breaks_a_door(newly_signed_in):
    for door in doors(newly_signed_in, NOTHING):
        for name in names():
            if name.strip():
                knock(newly_signed_in, door, name, b"%PDF-1.7\n", named=_Named)
