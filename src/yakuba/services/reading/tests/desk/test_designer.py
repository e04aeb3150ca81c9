"""A form without a programmer: a blank picture goes in, a clerk corrects the proposals, and a filled sheet is read."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from yakuba.kernel.bundles.models import DefinitionVersion
from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.kernel.ledger.models import Case, Procedure
from yakuba.kernel.ledger.queries import values_of
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.values.receipt_numbers import read_application_number
from yakuba.services.reading.actions import designing_publish as publishing
from yakuba.services.reading.actions import sheets
from yakuba.services.reading.contracts import PageReading, PageStatus
from yakuba.services.reading.engine.proposals import drafting
from yakuba.services.reading.models import (
    Batch,
    BatchFile,
    DesignedForm,
    DesignedPage,
    FormDefinition,
    Sheet,
)
from yakuba.services.reading.queries.designs import changes
from yakuba.services.reading.tests.desk.drawn import ERAS, OPTIONS, filled, small_form
from yakuba.services.reading.tests.desk.office import Desk, Scans

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
def desk(in_yakuba_city: Any, clerk: Any) -> Desk:
    """The desk with the bus pass form; its sheets are drawn here."""
    desk = Desk(clerk, Scans({}, {}))
    desk.load("bus-pass")
    return desk


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


@pytest.mark.slow
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


# From here on the draft is written down, and nothing is looked for.


def draft(desk: Desk, *, numbering: str = "order", pages: int = 1) -> DesignedForm:
    """A draft with one field on each page."""
    code = f"form-{numbering}"
    made = drafting.new_draft(code, drafting.own_procedure(code, "小さな申込書"), "小さな申込書")
    made.form["numbering"] = numbering
    row = DesignedForm.objects.create(
        code=code, title="小さな申込書", owner=desk.person, state="draft", pages_expected=pages,
        document=made.form, procedure_document=made.procedure,
    )  # fmt: skip
    for number in range(1, pages + 1):
        image = store(StoredFile.Kind.PAGE, "blank.png", "image/png", small_form().png())
        DesignedPage.objects.create(form=row, number=number, image=image, width=1654, height=2339)
        made.form["pages"].append({"page": number, "image": f"page-{number}.png", "boxes": []})
    made.sizes = {number: (1654, 2339) for number in range(1, pages + 1)}
    for number in range(1, pages + 1):
        field = drafting.Row(number, "", f"氏名{number}", "name", True, "406 500 1142 78")
        made = drafting.take_rows(made, number, [field], "")
    row.document, row.procedure_document = made.form, made.procedure
    row.save()
    return row


def table_of(manager: Client, form: DesignedForm) -> dict[str, str]:
    return sent(manager.get(reverse("reading:design", args=[form.pk])).content.decode())


def test_a_second_version_says_what_it_changes(manager: Client, desk: Desk) -> None:
    form = draft(desk)
    publishing.publish(form, form.revision, actor=desk.person)
    assert changes(form) == []
    table = table_of(manager, form) | {"label-0": "申込者", "label-1": "電話", "type-1": "phone"}
    table |= {"place-1": "406 700 506 58 11マス", "do": "save"}
    assert manager.post(reverse("reading:design", args=[form.pk]), table).status_code == 302
    form.refresh_from_db()
    assert {(one.label, one.what) for one in changes(form)} == {
        ("申込者", "名前が変わる"),
        ("電話", "加わる"),
    }
    used = publishing.publish(form, form.revision, actor=desk.person)
    assert (used.version, used.procedure.version) == (2, 2)
    assert DefinitionVersion.objects.get(kind="form", version="1").state == "withdrawn"
    form.refresh_from_db()
    with pytest.raises(Conflict):
        publishing.publish(form, form.revision - 1, actor=desk.person)


def test_a_second_press_makes_no_second_version(manager: Client, desk: Desk) -> None:
    form = draft(desk)
    address = reverse("reading:design_publish", args=[form.pk])
    assert manager.post(address, {"revision": form.revision}).status_code == 302
    again = manager.post(address, {"revision": form.revision})
    assert again.status_code == 422
    assert "変わったところがありません" in again.content.decode()
    assert FormDefinition.objects.filter(code=form.code).count() == 1
    table = table_of(manager, form) | {"title": "別の名前", "free": "100 2000 300 100", "do": "save"}
    manager.post(reverse("reading:design", args=[form.pk]), table)
    form.refresh_from_db()
    assert [one.label for one in changes(form)] == ["様式の名前", "職員が書く場所"]
    assert manager.post(address, {"revision": form.revision}).status_code == 302


def crowded(desk: Desk, count: int) -> DesignedForm:
    """A draft with so many boxes side by side."""
    form = draft(desk)
    fields = [{"code": f"f{n}", "label": f"欄{n}", "type": "text"} for n in range(count)]
    boxes = [
        {"field": f"f{n}", "kind": "line", "box": [10 + n % 10 * 150, 10 + n // 10 * 60, 120, 40]}
        for n in range(count)
    ]
    form.document["pages"][0]["boxes"] = boxes
    form.procedure_document["fields"][1:] = fields
    form.save()
    return form


def test_of_a_crowded_page_no_box_is_lost(manager: Client, desk: Desk) -> None:
    form = crowded(desk, 200)
    address = reverse("reading:design", args=[form.pk])
    table = table_of(manager, form)
    refused = manager.post(address, table | {"do": "save"})
    assert refused.status_code == 422
    assert "欄199" in refused.content.decode(), "nothing that was there is gone"
    table |= {f"gone-{n}": "1" for n in range(110)}
    assert manager.post(address, table | {"do": "save"}).status_code == 302
    form.refresh_from_db()
    assert len(form.document["pages"][0]["boxes"]) == 90


def test_a_full_page_takes_no_copies(manager: Client, desk: Desk) -> None:
    form = crowded(desk, drafting.MOST_ROWS)
    table = table_of(manager, form) | {"pick-0": "1", "do": "copy"}
    assert manager.post(reverse("reading:design", args=[form.pk]), table).status_code == 422


def test_boxes_that_lie_on_one_another_are_not_published(manager: Client, desk: Desk) -> None:
    form = draft(desk)
    table = table_of(manager, form) | {"label-1": "同じ場所", "type-1": "text", "do": "save"}
    table["place-1"] = "400 495 1142 78"
    assert manager.post(reverse("reading:design", args=[form.pk]), table).status_code == 302
    form.refresh_from_db()
    with pytest.raises(DefinitionError, match="「氏名1」と「同じ場所」"):
        publishing.check(form)


def test_two_fields_of_one_name_are_not_published(manager: Client, desk: Desk) -> None:
    form = draft(desk)
    table = table_of(manager, form) | {"label-0": "氏名 2 ", "label-1": "氏名２", "do": "save"}
    table |= {"type-1": "text", "place-1": "400 700 1142 78"}
    assert manager.post(reverse("reading:design", args=[form.pk]), table).status_code == 302
    form.refresh_from_db()
    with pytest.raises(DefinitionError, match="同じ名前の項目があります（氏名2）"):
        publishing.check(form)


def test_what_somebody_else_has_changed_is_not_written_over(manager: Client, desk: Desk) -> None:
    form = draft(desk)
    table = table_of(manager, form)
    address = reverse("reading:design", args=[form.pk])
    assert manager.post(address, table | {"label-0": "甲"}).status_code == 302
    late = manager.post(address, table | {"label-0": "乙"})
    assert late.status_code == 409
    assert "乙" in late.content.decode(), "nothing that was typed is lost"
    form.refresh_from_db()
    assert form.procedure_document["fields"][1]["label"] == "甲"


def test_boxes_are_copied_aligned_and_deleted_without_javascript(manager: Client, desk: Desk) -> None:
    form = draft(desk)
    address = reverse("reading:design", args=[form.pk])

    def do(what: str, *picked: int) -> list[dict[str, Any]]:
        table = table_of(manager, form) | {f"pick-{i}": "1" for i in picked} | {"do": what}
        answer = manager.post(address, table)
        assert answer.status_code == 302, answer.content.decode()
        form.refresh_from_db()
        return form.document["pages"][0]["boxes"]

    first, second = do("copy", 0)
    assert second["box"] == [406, 570, 1142, 78]
    assert list(form.doubts) == [second["field"]]
    with pytest.raises(DefinitionError, match="確かめていない欄"):
        publishing.check(form)
    table = table_of(manager, form) | {"place-1": "450 570 1098 78", "label-1": "代理人", "seen-1": "1"}
    manager.post(address, table)
    form.refresh_from_db()
    assert not form.doubts
    assert [box["box"][0] for box in do("left", 0, 1)] == [406, 406]
    assert [box["field"] for box in do("delete", 0)] == [second["field"]]
    assert first["field"] not in {one["code"] for one in form.procedure_document["fields"]}


def test_a_wrong_table_is_told_row_by_row(manager: Client, desk: Desk) -> None:
    form = draft(desk)
    answer = manager.post(
        reverse("reading:design", args=[form.pk]),
        table_of(manager, form)
        | {"place-0": "あ", "label-1": "区分", "type-1": "choice", "place-1": "1 2 30 40"},
    )
    assert answer.status_code == 422
    told = answer.content.decode()
    assert "1番「氏名1」" in told
    assert "2番「区分」" in told


def test_a_procedure_in_use_gets_further_fields_and_keeps_its_own(manager: Client, desk: Desk) -> None:
    procedure = Procedure.objects.get(code="bus-pass")
    before = procedure.document
    made = drafting.new_draft("extra", before, "追加の用紙")
    made.form |= {"numbering": "order", "pages": [{"page": 1, "image": "page-1.png", "boxes": []}]}
    row = DesignedForm.objects.create(
        code="extra", title="追加の用紙", state="draft", pages_expected=1, document=made.form,
        procedure_document=before, borrowed=[one["code"] for one in before["fields"]],
    )  # fmt: skip
    image = store(StoredFile.Kind.PAGE, "blank.png", "image/png", small_form().png())
    DesignedPage.objects.create(form=row, number=1, image=image, width=1654, height=2339)
    table = table_of(manager, row) | {"code-0": "name", "place-0": "406 500 1142 78", "rows": "2"}
    table |= {"code-1": "", "label-1": "備考", "type-1": "text", "place-1": "406 600 1142 78"}
    answer = manager.post(reverse("reading:design", args=[row.pk]), table)
    assert answer.status_code == 302, answer.content.decode()
    row.refresh_from_db()
    publishing.publish(row, row.revision, actor=desk.person)
    procedure.refresh_from_db()
    assert procedure.version == before["version"] + 1
    assert procedure.document["fields"][:-1] == before["fields"]
    assert procedure.document["fields"][-1]["label"] == "備考"
    assert FormDefinition.objects.get(code="bus-pass", current=True).version == 1


def test_numbers_by_order_follow_each_other_and_stay_with_their_sheet(desk: Desk) -> None:
    form = draft(desk)
    used = publishing.publish(form, form.revision, actor=desk.person)
    reading = PageReading(PageStatus.READ, "", form=used.code, form_version=1, page=1)
    batch = Batch.objects.create(name="束")
    file = BatchFile.objects.create(batch=batch, name="束.pdf", pages=3, state="split")
    numbers = []
    for index in range(3):
        sheet = Sheet.objects.create(batch=batch, file=file, index=index, state="waiting")
        sheets._keep(sheet.pk, reading, 0.1)
        sheet.refresh_from_db()
        assert sheet.state == "placed", sheet.message
        numbers.append(sheet.receipt_number)
    assert [int(number[2:8]) for number in numbers] == [1, 2, 3]
    assert all(read_application_number(number) == number for number in numbers)
    Sheet.objects.filter(pk=sheet.pk).update(state="waiting", case=None)
    sheets._keep(sheet.pk, reading, 0.1)
    assert Sheet.objects.get(pk=sheet.pk).receipt_number == numbers[2]
    assert Case.objects.filter(procedure=used.procedure).count() == 3
    assert values_of(Case.objects.get(receipt_number=numbers[0]))["receipt_number"] == numbers[0]


@pytest.mark.parametrize(
    ("numbering", "pages", "words"), [("order", 2, "1ページの様式だけ"), ("printed", 1, "受付番号の枠")]
)
def test_a_form_whose_cases_would_get_no_number_is_not_published(
    desk: Desk, numbering: str, pages: int, words: str
) -> None:
    form = draft(desk, numbering=numbering, pages=pages)
    if numbering == "printed":
        del form.document["numbering"]
        form.save()
    with pytest.raises(DefinitionError, match=words):
        publishing.check(form)
    assert not FormDefinition.objects.filter(code=form.code).exists()
    assert not Procedure.objects.filter(code=form.code).exists(), "a check changes nothing"


def test_a_file_that_is_none_is_refused_and_a_draft_goes_with_its_pictures(
    manager: Client, desk: Desk
) -> None:
    blank = io.BytesIO(b"%PDF-1.7 not really")
    blank.name = "様式.pdf"
    answer = manager.post(reverse("reading:design_new"), {"blank": blank})
    assert answer.status_code == 422
    assert not DesignedForm.objects.exists()
    form = draft(desk)
    kept = StoredFile.objects.count()
    assert manager.post(reverse("reading:design_delete", args=[form.pk])).status_code == 302
    assert not DesignedForm.objects.exists()
    assert StoredFile.objects.count() == kept - 1
