"""An operation by itself: who may, what it is asked, its one event, and that nothing is left of what is refused."""

from __future__ import annotations

import json
from typing import Annotated, Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from pydantic import BaseModel, Field
from typer.testing import CliRunner

from yakuba.kernel.accounts.models import Role
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.operations import Answer, FromFile, Nothing, Operations, Part, Trace, Word
from yakuba.kernel.operations.arguments import checked
from yakuba.kernel.operations.commands import add_commands
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.kernel.signin.tests.signing import terminal
from yakuba.kernel.tenancy import active_municipality

TABLE = Operations("trial")


class NewRole(BaseModel):
    """A role."""

    name: str = Field(max_length=10, description="名称")
    text: Annotated[str, FromFile()] = Field(description="説明のファイル")
    copies: Annotated[int, Word("--times")] = Field(1, ge=1, le=3, description="いくつ")


@TABLE.add(
    "役割を作る",
    "robots.manage",
    command="make",
    event="accounts.role_saved",
    trace=lambda asked, role: Trace(f"role:{role.pk}", {"copies": asked.copies}),
    answer=Answer(
        show=lambda role: {"name": role.name, "more": {"text": role.permissions[0]}},
        columns={"name": "名称", "more.text": "説明"},
    ),
)
def make(asked: NewRole, actor: Any) -> Role:
    """Make a role."""
    role = Role.objects.create(name=asked.name, permissions=[asked.text])
    if asked.name == "twice":
        raise Conflict("もうあります。", place="名称")
    return role


class Nobody(BaseModel):
    number: int = Field(description="番号")


@TABLE.add("見る", "robots.view", "GET nobody/{number}", command="look")
def look(asked: Nobody, actor: Any) -> None:
    """Look at nothing."""
    raise Missing(f"番号 {asked.number} はありません。")


@TABLE.add("数える", "robots.view", "GET numbers", command="count", answer=Answer(columns={"n": "数"}))
def count(asked: Part, actor: Any) -> list[dict[str, int]]:
    """A long list."""
    return asked.of([{"n": n} for n in range(1203)])


@pytest.fixture
def person(in_yakuba_city, make_staff):
    return make_staff(in_yakuba_city, "robots.manage", "robots.view")


@pytest.fixture
def run(person):
    app = verbs("試し")
    add_commands(app, TABLE)

    def call(*words):
        return CliRunner().invoke(app, [str(word) for word in words], env=terminal(words))

    return call


def test_it_is_done_once_with_one_event(person):
    role = make(person, name="窓口", text="robots.view", copies=2)
    event = AuditEvent.objects.get(name="accounts.role_saved")
    assert (event.subject, event.actor, event.details) == (f"role:{role.pk}", person, {"copies": 2})


def test_what_is_refused_leaves_nothing(person):
    with pytest.raises(Conflict):
        make(person, name="twice", text="x")
    assert not Role.objects.filter(name="twice").exists()
    assert not AuditEvent.objects.filter(name="accounts.role_saved").exists()


@pytest.mark.django_db(transaction=True)
def test_only_what_changes_something_holds_the_database_while_it_works(yakuba_city):
    seen = []

    def look(asked: Nothing, actor: Any) -> None:
        seen.append(connection.in_atomic_block)

    with active_municipality(yakuba_city):
        for route in ("POST trial", "GET trial"):
            declare = Operations("trial").add(
                "試す", "robots.view", route, event="accounts.role_saved", trace=lambda *_: Trace("trial:1")
            )
            declare(look)(None)
        assert AuditEvent.objects.filter(name="accounts.role_saved", subject="trial:1").count() == 2
    assert seen == [True, False]


def test_who_may_not_is_refused_before_anything(in_yakuba_city, make_staff):
    weak = make_staff(in_yakuba_city, "robots.view")
    with pytest.raises(PermissionDenied, match=r"robots\.manage"):
        make(weak, name="窓口", text="x", copies=99)


def test_every_argument_that_is_wrong_is_told(person):
    with pytest.raises(Invalid) as refused:
        make(person, name="あ" * 11, copies=0)
    assert [str(one) for one in refused.value.problems] == [
        "名称: 10文字以内で指定してください。",
        "説明のファイル: 指定してください。",
        "いくつ: 1以上で指定してください。",
    ]


@pytest.mark.parametrize(
    "hostile", [10**30, -(10**30), "a\0b", "\ud800", ["ok", "\0"], {"\0": 1}, {"a": {"b": 10**30}}]
)
def test_what_no_database_takes_is_told_like_any_wrong_argument(hostile):
    class Anything(BaseModel):
        what: Any = Field(description="なにか")

    with pytest.raises(Invalid) as refusal:
        checked(Anything, {"what": hostile})
    (problem,) = refusal.value.problems
    assert problem.place == "なにか"
    assert checked(Anything, {"what": {"a": [1, "字", None, 1.5, True]}})


@pytest.mark.parametrize("wrong", [{"offset": 10**30}, {"offset": 2**63 - 1}])
def test_no_part_lies_beyond_what_a_database_can_count(wrong):
    with pytest.raises(Invalid):
        checked(Part, wrong)


def test_the_command_takes_the_file_and_the_options(run, person, tmp_path):
    file = tmp_path / "text"
    file.write_text("robots.view", encoding="utf-8")
    done = run("make", "窓口", file, "--times", 3, "--user", person.username, "--json")
    assert (done.exit_code, json.loads(done.stdout)["more"]["text"]) == (0, "robots.view")
    assert AuditEvent.objects.get(name="accounts.role_saved").details == {"copies": 3}
    table = run("make", "受付", file, "--user", person.username)
    assert "受付" in table.stdout
    assert "robots.view" in table.stdout
    assert run("make", "窓口", file, "--times", 4, "--user", person.username).exit_code == 2
    assert run("make", "窓口", file).exit_code == 2, "somebody has to answer for it"


def test_a_refusal_is_a_sentence_an_exit_code_and_a_problem(run, person, tmp_path):
    file = tmp_path / "text"
    file.write_text("x", encoding="utf-8")
    words = ("make", "twice", file, "--user", person.username)
    done = run(*words)
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", "名称: もうあります。\n")
    done = run(*words, "--json")
    assert json.loads(done.stdout) == {
        "type": "about:blank",
        "title": "いまはできません",
        "status": 409,
        "detail": "名称: もうあります。",
        "place": "名称",
    }
    assert run("look", 7).exit_code == 2
    done = run("make", "窓口", tmp_path / "none", "--user", person.username)
    assert (done.exit_code, "ありません" in done.stderr, "Traceback" in done.output) == (2, True, False)


def test_a_command_shows_all_parts_of_a_list(run):
    rows = json.loads(run("count", "--json", "--municipality", "990019").stdout)
    assert [row["n"] for row in rows] == list(range(1203))


def test_the_house_lists_what_can_be_done():
    from yakuba.config.command import build

    listed = json.loads(CliRunner().invoke(build(), ["operations", "--json"]).stdout)
    pause = next(one for one in listed if one["name"] == "robots.pause_run")
    assert pause["command"] == "yakuba robots pause RUN_ID"
    assert pause["route"] == "POST /api/v1/robots/runs/{run_id}/pause"
    assert pause["permission"] == "robots.run"
