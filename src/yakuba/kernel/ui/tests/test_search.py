"""The menu in groups, and the search."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.definitions.procedures import read_document
from yakuba.kernel.ledger import actions
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.tests.examples import RECEIPT_NUMBER
from yakuba.kernel.registry import search_sources
from yakuba.kernel.search import indexing
from yakuba.kernel.search.models import Shelf
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.kernel.ui import manual
from yakuba.kernel.ui.spelling import nearby


@pytest.fixture
def client_of():
    def logged_in(person):
        client = Client()
        client.force_login(person)
        return client

    return logged_in


def index() -> None:
    """What the workers do."""
    for source in search_sources():
        if not indexing.is_built(source):
            indexing.rebuild(source)
        indexing.take_in(source)


@pytest.fixture(scope="module")
def manual_indexed(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The manual, as every town has it: put into the index once for all tests, each of which is taken back to here."""
    with django_db_blocker.unblock(), transaction.atomic():
        town = Municipality.objects.create(code="990019", name="やくば市")
        with active_municipality(town):
            index()
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _found_in_the_town(manual_indexed, in_yakuba_city) -> None:
    pass


@pytest.fixture
def case(in_yakuba_city) -> Case:
    sample = Path(settings.YAKUBA.samples_dir) / "procedures/bus-pass.yaml"
    procedure = actions.load_procedure(read_document(sample), actor=None)
    case = actions.open_case(procedure, RECEIPT_NUMBER)
    actions.record_value(case, "name", "佐藤花子", trusted=True, source={})
    index()
    return case


def found(client, text: str) -> str:
    page = client.get(reverse("search"), {"text": text}).content.decode()
    return re.search(r"<main.*</main>", page, re.S).group()


def test_the_menu_has_groups_and_few_entries_lie_open(client_of, clerk, make_staff, yakuba_city):
    full = client_of(clerk).get("/").content.decode()
    groups = re.findall(r"<summary[^>]*>(受付・処理|住民・窓口|分析・経営|管理)<", full)
    assert groups == ["受付・処理", "住民・窓口", "分析・経営", "管理"]
    few = client_of(make_staff(yakuba_city, "ledger.view")).get("/").content.decode()
    wide = re.search(r'<nav class="nav nav--wide".*?</nav>', few, re.S).group()
    assert "<details" not in wide
    assert "受付・処理" in wide
    assert "管理" not in wide


def test_a_case_is_found_by_who_may_see_it_and_the_search_is_recorded(
    client_of, clerk, make_staff, neighbour, case, yakuba_city
):
    url = reverse("ledger:case", args=[case.pk])
    for text in (RECEIPT_NUMBER, "佐藤花子"):
        assert url in found(client_of(clerk), text)
        assert url not in found(client_of(neighbour), text)
        assert url not in found(client_of(make_staff(yakuba_city, "reading.view")), text)
    assert AuditEvent.objects.filter(name="ledger.searched", actor=clerk).count() == 2


def test_pages_are_found_only_by_who_may_open_them(client_of, clerk, make_staff, yakuba_city):
    assert reverse("administration:tokens") in found(client_of(clerk), "トークン")
    assert reverse("administration:tokens") not in found(client_of(make_staff(yakuba_city)), "トークン")


def test_the_manual_is_found_and_opens(client_of, make_staff, yakuba_city):
    client = client_of(make_staff(yakuba_city))
    page = found(client, "スキャン")
    assert "手引き" in page
    for url in re.findall(r'href="(/manual/[^"]+)"', page):
        assert client.get(url).status_code == 200


def test_an_exact_receipt_number_comes_before_everything(client_of, clerk, case):
    page = found(client_of(clerk), RECEIPT_NUMBER)
    assert re.search(r'href="([^"]+)"', page[page.index("<h3>") :]).group(1) == reverse(
        "ledger:case", args=[case.pk]
    )


def test_another_wording_finds_the_page_and_its_words_are_marked(client_of, make_staff, yakuba_city):
    page = found(client_of(make_staff(yakuba_city)), "用紙をスキャナで読み込みたい")
    assert manual.address("帳票を読み取る") in page
    assert re.search(r"<mark>[^<]+</mark>", page)


def test_kinds_narrow_and_lead_back(client_of, clerk, case):
    client = client_of(clerk)
    page = found(client, "受付")
    kinds = re.findall(r"only=([a-z.]+)", page)
    assert kinds[0] == "places"
    assert "ui.manual" in kinds
    alone = client.get(reverse("search"), {"text": "受付", "only": "ui.manual"}).content.decode()
    assert re.findall(r'<h2 id="found-\d+">([^<]+)', alone) == ["手引き"]
    assert "すべての種類から探す" in alone
    assert (
        "見つかりませんでした"
        in client.get(reverse("search"), {"text": "受付", "only": "x"}).content.decode()
    )


def test_a_wrong_conversion_is_put_right(client_of, make_staff, yakuba_city):
    client = client_of(make_staff(yakuba_city))
    assert "もしかして" not in found(client, "帳票")
    page = found(client, "兆評")
    assert "もしかして" in page
    assert nearby("兆評") == "帳票"
    assert nearby("ロボッド") == "ロボット"
    assert nearby("帳票") == ""
    assert nearby("") == ""


def test_no_word_of_a_case_is_ever_offered(client_of, clerk, case):
    assert "花子" not in nearby("佐藤花呼")
    assert "佐藤花子" not in found(client_of(clerk), "さとうはなお")


def test_what_is_not_in_the_index_yet_is_said(client_of, clerk, case):
    other = actions.open_case(case.procedure, "0800000226")
    page = found(client_of(clerk), "0800000226")
    assert reverse("ledger:case", args=[other.pk]) in page
    assert "まもなく索引に入ります" in page
    Shelf.objects.filter(source="ledger.cases").update(version="")
    assert "索引を作っているところ" in found(client_of(clerk), "だれもいない")


def test_the_list_is_offered_for_parts_of_numbers(client_of, clerk, case):
    page = found(client_of(clerk), RECEIPT_NUMBER)
    url = re.search(r'href="(/cases/[?][^"]+)"', page).group(1)
    assert RECEIPT_NUMBER in client_of(clerk).get(url).content.decode()


def test_what_is_not_found_says_what_to_try(client_of, clerk):
    assert "見つかりませんでした" in found(client_of(clerk), "ぬるぽんが")
    assert "見つかりませんでした" not in found(client_of(clerk), "")
    assert "<script>" not in found(client_of(clerk), "<script>alert(1)</script>")
