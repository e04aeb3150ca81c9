"""What the room's tests with a database share."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.registry import permission_names
from yakuba.kernel.signin.tests.signing import terminal
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.nursery.cli import app
from yakuba.services.nursery.tests.desk import Desk


@pytest.fixture
def boss(make_staff, yakuba_city):
    """A second person with every permission."""
    return make_staff(yakuba_city, *permission_names())


@pytest.fixture
def desk(in_yakuba_city, clerk, boss) -> Desk:
    """The nursery desk of やくば市 with an empty round."""
    return Desk.open(clerk, boss)


@pytest.fixture
def full(desk: Desk) -> Desk:
    """Three children want the one seat of age 1 at 中央保育園; the third is out of luck everywhere."""
    desk.case("0800000129", mother_hours="160", wish_2="青葉保育園")
    desk.case("0800000226", wish_2="青葉保育園")
    desk.case("0800000323", mother_work="seeking")
    desk.take()
    return desk


@pytest.fixture
def program(client) -> Callable[..., Any]:
    """`program(user, scopes)` → `call(path, **body)`: GET without a body, POST with one, by that person's token."""

    def by(user, scopes=None):
        named = sorted(permission_names() if scopes is None else scopes)
        with active_municipality(user.municipality):
            token = ApiToken.issue(user, "試験", named, proved=True)[1]
        headers = {"Authorization": f"Bearer {token}"}

        def call(path, **body):
            url = f"/api/v1/nursery/{path}"
            if not body:
                return client.get(url, headers=headers)
            return client.post(url, json.dumps(body), content_type="application/json", headers=headers)

        def put(path, **body):
            url = f"/api/v1/nursery/{path}"
            return client.put(url, json.dumps(body), content_type="application/json", headers=headers)

        call.put = put
        return call

    return by


@pytest.fixture
def api(program, full, clerk):
    """A program that may do everything in the clerk's name."""
    return program(clerk)


@pytest.fixture
def command(full):
    """`command("show", 1)` → (exit code, what was printed on standard output, everything printed)."""

    def run(*words):
        done = CliRunner().invoke(app, ["round", *map(str, words)], env=terminal(words))
        return done.exit_code, done.stdout, done.output

    return run
