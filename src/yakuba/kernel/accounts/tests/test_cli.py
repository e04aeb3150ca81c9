"""An empty house becomes a town with people, from the command line alone."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.test import Client
from typer.testing import CliRunner

from yakuba.config.command import build
from yakuba.kernel.accounts.models import ApiToken, User
from yakuba.kernel.audit.chain import verify
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality

PASSWORD = "hanami-no-kaeri-michi"
BUS_PASS = settings.YAKUBA.samples_dir / "procedures" / "bus-pass.yaml"


def call(*words: str, code: int = 0, typed: str = ""):
    result = CliRunner().invoke(build(), list(words), input=typed)
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def town(db) -> Municipality:
    call("accounts", "municipality", "990019", "やくば市")
    call("accounts", "role", "管理者", "--permission", "all")
    call("accounts", "staff", "hanako", "--name", "山田花子", "--department", "総務課", "--role", "管理者",
         "--password-stdin", typed=PASSWORD + "\n")  # fmt: skip
    return Municipality.objects.get()


def test_the_first_person_can_log_in_and_work(town):
    client = Client()
    client.post("/login/", {"username": "hanako", "password": PASSWORD})
    assert client.get("/reading/?sort=").status_code == 200
    call("ledger", "load-procedure", str(BUS_PASS), "--user", "hanako")
    listed = json.loads(call("ledger", "procedures", "--json").stdout)
    assert listed == [{"code": "bus-pass", "title": "コミュニティバス乗車券申請", "version": 1}]
    with active_municipality(town):
        names = set(AuditEvent.objects.values_list("name", flat=True))
        assert verify()[1] == []
    assert {"accounts.municipality_saved", "accounts.role_saved", "accounts.staff_saved"} <= names


def test_saving_again_changes_only_what_is_written(town):
    call("accounts", "staff", "hanako", "--name", "鈴木花子")
    person = User.objects.get(username="hanako")
    assert (person.display_name, str(person.department)) == ("鈴木花子", "総務課")
    assert person.check_password(PASSWORD)
    with active_municipality(town):
        assert [role.name for role in person.roles.all()] == ["管理者"]


def test_who_leaves_cannot_log_in_until_they_are_back(town):
    client = Client()
    client.force_login(User.objects.get(username="hanako"))
    call("accounts", "leave", "hanako")
    assert client.get("/reading/?sort=").status_code == 302
    assert json.loads(call("accounts", "list", "--json").stdout)[0]["active"] is False
    call("accounts", "back", "hanako")
    client.post("/login/", {"username": "hanako", "password": PASSWORD})
    assert client.get("/reading/?sort=").status_code == 200


def test_a_token_opens_only_its_scope(town):
    token = json.loads(
        call("accounts", "token", "hanako", "--name", "連携", "--scope", "reform.view", "--json").stdout
    )["token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert Client().get("/api/v1/reform/effects", headers=headers).status_code == 200
    assert Client().get("/api/v1/robots/runs", headers=headers).status_code == 403
    assert ApiToken.objects.get().expires_at is not None


@pytest.mark.parametrize(
    ("words", "typed", "sentence"),
    [
        (["accounts", "municipality", "990018", "まちがい市"], "", "団体コード"),
        (["accounts", "role", "x", "--permission", "reading.fly"], "", "reading.fly"),
        (["accounts", "staff", "taro", "--role", "ない役割"], "", "ない役割"),
        (["accounts", "staff", "taro", "--password-stdin"], "short\n", "10"),
        (["accounts", "leave", "nobody"], "", "nobody"),
        (["accounts", "token", "hanako", "--name", "x", "--scope", "reading.fly"], "", "reading"),
        (["ledger", "load-procedure", str(BUS_PASS), "--user", "nobody"], "", "nobody"),
    ],
)
def test_what_cannot_be_taken_is_said_and_leaves_nothing(town, words, typed, sentence):
    result = call(*words, code=2, typed=typed)
    assert sentence in result.stderr
    assert User.objects.count() == 1
    assert Municipality.objects.count() == 1


def test_a_name_of_another_town_is_not_taken_over(town):
    call("accounts", "municipality", "990027", "となり町")
    result = call("accounts", "staff", "hanako", "--municipality", "990027", code=2)
    assert "ほかの自治体" in result.stderr
    assert User.objects.get().municipality == town


def test_a_file_that_is_no_procedure_is_refused(town, tmp_path):
    path = tmp_path / "買い物.yaml"
    path.write_text("- 牛乳\n- パン\n", encoding="utf-8")
    assert "買い物.yaml" in call("ledger", "load-procedure", str(path), code=2).stderr
