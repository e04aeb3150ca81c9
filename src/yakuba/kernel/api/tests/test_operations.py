"""What a route makes of an operation: method, status, file, and one form of refusal, described for programs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import path
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from pydantic import BaseModel, Field, create_model

from yakuba.kernel.accounts import allowed
from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.api.problems import ProblemOut, schemas
from yakuba.kernel.api.routes import api_of, build_api
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.operations import Answer, Nothing, Operations, Upload, all_operations
from yakuba.kernel.refusals import Invalid, Problem

TABLE = Operations("trial")


class Named(BaseModel):
    """A thing."""

    thing_id: int = Field(description="番号")
    text: str = Field("", max_length=5, description="文")


class ThingOut(BaseModel):
    """A thing."""

    id: int
    text: str
    problems: list[ProblemOut] = []


def _facts(asked: Named) -> dict[str, Any]:
    return {"id": asked.thing_id, "text": asked.text}


@TABLE.add(
    "決める",
    "robots.run",
    "PUT things/{thing_id}",
    answer=Answer(ThingOut, _facts),
    status=201,
    found=lambda asked: asked.thing_id == 1,
)
def state(asked: Named, actor: Any) -> Named:
    """State it."""
    if asked.text == "x":
        raise Invalid("だめです。", place="文", problems=[Problem(3, "文", "だめ。")])
    return asked


@TABLE.add("消す", "robots.run", "DELETE things/{thing_id}", status=204)
def delete(asked: Named, actor: Any) -> None:
    """Delete it; `text` stands in the query."""
    assert asked.text == "why"


@TABLE.add("ファイル", "robots.view", "GET things.csv", answer=Answer(media_type="text/csv"))
def file_of_things(asked: Nothing, actor: Any) -> Download:
    """A file."""
    return Download("things.csv", "text/csv", b"1,2\n")


class Sent(BaseModel):
    """Files with a word."""

    files: list[Upload] = Field(description="ファイル")
    force: bool = Field(False, description="それでも")


@TABLE.add("送る", "robots.run", "POST things", answer=Answer(list[str]))
def send(asked: Sent, actor: Any) -> list[str]:
    """Send files."""
    assert not allowed(actor, "robots.manage"), "the token's scopes hold inside, too"
    return [f"{one.name} {one.read(1000).decode()} {asked.force}" for one in asked.files]


API = api_of([TABLE])
urlpatterns = [path("api/v1/", API.urls)]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def call(client, in_yakuba_city, make_staff):
    person = make_staff(in_yakuba_city, "robots.run", "robots.view", "robots.manage")

    def by(method, where, body=None, *, scopes=("robots.run", "robots.view"), **more):
        token = ApiToken.issue(person, "試験", list(scopes), proved=True)[1]
        headers = {"Authorization": f"Bearer {token}"}
        if body is not None:
            more |= {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(client, method)(f"/api/v1/trial/{where}", headers=headers, **more)

    return by


def test_a_method_has_its_status(call):
    assert call("put", "things/7", {"text": "a"}).json() == {"id": 7, "text": "a", "problems": []}
    assert call("put", "things/7", {"text": "a"}).status_code == 201
    assert call("put", "things/1", {"text": "a"}).status_code == 200, "it was there before"
    gone = call("delete", "things/7?text=why")
    assert (gone.status_code, gone.content) == (204, b"")


def test_a_file_is_an_attachment(call):
    taken = call("get", "things.csv")
    assert (taken.content, taken["Content-Type"]) == (b"1,2\n", "text/csv")
    assert taken["Content-Disposition"] == 'attachment; filename="things.csv"'
    assert API.get_openapi_schema()["paths"]["/api/v1/trial/things.csv"]["get"]["responses"][200][
        "content"
    ] == {"text/csv": {"schema": {"type": "string", "format": "binary"}}}


def test_files_are_sent_as_a_form(call):
    files = [SimpleUploadedFile("a.txt", "甲".encode()), SimpleUploadedFile("b.txt", b"")]
    sent = call("post", "things", data={"files": files, "force": "true"})
    assert sent.json() == ["a.txt 甲 True", "b.txt  True"]
    assert call("post", "things", data={}).status_code == 422


def test_who_may_not_is_refused_before_the_request_is_read(call):
    for where in ("things/7", "things/nonsense"):
        refused = call("put", where, {"text": 5}, scopes=("robots.view",))
        assert (refused.status_code, "robots.run" in refused.json()["detail"]) == (403, True)


def test_every_refusal_has_the_form_that_is_described(call):
    described = API.get_openapi_schema()["components"]["schemas"]
    assert set(described["ProblemOut"]["properties"]) == {"line", "place", "reason"}
    for refused in (
        call("put", "things/7", {"text": "x"}),
        call("put", "things/7", {"text": "長い長い文だ"}),
    ):
        told = refused.json()
        assert (refused.status_code, refused["Content-Type"].split(";")[0]) == (
            422,
            "application/problem+json",
        )
        assert set(described["RefusalOut"]["required"]) <= set(told)
        for error in told["errors"]:
            assert set(described["ErrorOut"]["required"]) <= set(error)
    assert call("put", "things/7", {"text": "長い長い文です"}).json()["errors"][0]["message"] == (
        "text: 5文字以内で指定してください。"
    )


def test_no_two_schemas_share_a_name():
    """The description knows a schema by its name alone: of two with one name programs would see one."""
    shapes: dict[str, set[Any]] = {}
    for operation in [one for one in all_operations() if one.route]:
        asked = operation.arguments
        if rest := frozenset(name for name in asked.model_fields if f"{{{name}}}" not in operation.path):
            shapes.setdefault(asked.__name__, set()).add((asked, rest))
        for model in _models(operation.answer.schema):
            shapes.setdefault(model.__name__, set()).add((model, frozenset(model.model_fields)))
    assert {name for name, models in shapes.items() if len(models) > 1} == set()
    assert build_api().get_openapi_schema()["components"]["schemas"]["RefusalOut"]


class _EveryShape(OpenAPISchema):
    """The description, with all that was taken in under each name; the description itself keeps the last of them."""

    def __init__(self, api: NinjaAPI) -> None:
        self.shapes: dict[str, set[str]] = {}
        super().__init__(api, "/api/v1/")

    def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
        for name, shape in definitions.items():
            self.shapes.setdefault(name, set()).add(json.dumps(shape, sort_keys=True))
        super().add_schema_definitions(definitions)


def overwritten(api: NinjaAPI) -> set[str]:
    """The names under which the description of the API takes in more than one shape, the refusals' own among them."""
    described = _EveryShape(api)
    for name, shape in schemas().items():
        described.shapes.setdefault(name, set()).add(json.dumps(shape, sort_keys=True))
    return {name for name, shapes in described.shapes.items() if len(shapes) > 1}


def test_no_schema_is_written_over_by_another_of_its_name():
    """Wherever it stands: inside of what is asked, in a list, as an enumeration."""
    assert overwritten(build_api()) == set()


def _sends(room: str, part: type[BaseModel]) -> Operations:
    """A room with one operation, which is asked for a list of these."""

    def send(asked: Any, actor: Any) -> None:
        """Send it."""

    send.__annotations__["asked"] = create_model(f"AskedOf{room}", parts=(list[part], []))  # type: ignore[valid-type]
    table = Operations(room)
    table.add("送る", "robots.run", "POST things")(send)
    return table


def test_a_schema_that_another_writes_over_is_found():
    shapes = [create_model("Inside", **{name: (int, 1)}) for name in ("old", "new")]  # type: ignore[call-overload]
    rooms = [_sends(room, shape) for room, shape in zip(("first", "second"), shapes, strict=True)]
    assert overwritten(api_of(rooms)) == {"Inside"}
    assert overwritten(api_of(rooms[:1])) == set()


def _models(annotation: Any) -> list[type[BaseModel]]:
    """The models that a type is made of."""
    inner = [one for part in getattr(annotation, "__args__", ()) for one in _models(part)]
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return inner
    fields = [one for field in annotation.model_fields.values() for one in _models(field.annotation)]
    return [annotation, *fields]
