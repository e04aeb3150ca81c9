"""The second factor: set up, asked for at login, demanded by a role, lost."""

from __future__ import annotations

import pytest
from django.test import Client

from yakuba.kernel.accounts.models import LoginTally, Role, User
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.signin import actions
from yakuba.kernel.signin.models import Authenticator, RecoveryCode
from yakuba.kernel.signin.queries import factors
from yakuba.kernel.signin.tests.signing import code_now, give_phone, grow_old, log_in


@pytest.fixture(autouse=True)
def _still_clock(monkeypatch):
    """One moment, so that no step of thirty seconds ends in the middle of a test."""
    monkeypatch.setattr("time.time", lambda: 1_800_000_010.0)


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_the_secret_is_kept_encrypted_and_shown_while_it_is_set_up(clerk, in_yakuba_city):
    secret, codes = give_phone(clerk)
    row = Authenticator.objects.get(user=clerk)
    assert secret not in bytes(row.secret)
    assert len(codes) == len(set(codes)) == 10
    stored = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert not stored & {code.replace("-", "") for code in codes}
    with pytest.raises(actions.Conflict):
        actions.secret_of(row)


def test_setting_up_on_the_pages(clerk, in_yakuba_city):
    client, _ = log_in(clerk)
    assert client.post("/signin/phone/begin/")["Location"] == "/signin/phone/"
    page = client.get("/signin/phone/").content.decode()
    assert "data:image/svg+xml;base64," in page
    secret = actions.secret_of(Authenticator.objects.get())
    wrong = client.post("/signin/phone/", {"code": "000000" if code_now(secret) != "000000" else "111111"})
    assert (wrong.status_code, "番号が違います" in wrong.content.decode()) == (422, True)
    done = client.post("/signin/phone/", {"code": code_now(secret)}).content.decode()
    assert done.count('<li class="value">') == 10
    assert factors(clerk).phone
    names = set(AuditEvent.objects.values_list("name", flat=True))
    assert {"signin.factor_added", "signin.codes_made"} <= names


def test_the_password_alone_lets_nobody_in_who_has_a_telephone(clerk, in_yakuba_city):
    secret, _ = give_phone(clerk)
    client, answer = log_in(clerk, next="/search/?text=x")
    assert answer["Location"] == "/login/second/"
    assert not is_in(client)
    assert client.post("/login/second/", {"code": code_now(secret)})["Location"] == "/search/?text=x"
    assert is_in(client)


def test_a_code_is_taken_once(clerk, in_yakuba_city):
    secret, _ = give_phone(clerk)
    first, second = log_in(clerk)[0], log_in(clerk)[0]
    code = code_now(secret)
    assert first.post("/login/second/", {"code": code}).status_code == 302
    again = second.post("/login/second/", {"code": code})
    assert (again.status_code, is_in(second)) == (422, False)
    assert second.post("/login/second/", {"code": code_now(secret, 1)}).status_code == 302, "the next one"
    earlier = log_in(clerk)[0]
    assert earlier.post("/login/second/", {"code": code}).status_code == 422, "one before the last"


def test_a_recovery_code_opens_once_however_it_is_typed(clerk, in_yakuba_city):
    _, codes = give_phone(clerk)
    typed = codes[0].upper().replace("-", " ")
    assert log_in(clerk)[0].post("/login/second/", {"code": typed}).status_code == 302
    assert log_in(clerk)[0].post("/login/second/", {"code": codes[0]}).status_code == 422
    assert factors(clerk).codes == 9
    assert AuditEvent.objects.filter(name="signin.code_used").count() == 1


def test_another_persons_codes_open_nothing(clerk, newcomer, in_yakuba_city):
    give_phone(clerk)
    secret, codes = give_phone(newcomer)
    client, _ = log_in(clerk)
    for code in (code_now(secret), codes[0]):
        assert client.post("/login/second/", {"code": code}).status_code == 422
    assert not is_in(client)


def test_who_knows_the_password_cannot_try_codes_for_ever(clerk, in_yakuba_city):
    give_phone(clerk)
    statuses = []
    for _ in range(4):
        client, answer = log_in(clerk)
        statuses.append(answer.status_code)
        if answer.status_code == 302:
            statuses.append(client.post("/login/second/", {"code": "zzzz-zzzz-zzzz"}).status_code)
    assert 429 in statuses, statuses
    assert statuses.count(422) <= 3
    assert LoginTally.objects.get(scope="name_at_place").tries == 5


def test_a_login_with_both_leaves_nothing_counted(clerk, in_yakuba_city):
    secret, _ = give_phone(clerk)
    client, _ = log_in(clerk)
    client.post("/login/second/", {"code": code_now(secret)})
    assert set(LoginTally.objects.values_list("tries", flat=True)) <= {0}


def test_the_half_login_ends_after_five_minutes_and_with_the_password(clerk, in_yakuba_city, monkeypatch):
    secret, _ = give_phone(clerk)
    changed = log_in(clerk)[0]
    late = log_in(clerk)[0]
    User.objects.get(pk=clerk.pk).save()
    person = User.objects.get(pk=clerk.pk)
    monkeypatch.setattr("time.time", lambda: 1_800_000_010.0 + 301)
    assert late.post("/login/second/", {"code": code_now(secret)})["Location"] == "/login/"
    monkeypatch.setattr("time.time", lambda: 1_800_000_010.0)
    person.set_password("another-test-word")
    person.save()
    assert changed.post("/login/second/", {"code": code_now(secret)})["Location"] == "/login/"
    assert Client().get("/login/second/")["Location"] == "/login/"


def test_a_role_that_demands_it_leads_to_the_set_up_before_anything_else(make_staff, in_yakuba_city):
    user = make_staff(in_yakuba_city, "ledger.view")
    Role.objects.filter(users=user).update(second_factor=True)
    client, _ = log_in(user)
    for path in ("/", "/cases/", "/search/"):
        assert client.get(path)["Location"] == "/signin/", path
    assert client.post("/cases/")["Location"] == "/signin/"
    assert "二つ目の確認が必要です" in client.get("/signin/").content.decode()
    assert client.get("/password/").status_code == 200
    give_phone(user)
    assert is_in(client)
    with pytest.raises(actions.Conflict, match="外せません"):
        actions.remove_phone(user)


def test_changing_it_needs_a_fresh_proof(clerk, in_yakuba_city):
    give_phone(clerk)
    client = Client()
    client.force_login(clerk)
    grow_old(client)
    for path in ("phone/begin", "phone/remove", "codes"):
        answer = client.post(f"/signin/{path}/")
        assert (answer.status_code, "本人の確認" in answer.content.decode()) == (403, True), path
    assert factors(clerk).phone
    assert factors(clerk).codes == 10


def test_the_administrator_takes_a_lost_one_away(clerk, newcomer, in_yakuba_city):
    give_phone(newcomer)
    client = Client()
    client.force_login(clerk)
    assert client.post(f"/administration/people/{newcomer.pk}/second-factor/").status_code == 302
    assert factors(newcomer) == type(factors(newcomer))(False, 0)


def test_towns_do_not_see_each_other(clerk, neighbour, in_yakuba_city):
    give_phone(neighbour)
    assert not Authenticator.objects.exists()
    client = Client()
    client.force_login(clerk)
    assert client.post(f"/administration/people/{neighbour.pk}/second-factor/").status_code == 404
    assert factors(neighbour).phone
