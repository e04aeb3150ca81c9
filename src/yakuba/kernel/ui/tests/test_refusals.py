"""A refusal that a view lets through: back on the page it came from, in the form, in a part of a page, or alone."""

from __future__ import annotations

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.test import override_settings
from django.urls import path

from yakuba.kernel.accounts.proof import ProofNeeded
from yakuba.kernel.refusals import Conflict, Invalid, Problem
from yakuba.kernel.ui.refusals import told_in, told_on


class OneField(forms.Form):
    number = forms.CharField()


def refusing(request):
    raise Conflict("もう終わっています。", remedy="一覧を開き直してください。")


def many(request):
    raise Invalid(
        "直してください。", problems=[Problem(3, "欄", "二度あります。"), Problem(5, "", "空です。")]
    )


def form(request):
    bound = OneField(request.POST)
    if bound.is_valid():
        with told_in(bound):
            if bound.cleaned_data["number"] == "9":
                raise Conflict("9は使われています。")
            return HttpResponse("done")
    return HttpResponse(f"{bound.as_p()}", status=422)


def of_a_pile(request):
    refused = {"late": Conflict("先に決まりました。"), "bad": Invalid("読めません。"), "who": ProofNeeded()}
    with told_on(request, Conflict, ProofNeeded):
        raise refused[request.POST["why"]]
    return redirect("/next/")


def at_a_field(request):
    bound = OneField(request.POST)
    bound.is_valid()
    with told_in(bound, "number") as told:
        raise Conflict("9は使われています。")
    return HttpResponse(f"{bound.errors['number']} {told.refusal.status}", status=422)


urlpatterns = [
    path("press/", refusing),
    path("many/", many),
    path("form/", form),
    path("pile/", of_a_pile),
    path("field/", at_a_field),
]
pytestmark = [pytest.mark.django_db]
SENTENCE = "もう終わっています。一覧を開き直してください。"


@pytest.fixture(autouse=True)
def these_pages():
    with override_settings(ROOT_URLCONF=__name__):
        yield


def test_a_button_leads_back_with_the_sentence(client):
    answer = client.post("/press/", headers={"Referer": "http://testserver/list/?page=2"})
    assert (answer.status_code, answer.url) == (302, "http://testserver/list/?page=2")
    assert [str(one) for one in get_messages(answer.wsgi_request)] == [SENTENCE]


@pytest.mark.parametrize(
    "sender",
    ["", "https://elsewhere.example/", "javascript:alert(1)", "//elsewhere.example"],
)
def test_nobody_is_led_out_of_the_house(client, sender):
    answer = client.post("/press/", headers={"Referer": sender})
    assert answer.status_code == 409
    assert SENTENCE in answer.content.decode()


def test_a_page_that_is_refused_says_so_with_its_status(client):
    answer = client.get("/press/", headers={"Referer": "http://testserver/list/"})
    assert (answer.status_code, SENTENCE in answer.content.decode()) == (409, True)
    answer = client.get("/many/")
    assert answer.status_code == 422
    assert "<li>3行目 欄: 二度あります。</li><li>5行目：空です。</li>" in answer.content.decode()


def test_a_part_of_a_page_gets_the_sentence_in_its_place(client):
    answer = client.post("/press/", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert SENTENCE in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_a_form_keeps_what_was_typed(client):
    assert client.post("/form/", {"number": "8"}).content == b"done"
    answer = client.post("/form/", {"number": "9"})
    assert answer.status_code == 422
    assert "9は使われています。" in answer.content.decode()
    assert 'value="9"' in answer.content.decode()


def test_on_a_pile_it_is_told_on_the_next_page(client):
    answer = client.post("/pile/", {"why": "late"}, headers={"Referer": "http://testserver/this/"})
    assert (answer.status_code, answer.url) == (302, "/next/")
    assert [str(one) for one in get_messages(answer.wsgi_request)] == ["先に決まりました。"]


def test_of_a_pile_only_what_was_named_is_told_there(client):
    answer = client.post("/pile/", {"why": "bad"}, headers={"Referer": "http://testserver/this/"})
    assert answer.url == "http://testserver/this/"
    # Who has to prove to be the one is asked for it on a page of its own, whatever the page would tell.
    asked = client.post("/pile/", {"why": "who"})
    assert asked.status_code == 403


def test_a_refusal_of_a_field_stands_at_it(client):
    answer = client.post("/field/", {"number": "9"})
    assert "9は使われています。" in answer.content.decode()
    assert answer.content.decode().endswith(" 409")
