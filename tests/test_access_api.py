"""Who may reach what by API, by command and by token."""

from __future__ import annotations

import json
import re
from datetime import datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import access_table
import pytest
import typer
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from test_access import FOR_PROGRAMS, PAGES, log_lines, logged_in, roleless
from town_objects import RECEIPT_NUMBER, SECRET_WORD, TownObjects
from typer.models import OptionInfo
from typer.testing import CliRunner

from yakuba.config.command import build
from yakuba.demo import town
from yakuba.kernel.accounts.models import ApiToken, User
from yakuba.kernel.api.routes import build_api
from yakuba.kernel.operations import Operation, all_operations
from yakuba.kernel.operations.spelling import option_of, parameter_of
from yakuba.kernel.registry import permission_names
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality

__all__ = ["roleless"]  # fixtures


SHOWS_THE_OWN = {"search find"}  # only what the person may see
IN_EVERY_TOWN = (
    "{register_code}",
    "{grant_code}",
    "{fee_day}",
)  # definitions that come along, and days; what a town has under them is its own


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
        if get_origin(kind) is list:
            (kind,) = get_args(kind)
        example = objects.arguments.get(name, {int: 1, float: 1, bool: True, Decimal: 1}.get(kind, "x"))
        if isinstance(example, int):
            example = max([example, *(one.ge for one in field.metadata if hasattr(one, "ge"))])
            example = min([example, *(one.le for one in field.metadata if hasattr(one, "le"))])
        if isinstance(kind, type) and issubclass(kind, Enum):
            example = next(iter(kind)).value
        if get_origin(kind) is Literal and example not in get_args(kind):
            example = get_args(kind)[0]
        option = isinstance(parameter.default, OptionInfo)
        for one in example if isinstance(example, list) else [example]:
            said = "2027-04-01" if kind is datetime else str(one)
            words += [option_of(name, field), said] if option else [said]
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
        if "{" in path and not any(one in path for one in IN_EVERY_TOWN):
            assert answer.status_code in {404, 422}, (method, path, answer.status_code)
        text = answer.getvalue().decode(errors="replace")  # a file too
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
