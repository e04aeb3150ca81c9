"""The API: what the pages do, with problem+json for what cannot be done."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.registry import permission_names
from yakuba.services.reading.actions import questions
from yakuba.services.reading.models import Question

BUS = "bus-pass"
API = "/api/v1/reading"

pytestmark = pytest.mark.xdist_group("reading_desk")


class Program:
    """A program with a token of the person."""

    def __init__(self, client, user, *scopes):
        self._client = client
        _, token = ApiToken.issue(user, "試験", list(scopes or permission_names()), proved=True)
        self._headers = {"HTTP_AUTHORIZATION": f"Bearer {token}"}

    def get(self, path):
        return self._client.get(API + path, **self._headers)

    def send(self, path, body):
        return self._client.post(
            API + path, json.dumps(body), content_type="application/json", **self._headers
        )

    def upload(self, *files, **fields):
        sent = [SimpleUploadedFile(name, content) for name, content in files]
        return self._client.post(f"{API}/batches", {"files": sent, **fields}, **self._headers)


@pytest.fixture
def program(client, clerk):
    return Program(client, clerk)


def test_files_come_in_are_read_and_their_values_confirmed(program, desk):
    answer = program.upload(("束.pdf", desk.scans.pdf((BUS, 1))), ("空.pdf", b""), name="夜の便")
    assert answer.status_code == 201
    files = {file["name"]: file for file in answer.json()["files"]}
    assert files["束.pdf"]["state"] == "splitting"
    assert "空です" in files["空.pdf"]["message"]
    batch = answer.json()["progress"]["batch"]
    desk.work()
    shown = program.get(f"/batches/{batch}").json()
    assert (shown["progress"]["running"], shown["progress"]["cases"], shown["statistics"]["fields"]) == (
        False,
        1,
        13,
    )
    assert [row["name"] for row in program.get("/batches").json()] == ["夜の便"]
    questions.ask_again(desk.case(BUS), "birth", actor=desk.person)
    waiting = {row["field"]: row for row in program.get(f"/questions?batch={batch}").json()}
    assert waiting["birth"]["receipt_number"] == desk.scans.number(BUS)
    path = f"/questions/{waiting['birth']['id']}/answer"
    refused = program.send(path, {"value": "昭和99年1月1日"})
    assert (refused.status_code, refused["Content-Type"].split(";")[0]) == (422, "application/problem+json")
    assert refused.json()["may_insist"] is False
    assert (
        program.send(path, {"value": desk.scans.truth[BUS]["birth"], "seconds": 3}).json()["state"]
        == "answered"
    )
    values = {row["field"]: row for row in program.get(f"/cases/{desk.case(BUS).pk}/values").json()}
    assert (values["birth"]["origin"], values["birth"]["value"]) == ("person", desk.scans.truth[BUS]["birth"])


@pytest.mark.slow
def test_when_no_file_can_be_taken_the_program_is_told_why(program, desk):
    answer = program.upload(("空.pdf", b""), ("メモ.pdf", b"text only"))
    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("application/problem+json")
    assert [file["state"] for file in answer.json()["files"]] == ["refused", "refused"]
    assert program.upload().status_code == 422


@pytest.mark.slow
def test_problem_sheets_are_listed_resolved_and_put_aside(program, desk):
    desk.read((BUS, 1), (BUS, 1))
    (problem,) = program.get("/problems").json()
    assert (problem["problem"], problem["index"], problem["page"]) == ("duplicate", 1, 1)
    path = f"/sheets/{problem['sheet']}"
    assert program.send(f"{path}/resolve", {"receipt_number": "0800000199"}).status_code == 409
    assert program.send(f"{path}/aside", {"reason": "二度目"}).json()["state"] == "aside"
    assert program.send(f"{path}/aside", {"reason": "二度目"}).status_code == 409


@pytest.mark.slow
def test_a_held_question_is_listed_apart(program, desk):
    desk.read((BUS, 1))
    desk.answer_all(BUS)
    question = questions.ask_again(desk.case(BUS), "name", actor=desk.person)
    assert (
        program.send(f"/questions/{question.pk}/hold", {"reason": "電話中"}).json()["case_status"]
        == "confirming"
    )
    assert program.get("/questions").json() == []
    assert [row["field"] for row in program.get("/questions?held=true").json()] == ["name"]


@pytest.mark.slow
def test_programs_from_before_the_bounds_were_told_get_the_nearest_part(program, desk):
    for number in range(3):
        program.upload(("空.pdf", b""), name=str(number))
    assert len(program.get("/batches?limit=9999&offset=-1").json()) == 3
    assert len(program.get("/batches?limit=0").json()) == 1
    assert program.get("/batches?limit=x").status_code == 422


@pytest.mark.slow
def test_forms_in_use_are_told(program, desk):
    assert BUS in [row["code"] for row in program.get("/forms").json()]


@pytest.mark.slow
def test_scopes_and_municipalities_are_kept(client, desk, clerk, neighbour):
    desk.read((BUS, 1))
    case, batch = desk.case(BUS).pk, desk.sheet().batch_id
    reader = Program(client, clerk, "reading.view")
    assert reader.get(f"/batches/{batch}").status_code == 200
    assert reader.upload(("束.pdf", b"")).status_code == 403
    stranger = Program(client, neighbour)
    assert stranger.get(f"/batches/{batch}").status_code == 404
    assert stranger.get(f"/cases/{case}/values").status_code == 404
    assert stranger.get("/batches").json() == []
    assert client.get(f"{API}/batches").status_code == 401
    assert not Question.objects.filter(answered_by=neighbour).exists()
