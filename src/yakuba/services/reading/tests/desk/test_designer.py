"""A form without a programmer: a blank picture goes in, a clerk corrects the proposals, and a filled sheet is read."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.queries import values_of
from yakuba.services.reading.models import DesignedForm, FormDefinition, Sheet
from yakuba.services.reading.tests.desk.drawn import ERAS, OPTIONS, filled, small_form
from yakuba.services.reading.tests.desk.office import Desk

EXACT = {
    "氏名": "山田花子", "会員番号": "482913", "生年月日": "1975-12-03", "郵便番号": "1000001", "手数料の金額": "1500",
}  # fmt: skip


def sent(page: str) -> dict[str, str]:
    """What a browser without JavaScript would send of the table: every field as it stands."""
    from html.parser import HTMLParser

    found: dict[str, str] = {}

    class Reader(HTMLParser):
        inside, select, area = False, "", ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            given = dict(attrs)
            name = given.get("name") or ""
            if tag == "form":
                self.inside = given.get("id") == "table"
            if not self.inside or "disabled" in given:
                return
            if tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
                found[name] = given.get("value") or ""
            elif tag == "select":
                self.select = name
            elif tag == "option" and self.select and ("selected" in given or self.select not in found):
                found[self.select] = given.get("value") or ""
            elif tag == "textarea":
                self.area, found[name] = name, ""

        def handle_endtag(self, tag: str) -> None:
            if tag == "form":
                self.inside = False
            elif tag == "select":
                self.select = ""
            elif tag == "textarea":
                self.area = ""

        def handle_data(self, data: str) -> None:
            if self.area:
                found[self.area] += data

    Reader().feed(page)
    return found


@pytest.fixture
def manager(client: Client, clerk: Any) -> Client:
    client.force_login(clerk)
    return client


def begun(manager: Client, desk: Desk, content: bytes, name: str = "申込書.png", **more: str) -> DesignedForm:
    blank = io.BytesIO(content)
    blank.name = name
    answer = manager.post(reverse("reading:design_new"), {"blank": blank, **more})
    assert answer.status_code == 302, answer.content.decode()
    desk.work()
    return DesignedForm.objects.latest("pk")


def test_the_whole_way_without_javascript(manager: Client, desk: Desk) -> None:
    page = small_form()
    form = begun(manager, desk, page.png())
    assert form.state == "draft", form.message
    address = reverse("reading:design", args=[form.pk])
    table = sent(manager.get(address).content.decode())
    labels = {table[key] for key in table if re.fullmatch(r"label-\d+", key)} - {""}
    assert labels == set(page.boxes)
    assert table["numbering"] == "order"
    for key in list(table):
        if re.fullmatch(r"label-\d+", key) and table[key]:
            assert table[key.replace("label", "type")] == page.boxes[table[key]][0]
    table |= {f"seen-{i}": "1" for i in range(20)} | {"do": "publish"}
    answer = manager.post(address, table)
    assert answer.status_code == 302, answer.content.decode()
    publish = reverse("reading:design_publish", args=[form.pk])
    shown = manager.get(publish).content.decode()
    revision = re.search(r'name="revision" value="(\d+)"', shown)
    assert revision, shown
    answer = manager.post(publish, {"revision": revision[1]})
    assert answer.status_code == 302, answer.content.decode()
    used = FormDefinition.objects.get(code=form.code, current=True)
    assert used.title == "古紙回収ボックス利用申込書"
    desk.upload(("記入済み.png", filled(page, OPTIONS, ERAS)))
    desk.work()
    sheet = Sheet.objects.get()
    assert sheet.state == "placed", sheet.message
    case = Case.objects.get(procedure=used.procedure)
    codes = {one.label: one.code for one in used.procedure.definition.fields}
    values = values_of(case)
    assert values["receipt_number"] == case.receipt_number == sheet.receipt_number
    read = {label: values[code] for label, code in codes.items() if code in values}
    assert {label: read[label] for label in EXACT} == EXACT
