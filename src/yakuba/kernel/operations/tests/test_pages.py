"""The page of a button: what stands in its address, and what is typed beside it."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.test import override_settings
from django.urls import path
from pydantic import BaseModel, Field

from yakuba.config.urls import urlpatterns as all_pages
from yakuba.kernel.accounts.models import Role
from yakuba.kernel.operations import Operations
from yakuba.kernel.operations.pages import button
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.tenancy import active_municipality

TABLE = Operations("trial")
ROLE = "http://testserver/roles/"


class Renaming(BaseModel):
    role_id: int = Field(description="番号")
    name: str = Field(description="名称")


class NameForm(forms.Form):
    name = forms.CharField(max_length=10)


@TABLE.add("名称を変える", "robots.manage", "POST roles/{role_id}/name")
def rename(asked: Renaming, actor: Any) -> Role:
    """Another name."""
    if asked.name == "taken":
        raise Conflict("その名称はもうあります。")
    row = Role.objects.get(pk=asked.role_id)
    row.name = asked.name
    row.save()
    return row


urlpatterns = [
    *all_pages,
    path(
        "roles/<int:role_id>/",
        button(
            rename,
            lambda row: f"/done/{row.pk}/",
            lambda row: f"「{row.name}」にしました。",
            of=Role,
            form=NameForm,
            otherwise="名称は10字までです。",
        ),
    ),
    path("plain/<int:role_id>/", button(rename, lambda row: "/done/", form=NameForm)),
]


@pytest.fixture
def press(client, make_staff, yakuba_city):
    with active_municipality(yakuba_city):
        role = Role.objects.create(name="まえ", permissions=["robots.view"])
    client.force_login(make_staff(yakuba_city, "robots.manage", "robots.view"))

    def call(name, number=role.pk, page="roles"):
        answer = client.post(f"/{page}/{number}/", {"name": name}, headers={"Referer": ROLE})
        told = [str(one) for one in get_messages(answer.wsgi_request)]
        with active_municipality(yakuba_city):
            return answer, told, Role.objects.get(pk=role.pk).name

    with override_settings(ROOT_URLCONF=__name__):
        yield call


def test_what_is_typed_beside_it_goes_along(press):
    answer, told, name = press("あと")
    assert answer.url.startswith("/done/")
    assert (told, name) == (["「あと」にしました。"], "あと")


@pytest.mark.parametrize(
    ("typed", "sentence"), [("", "名称は10字までです。"), ("taken", "その名称はもうあります。")]
)
def test_what_does_not_hold_leads_back_with_the_sentence(press, typed, sentence):
    answer, told, name = press(typed)
    assert (answer.url, told, name) == (ROLE, [sentence], "まえ")


def test_without_a_sentence_of_its_own_the_form_speaks(press):
    _, told, _ = press("とてもとてもとても長い名称", page="plain")
    assert "10" in told[0]


def test_what_another_town_has_is_not_there_whatever_was_typed(press, neighbour_town):
    with active_municipality(neighbour_town):
        other = Role.objects.create(name="よそ", permissions=["robots.view"])
    for typed in ("", "あと"):
        assert press(typed, number=other.pk)[0].status_code == 404
