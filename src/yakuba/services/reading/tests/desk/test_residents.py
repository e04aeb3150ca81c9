"""Who in the register of persons a case is about: one certain match is taken, anything else asks, nothing blocks needlessly."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.test import Client
from django.urls import reverse

from yakuba.kernel.accounts.models import ApiToken, User
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.definitions.procedures import parse_procedure
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.display import source_label
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.persons import loading
from yakuba.kernel.refusals import Forbidden, Invalid
from yakuba.services.reading.actions import questions
from yakuba.services.reading.actions.cases import move_on
from yakuba.services.reading.actions.definitions import load_form
from yakuba.services.reading.actions.erasing import erase
from yakuba.services.reading.actions.uploads import WrongStep
from yakuba.services.reading.models import Batch, BatchFile, PersonMatch, Sheet
from yakuba.services.reading.operations import residents as declared
from yakuba.services.reading.queries.home import unmatched
from yakuba.services.reading.tests.desk.test_mixed import protect_case

SAID = {
    "name": "山田太郎", "kana": "ヤマダタロウ", "birth": "1950-03-08", "address": "東京都千代田区霞が関1-2-3",
    "postal_code": "1000013",
}  # fmt: skip
PERSON = {"name": "name", "kana": "kana", "birth": "birth", "address": "address"}
HEAD = "宛名番号,氏名,フリガナ,生年月日,住所\n"
TARO = "1001,山田太郎,ヤマダタロウ,1950-03-08,東京都千代田区霞が関1-2-3\n"
JIRO = "1002,山田太朗,ヤマダタロウ,1950-03-08,東京都千代田区霞が関1-2-3\n"
OTHER = "1003,鈴木花子,スズキハナコ,1970-01-02,東京都千代田区霞が関9-9\n"


def document(**said: Any) -> dict[str, Any]:
    """The bus pass with a resident's number."""
    path = settings.YAKUBA.samples_dir / "procedures" / "bus-pass.yaml"
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    found["fields"].append(
        {"code": "resident", "label": "宛名番号", "type": "digits", "person": PERSON} | said
    )
    return found


@pytest.fixture
def register(tmp_path: Path, clerk: User) -> Callable[..., None]:
    """`register(row, …)` loads a register of just these people."""

    def load(*rows: str) -> None:
        path = tmp_path / "atena.csv"
        path.write_text(HEAD + "".join(rows), encoding="utf-8")
        loading.load(path, actor=clerk, accept_fewer=True)

    return load


@pytest.fixture
def case(in_yakuba_city, clerk) -> Case:
    """An application all of whose values are sure, of which nothing was looked up yet."""
    return application(clerk)


def application(clerk: User, **said: Any) -> Case:
    procedure = ledger.load_procedure(document(**said), actor=clerk)
    form = load_form(settings.YAKUBA.samples_dir / "forms" / "bus-pass", actor=clerk)
    case = ledger.open_case(procedure, "0800000129")
    batch = Batch.objects.create(name="束")
    file = BatchFile.objects.create(batch=batch, name="a.pdf", pages=1, state="split")
    sheet = Sheet.objects.create(
        batch=batch, file=file, index=0, page=1, form=form, case=case, state="placed"
    )
    for field, value in SAID.items():
        ledger.record_value(case, field, value, trusted=True, source={"sheet": sheet.pk})
    return case


def number(case: Case) -> CaseValue | None:
    return CaseValue.objects.filter(case=case, field="resident").first()


def status(case: Case) -> str:
    case.refresh_from_db()
    return case.status


def test_one_certain_match_fills_the_number_and_the_case_goes_on(case, register):
    register(TARO, OTHER)
    move_on(case)
    value = number(case)
    assert value is not None
    assert (value.value, value.origin, value.trusted, source_label(value)) == (
        "1001", "register", True, "宛名の登録簿",
    )  # fmt: skip
    assert (status(case), PersonMatch.objects.get().state) == (Status.READY, "certain")
    assert AuditEvent.objects.filter(name="reading.person_matched").count() == 1
    assert not AuditEvent.objects.filter(name="persons.looked_up").exists(), "nobody was shown anybody"


def test_anything_else_asks_and_shows_what_agrees_and_what_does_not(case, clerk, register):
    register(TARO, JIRO)
    move_on(case)
    row = PersonMatch.objects.get()
    assert (status(case), row.state, number(case)) == (Status.CONFIRMING, "open", None)
    assert unmatched(clerk).count == 1
    client = Client()
    client.force_login(clerk)
    assert "0800000129" in client.get(reverse("reading:residents")).content.decode()
    page = client.get(reverse("reading:resident", args=[row.pk])).content.decode()
    assert "よく似た人" in page
    for said in ("1001", "1002", "山田太朗", "少し違う", "同じ", "Alt+2"):
        assert said in page, said
    seen = AuditEvent.objects.get(name="persons.looked_up")
    assert sorted(seen.details["shown"]) == ["1001", "1002"]
    client.post(reverse("reading:resident_decide", args=[row.pk]), {"number": "1002"})
    value = number(case)
    assert value is not None
    assert (value.value, value.origin, value.confirmed_by) == ("1002", "person", clerk)
    assert status(case) == Status.READY
    with pytest.raises(WrongStep, match="もう決まっています"):
        declared.choose(clerk, match_id=row.pk, number="1001")


def test_a_program_asks_and_decides_in_the_same_way(case, clerk, register):
    register(TARO, JIRO)
    move_on(case)
    _, key = ApiToken.issue(clerk, "機械", ["reading.match"], proved=True)
    client, head = Client(), {"HTTP_AUTHORIZATION": f"Bearer {key}"}
    (row,) = client.get("/api/v1/reading/residents", **head).json()
    found = client.get(f"/api/v1/reading/residents/{row['id']}/candidates", **head).json()
    assert [one["number"] for one in found["candidates"]] == ["1001", "1002"]
    assert AuditEvent.objects.filter(name="persons.looked_up").count() == 1
    sent = client.post(
        f"/api/v1/reading/residents/{row['id']}/choose", json.dumps({"number": "9"}),
        content_type="application/json", **head,
    )  # fmt: skip
    assert sent.status_code == 422, sent.content
    sent = client.post(
        f"/api/v1/reading/residents/{row['id']}/choose", json.dumps({"number": "1001"}),
        content_type="application/json", **head,
    )  # fmt: skip
    assert (sent.status_code, sent.json()["state"]) == (200, "chosen")


def test_nobody_of_the_register_is_said_by_a_person_and_the_case_goes_on(case, clerk, register):
    register(OTHER)
    move_on(case)
    declared.nobody(clerk, match_id=PersonMatch.objects.get().pk)
    assert (status(case), number(case)) == (Status.READY, None)
    move_on(case)
    assert PersonMatch.objects.get().state == "nobody", "decided once for these values"


def test_other_values_are_looked_up_anew(case, clerk, register):
    register(TARO, OTHER)
    move_on(case)
    question = questions.ask_again(case, "birth", actor=clerk)
    questions.answer(question.pk, "1950-03-09", actor=clerk, seconds=1.0)
    assert (PersonMatch.objects.get().state, number(case), status(case)) == ("open", None, Status.CONFIRMING)


def test_without_a_register_nothing_is_blocked_and_it_is_said(case, clerk):
    move_on(case)
    row = PersonMatch.objects.get()
    assert (status(case), row.state, unmatched(clerk).count) == (Status.READY, "no_register", 0)
    client = Client()
    client.force_login(clerk)
    page = client.get(reverse("reading:resident", args=[row.pk])).content.decode()
    assert "宛名の登録簿がありません" in page
    assert "完了" not in page, "nothing was found out"


def test_a_procedure_that_demands_the_number_waits_for_it(in_yakuba_city, clerk, register):
    case = application(clerk, required=True)
    move_on(case)
    row = PersonMatch.objects.get()
    assert (status(case), unmatched(clerk).count) == (Status.CONFIRMING, 1)
    with pytest.raises(Invalid, match="宛名番号"):
        declared.nobody(clerk, match_id=row.pk)
    client = Client()
    client.force_login(clerk)
    assert (
        "宛名の登録簿がまだありません"
        in client.get(reverse("reading:resident", args=[row.pk])).content.decode()
    )
    register(TARO, OTHER)
    client.post(reverse("reading:resident_decide", args=[row.pk]), {"again": "1"})
    assert (status(case), number(case) and number(case).value) == (Status.READY, "1001")


def test_whose_number_it_was_goes_with_the_case(case, register):
    register(TARO, OTHER)
    move_on(case)
    erase([case.pk])
    assert not PersonMatch.objects.exists()


def test_a_procedure_without_such_a_field_asks_nothing(in_yakuba_city, clerk, register):
    case = application(clerk, person={})
    register(OTHER)
    move_on(case)
    assert (status(case), PersonMatch.objects.count()) == (Status.READY, 0)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"type": "name"}, "型 digits か text"),
        ({"person": {"namae": "name"}}, "namae は使えません"),
        ({"person": {"kana": "kana"}}, "name（氏名の項目）"),
        ({"person": {"name": "nobody"}}, "項目 nobody がありません"),
    ],
)
def test_what_cannot_be_meant_is_told_when_the_procedure_is_loaded(said, sentence):
    with pytest.raises(DefinitionError, match=sentence.replace("（", "（")):
        parse_procedure(document(**said), "bus-pass")


def test_whoever_may_not_match_sees_nobody(case, clerk, make_staff, yakuba_city, register):
    register(TARO, JIRO)
    move_on(case)
    client = Client(raise_request_exception=False)
    client.force_login(make_staff(yakuba_city, "reading.confirm", "reading.view", "persons.view"))
    url = reverse("reading:resident", args=[PersonMatch.objects.get().pk])
    assert client.get(url).status_code == 403


def test_the_number_of_somebody_who_is_not_meant_leaves_the_case(case, clerk, register):
    register(TARO, JIRO)
    move_on(case)
    row = PersonMatch.objects.get()
    declared.choose(clerk, match_id=row.pk, number="１００１")
    assert number(case).value == "1001", "as the register has it, however it was typed"
    put_right(case, "1961-05-09", clerk)
    declared.nobody(clerk, match_id=row.pk)
    assert (status(case), number(case)) == (Status.READY, None), "no robot enters it"
    move_on(case)
    assert PersonMatch.objects.get().state == "nobody", "decided once for these values"
    register(TARO, OTHER)
    put_right(case, SAID["birth"], clerk)
    assert (PersonMatch.objects.get().state, number(case).value) == ("certain", "1001")


def put_right(case: Case, birth: str, clerk: User) -> None:
    question = questions.ask_again(case, "birth", actor=clerk)
    questions.answer(question.pk, birth, actor=clerk, seconds=1.0)


def test_a_number_that_the_field_does_not_take_asks_instead_of_stopping_the_case(case, clerk, register):
    register(TARO.replace("1001", "A1001"), OTHER)
    move_on(case)
    row = PersonMatch.objects.get()
    assert (row.state, number(case)) == ("open", None)
    assert "「宛名番号」に入らない形" in row.reason
    with pytest.raises(Invalid, match="数字だけ"):
        declared.choose(clerk, match_id=row.pk, number="A1001")


def test_of_whom_the_address_is_hidden_nobody_decides_who_may_not_open_it(
    case, clerk, register, make_staff, yakuba_city
):
    register(TARO, JIRO)
    move_on(case)
    row = PersonMatch.objects.get()
    protect_case(case, clerk)
    other = make_staff(yakuba_city, "reading.match", "reading.view")
    for decide in (
        lambda: declared.choose(other, match_id=row.pk, number="1001"),
        lambda: declared.nobody(other, match_id=row.pk),
        lambda: declared.again(other, match_id=row.pk),
    ):
        with pytest.raises(Forbidden, match="支援措置"):
            decide()
    assert number(case) is None
