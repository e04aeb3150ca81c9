"""People, roles, departments, tokens: what an administrator does, and what is refused."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from yakuba.kernel.accounts.models import ApiToken, Role, User
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.tenancy import every_municipality
from yakuba.kernel.tenancy.models import Department

NEW = {"username": "tanaka", "display_name": "田中 一郎", "department": "", "roles": []}


def secret_in(answer) -> str:
    return re.search(r'id="secret">([^<]+)<', answer.content.decode()).group(1)


def events(name: str) -> int:
    return AuditEvent.objects.filter(name=name).count()


def test_a_new_person_logs_in_with_the_password_that_was_shown_once(admin, in_yakuba_city):
    Role.objects.create(name="窓口担当", permissions=["ledger.view"])
    secret = secret_in(admin.post(reverse("administration:person-new"), NEW | {"roles": ["窓口担当"]}))
    person = User.objects.get(username="tanaka")
    assert list(person.roles.values_list("name", flat=True)) == ["窓口担当"]
    assert secret not in admin.get(reverse("administration:person", args=[person.pk])).content.decode()
    assert Client().login(username="tanaka", password=secret)
    actors = AuditEvent.objects.filter(name="accounts.staff_saved").values_list("actor__username", flat=True)
    assert set(actors) == {admin.get("/").wsgi_request.user.username}


@pytest.mark.parametrize(("change", "word"), [({"username": "たなか"}, "半角"), ({"display_name": ""}, "")])
def test_a_person_entered_wrong_is_told_at_the_field_and_nothing_is_made(admin, in_yakuba_city, change, word):
    answer = admin.post(reverse("administration:person-new"), NEW | change)
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert not User.objects.filter(display_name="田中 一郎").exists()


def test_a_number_that_another_town_uses_is_refused_without_saying_whose(admin, in_yakuba_city, neighbour):
    answer = admin.post(reverse("administration:person-new"), NEW | {"username": neighbour.username})
    assert answer.status_code == 422
    assert "もう使われています" in answer.content.decode()
    with every_municipality("the neighbour's account"):
        neighbour.refresh_from_db()
    assert neighbour.municipality_id != in_yakuba_city.pk


def test_roles_can_be_taken_away_and_a_person_sent_home(admin, in_yakuba_city, newcomer):
    role = Role.objects.create(name="窓口担当", permissions=["ledger.view"])
    newcomer.roles.add(role)
    admin.post(reverse("administration:person", args=[newcomer.pk]), NEW)
    assert not newcomer.roles.exists()
    session = Client()
    session.force_login(newcomer)
    admin.post(reverse("administration:person-active", args=[newcomer.pk]), {"leave": "1"})
    assert session.get("/").status_code == 302
    admin.post(reverse("administration:person-active", args=[newcomer.pk]), {"back": "1"})
    newcomer.refresh_from_db()
    assert newcomer.is_active


def test_nobody_sends_themselves_home_nor_the_last_who_manages(admin, in_yakuba_city, clerk):
    url = reverse("administration:person-active", args=[clerk.pk])
    assert "自分のログインは止められません" in admin.post(url, {"leave": "1"}, follow=True).content.decode()
    answer = admin.post(reverse("administration:person", args=[clerk.pk]), NEW | {"display_name": "x"})
    assert "管理できる人がいなくなる" in answer.content.decode()
    role = clerk.roles.get()
    answer = admin.post(reverse("administration:role", args=[role.pk]), {"permissions": ["ledger.view"]})
    assert "管理できる人がいなくなる" in answer.content.decode()
    role.refresh_from_db()
    assert "accounts.manage" in role.permissions


def test_a_new_password_ends_the_old_one_and_its_sessions(admin, in_yakuba_city, newcomer):
    newcomer.set_password("the old long password")
    newcomer.save()
    session = Client()
    assert session.login(username=newcomer.username, password="the old long password")
    secret = secret_in(admin.post(reverse("administration:person-password", args=[newcomer.pk])))
    assert session.get("/").status_code == 302
    assert Client().login(username=newcomer.username, password=secret)


def test_one_changes_ones_own_password(in_yakuba_city, newcomer):
    newcomer.set_password("the old long password")
    newcomer.save()
    client = Client()
    client.login(username=newcomer.username, password="the old long password")
    given = {"new_password1": "another long one 7", "new_password2": "another long one 7"}
    answer = client.post(reverse("own-password"), given | {"old_password": "wrong"})
    assert "今のパスワードが違います" in answer.content.decode()
    client.post(reverse("own-password"), given | {"old_password": "the old long password"})
    assert Client().login(username=newcomer.username, password="another long one 7")
    assert events("accounts.staff_saved") == 1


def test_a_role_is_made_from_what_the_rooms_propose_and_goes_when_nobody_holds_it(admin, in_yakuba_city):
    page = admin.get(reverse("administration:role-new") + "?like=窓口担当").content.decode()
    assert re.search(r'value="reading.upload"[^>]*checked', page)
    admin.post(reverse("administration:role-new"), {"name": "窓口担当", "permissions": ["ledger.view"]})
    role = Role.objects.get(name="窓口担当")
    again = admin.post(
        reverse("administration:role-new"), {"name": "窓口担当", "permissions": ["ledger.view"]}
    )
    assert "もうあります" in again.content.decode()
    admin.post(reverse("administration:role-remove", args=[role.pk]))
    assert not Role.objects.filter(pk=role.pk).exists()
    assert events("accounts.role_removed") == 1


def test_a_role_or_a_department_with_people_stays(admin, in_yakuba_city, clerk):
    role = clerk.roles.get()
    answer = admin.post(reverse("administration:role-remove", args=[role.pk]), follow=True)
    assert "先にほかの役割へ" in answer.content.decode()
    row = Department.objects.create(name="税務課")
    User.objects.filter(pk=clerk.pk).update(department=row)
    answer = admin.post(reverse("administration:department", args=[row.pk]), {"remove": "1"})
    assert "先にほかの課へ" in answer.content.decode()
    assert Department.objects.filter(pk=row.pk).exists()


def test_departments_are_made_renamed_and_removed(admin, in_yakuba_city):
    url = reverse("administration:town")
    admin.post(url, {"what": "department", "new-name": "税務課"})
    assert "もうあります" in admin.post(url, {"what": "department", "new-name": "税務課"}).content.decode()
    row = Department.objects.get(name="税務課")
    admin.post(reverse("administration:department", args=[row.pk]), {"name": "課税課"})
    row.refresh_from_db()
    assert row.name == "課税課"
    admin.post(reverse("administration:department", args=[row.pk]), {"remove": "1"})
    assert not Department.objects.exists()
    admin.post(url, {"town-name": "新やくば市"})
    in_yakuba_city.refresh_from_db()
    assert in_yakuba_city.name == "新やくば市"


def test_a_token_is_shown_once_works_and_is_stopped(admin, in_yakuba_city, clerk):
    given = {"user": clerk.username, "name": "連携", "days": 30, "scopes": ["reform.view"]}
    secret = secret_in(admin.post(reverse("administration:tokens"), given))
    row = ApiToken.objects.get()
    page = admin.get(reverse("administration:tokens")).content.decode()
    assert secret not in page
    assert row.digest not in page
    headers = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/reform/effects", headers=headers).status_code == 200
    admin.post(reverse("administration:token-revoke", args=[row.pk]))
    assert Client().get("/api/v1/reform/effects", headers=headers).status_code == 401
    assert (events("accounts.token_issued"), events("accounts.token_revoked")) == (1, 1)


def test_nobody_gets_through_a_token_what_their_role_refuses(in_yakuba_city, make_staff, clerk):
    issuer = Client()
    issuer.force_login(make_staff(in_yakuba_city, "accounts.tokens"))
    given = {"user": clerk.username, "name": "x", "days": 30, "scopes": ["ledger.view"]}
    assert issuer.post(reverse("administration:tokens"), given).status_code == 422
    assert not ApiToken.objects.exists()
