"""The inventory through its pages: asked, typed, pasted, loaded, answered; who may not; and nothing lost."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal
from re import findall

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from yakuba.kernel.refusals import Conflict, Forbidden, Invalid
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Department
from yakuba.services.reform.actions import classes, rounds, sections
from yakuba.services.reform.actions.classes import ClassIn
from yakuba.services.reform.contracts import TaskRow
from yakuba.services.reform.forms.grid import TYPED
from yakuba.services.reform.models import InventoryRound, Process, SectionInventory, Task, WorkClass
from yakuba.services.reform.queries import inventory as queries
from yakuba.services.reform.tests.examples import ROWS, inventory


@pytest.fixture
def section(in_yakuba_city):
    return inventory()


@pytest.fixture
def answerer(make_staff, yakuba_city, section):
    user = make_staff(yakuba_city, "reform.answer")
    section.assigned_to = user
    section.save()
    return user


def grid(rows, before, numbers=(), **more):
    """What a browser sends. rows: {column: text}."""
    data = {"rows": str(len(rows)), "before": str(before)}
    for at, cells in enumerate(rows):
        data |= {f"{at}-{place}": cells.get(name, "") for place, name in enumerate(TYPED)}
        if at < len(numbers) and numbers[at]:
            data[f"{at}-number"] = str(numbers[at])
    return data | more


def test_a_round_asks_sections_and_copies_what_they_answered_last(client: Client, clerk, section):
    client.force_login(clerk)
    other = Department.objects.create(name="税務課")
    deadline = timezone.localdate() + timedelta(days=20)
    form = {
        "year": "2027",
        "deadline": deadline.isoformat(),
        "departments": [section.department_id, other.pk],
        "copy_last": "on",
    }
    answer = client.post("/reform/inventory/new/", form)
    row = InventoryRound.objects.get(year=2027)
    assert answer["Location"] == f"/reform/inventory/{row.pk}/"
    copied = Task.objects.filter(round=row)
    assert copied.count() == len(ROWS)
    assert {task.row for task in copied} == set(ROWS)
    assert Task.objects.filter(section=section).count() == len(ROWS), "the year before stays as it is"
    state = dict(SectionInventory.objects.filter(round=row).values_list("department__name", "state"))
    assert state == {"子育て課": "draft", "税務課": "asked"}
    assert client.post("/reform/inventory/new/", form).status_code == 422, "the year was opened already"
    page = client.get(f"/reform/inventory/{row.pk}/?sort=department").content.decode()
    assert "2課のうち2課がまだ答えていません" in page


def test_who_is_assigned_finds_it_on_the_home_page(client: Client, clerk, make_staff, yakuba_city, section):
    other = make_staff(yakuba_city, "reform.answer")
    assert queries.waiting(other).count == 0
    client.force_login(clerk)
    url = f"/reform/inventory/{section.round_id}/"
    client.post(url, {"what": "people", f"person-{section.pk}": str(other.pk)})
    assert queries.waiting(other).count == 1
    assert not queries.waiting(other).urgent
    InventoryRound.objects.update(deadline=timezone.localdate())
    assert queries.waiting(other).urgent
    client.force_login(other)
    assert "答えを待つ業務棚卸し" in client.get("/").content.decode()
    assert "子育て課" in client.get("/reform/inventory/mine/").content.decode()


def test_rows_are_typed_and_saved_without_javascript(client: Client, answerer, section):
    client.force_login(answerer)
    process = Process.objects.get(name="相談")
    task = Task.objects.get(process=process)
    page = client.get(f"/reform/processes/{process.pk}/").content.decode()
    assert "保護者と話す" in page
    rows = [
        {"作業": "保護者と話す", "事務分類": "相談", "件数/年": "４００件", "分/件": "0:45"},
        {"工程": "記録", "作業": "記録する", "事務分類": "入力", "件数/年": "400", "分/件": "5"},
        {},
    ]
    section.refresh_from_db()
    answer = client.post(f"/reform/processes/{process.pk}/", grid(rows, section.revision, [task.pk]))
    assert answer.status_code == 302
    found = {
        one.name: (one.cases, one.minutes, one.minutes_a_year) for one in Task.objects.filter(process=process)
    }
    assert found == {"保護者と話す": (400, 45, 18_000), "記録する": (400, 5, 2_000)}


def test_a_bad_cell_is_told_at_its_cell_and_costs_no_other_row(client: Client, answerer, section):
    client.force_login(answerer)
    process = Process.objects.get(name="相談")
    number = Task.objects.get(process=process).pk
    rows = [
        {"作業": "保護者と話す", "件数/年": "400", "分/件": "5～10"},
        {"作業": "記録する", "件数/年": "400", "分/件": "5"},
        {"作業": "", "件数/年": "12"},
    ]
    answer = client.post(f"/reform/processes/{process.pk}/", grid(rows, section.revision, [number]))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "1行を保存しました。2行は、赤い欄を直してから" in page
    assert 'value="5～10"' in page
    assert "「5～10」は幅です。" in page
    assert "作業の名前を書いてください。" in page
    assert set(Task.objects.filter(process=process).values_list("name", "minutes")) == {
        ("保護者と話す", Decimal(30)),  # as it was
        ("記録する", Decimal(5)),
    }
    # Corrected and sent again as the page now says: nothing stands there twice.
    section.refresh_from_db()
    assert f'name="before" value="{section.revision}"' in page
    saved = Task.objects.get(name="記録する").pk
    again = [rows[1], rows[0] | {"分/件": "10"}]
    assert (
        client.post(
            f"/reform/processes/{process.pk}/", grid(again, section.revision, [saved, number])
        ).status_code
        == 302
    )
    assert Task.objects.filter(process=process).count() == 2


def test_more_rows_keep_what_was_typed(client: Client, answerer, section):
    client.force_login(answerer)
    process = Process.objects.get(name="相談")
    data = grid([{"作業": "まだ途中", "分/件": "変な値"}], section.revision, more="1")
    page = client.post(f"/reform/processes/{process.pk}/", data).content.decode()
    assert 'value="まだ途中"' in page
    assert 'value="変な値"' in page
    assert 'name="rows" value="6"' in page
    assert not Task.objects.filter(name="まだ途中").exists()


def test_two_tasks_may_change_their_names_and_an_emptied_row_goes(client: Client, answerer, section):
    client.force_login(answerer)
    process = Process.objects.get(name="入所申込")
    first, second, third = Task.objects.filter(process=process)
    rows = [
        {"工程": "受付", "作業": second.name, "件数/年": "1", "分/件": "1"},
        {"工程": "受付", "作業": first.name, "件数/年": "2", "分/件": "2"},
        {},
    ]
    numbers = [first.pk, second.pk, third.pk]
    assert (
        client.post(f"/reform/processes/{process.pk}/", grid(rows, section.revision, numbers)).status_code
        == 302
    )
    assert list(Task.objects.filter(process=process).values_list("pk", "name")) == [
        (first.pk, second.name),
        (second.pk, first.name),
    ]


def test_of_two_who_write_the_second_is_told_and_keeps_what_was_typed(client: Client, answerer, section):
    client.force_login(answerer)
    process = Process.objects.get(name="相談")
    before = process.revision
    sections.save_rows(process, [(None, TaskRow("相談", "", "先に"))], (), actor=answerer)
    page = client.post(f"/reform/processes/{process.pk}/", grid([{"作業": "あとから"}], before))
    assert page.status_code == 422
    assert "ほかの人がこの業務を変えました" in page.content.decode()
    assert 'value="あとから"' in page.content.decode()
    assert not Task.objects.filter(name="あとから").exists()


def test_what_is_pasted_is_looked_at_and_taken(client: Client, answerer, section):
    client.force_login(answerer)
    url = f"/reform/sections/{section.pk}/paste/"
    text = "業務\t作業\t件数\t分\t事務分類\n給付\t入力する\t100\t1:30\t入力\n\t書く\t多数\t5\t入力\n"
    page = client.post(url, {"text": text, "look": "1"}).content.decode()
    assert "1行を取り込む" in page
    assert "1時間30分（90分）と読みました" in page
    assert "「多数」は件数として読めません" in page
    assert not Task.objects.filter(name="入力する").exists()
    taken = client.post(url, {"text": text, "take": "1"}).content.decode()
    assert "取り込みました" in taken
    assert "保護者と話す" in taken, "what the table does not name is told, and stays"
    assert Task.objects.get(name="入力する").minutes_a_year == 9_000
    assert Task.objects.filter(section=section).count() == len(ROWS) + 1


@pytest.mark.parametrize("form", ["xlsx", "cp932", "utf-8"])
def test_what_is_exported_is_read_back_as_the_same(client: Client, answerer, section, form):
    client.force_login(answerer)
    file = client.get(f"/reform/sections/{section.pk}/tasks/?form={form}")
    content = b"".join(file.streaming_content) if file.streaming else file.content
    Task.objects.filter(name="保護者と話す").delete()
    Task.objects.filter(name="申込書を入力する").update(minutes=1, minutes_a_year=1)
    url = f"/reform/sections/{section.pk}/load/"
    where = client.post(url, {"file": SimpleUploadedFile("tasks", content)})["Location"]
    page = client.get(where).content.decode()
    assert "読めません" not in page

    chosen = dict(findall(r'name="(column-\d+)".*?<option selected>([^<]+)</option>', page))
    number = where.split("table=")[1]
    answer = client.post(url, {"table": number, "take": "1", **chosen})
    assert answer.status_code in (200, 302), answer.content.decode()
    assert {task.row for task in Task.objects.filter(section=section)} == set(ROWS)


def test_an_answer_lacks_nothing_and_can_be_sent_back(client: Client, answerer, clerk, section):
    Task.objects.filter(name="保護者と話す").update(cases=None, minutes_a_year=None)
    with pytest.raises(Invalid) as refused:
        sections.answer(section, actor=answerer)
    assert [str(one) for one in refused.value.problems] == ["相談・保護者と話す: 件数/年が書かれていません。"]
    Task.objects.filter(name="保護者と話す").update(cases=400, minutes_a_year=12_000)
    client.force_login(answerer)
    client.post(f"/reform/sections/{section.pk}/answer/")
    section.refresh_from_db()
    assert section.state == "answered"
    assert queries.waiting(answerer).count == 0
    with pytest.raises(Conflict, match="もう答えています"):
        sections.add_process(section, "あとから", actor=answerer)
    assert client.post(f"/reform/sections/{section.pk}/send-back/", {"reason": "x"}).status_code == 403
    client.force_login(clerk)
    client.post(f"/reform/sections/{section.pk}/send-back/", {"reason": "相談の件数を確かめてください"})
    section.refresh_from_db()
    assert (section.state, section.returned) == ("draft", "相談の件数を確かめてください")


def test_a_closed_round_takes_nothing_more(section, answerer):
    rounds.close(section.round, True)
    with pytest.raises(Conflict, match="締め切りました"):
        sections.add_process(section, "あとから", actor=answerer)
    assert queries.waiting(answerer).count == 0
    rounds.close(section.round, False)
    sections.add_process(section, "あとから", actor=answerer)


def test_who_answers_for_another_section_sees_and_writes_nothing(
    client: Client, make_staff, yakuba_city, section
):
    stranger = make_staff(yakuba_city, "reform.answer")
    stranger.department = Department.objects.create(name="税務課")
    stranger.save()
    client.force_login(stranger)
    process = Process.objects.get(name="相談")
    for url in (
        f"/reform/sections/{section.pk}/",
        f"/reform/processes/{process.pk}/",
        f"/reform/sections/{section.pk}/paste/",
    ):
        assert client.get(url).status_code == 404
    assert client.post(f"/reform/sections/{section.pk}/answer/").status_code in (302, 404)
    section.refresh_from_db()
    assert section.state == "draft"
    with pytest.raises(Forbidden):
        sections.take_table(section, ROWS, actor=stranger)


def test_who_only_looks_writes_nothing(make_staff, yakuba_city, section):
    with pytest.raises(Forbidden):
        sections.add_process(section, "業務", actor=make_staff(yakuba_city, "reform.inventory"))
    colleague = make_staff(yakuba_city, "reform.answer")
    colleague.department = section.department
    assert queries.may_write(colleague, section)


def test_the_neighbour_sees_nothing_of_it(client: Client, neighbour, section):
    client.force_login(neighbour)
    assert client.get(f"/reform/sections/{section.pk}/").status_code == 404
    assert client.get(f"/reform/inventory/{section.round_id}/tasks/").status_code == 404
    assert "子育て課" not in client.get("/reform/inventory/").content.decode()
    with active_municipality(neighbour.municipality):
        assert not Task.objects.exists()


def test_a_table_changes_what_is_there_and_removes_nothing(section, clerk):
    taken = sections.take_table(section, [ROWS[0], TaskRow("入所申込", "受付", "新しい作業")], actor=clerk)
    assert (taken.new, taken.changed, taken.same) == (1, 0, 1)
    assert set(taken.absent) == {row.task for row in ROWS[1:]}


def test_the_list_of_classes_is_the_towns_own(section):
    rows = list(WorkClass.objects.all())
    assert [row.name for row in rows][:4] == ["受付", "相談", "審査", "入力"]
    assert len(rows) == 13
    kept = [ClassIn(row.pk, row.name, row.group, row.work) for row in rows]
    first, second = kept[0], kept[1]
    swapped = [
        ClassIn(first.number, second.name, first.group, first.work),
        ClassIn(second.number, first.name, second.group, second.work),
    ]
    classes.set_classes([*swapped, *kept[2:], ClassIn(None, "電話", "professional", "talk")])
    assert WorkClass.objects.get(pk=first.number).name == "相談"
    assert WorkClass.objects.get(name="電話").work == "talk"
    with pytest.raises(Conflict, match="受付"):  # as the class of the talks is called by now
        classes.set_classes(kept[2:])
    with pytest.raises(Invalid, match="二つあります"):
        classes.set_classes([kept[0], ClassIn(None, kept[0].name, "counter", "receive")])


def test_the_page_of_classes_saves_the_list(client: Client, clerk, section):
    client.force_login(clerk)
    rows = list(WorkClass.objects.all())
    data = {"form-TOTAL_FORMS": str(len(rows) + 3), "form-INITIAL_FORMS": str(len(rows))}
    for at, row in enumerate(rows):
        data |= {f"form-{at}-{key}": str(getattr(row, key)) for key in ("name", "group", "work")}
        data[f"form-{at}-number"] = str(row.pk)
    data["form-0-name"] = "窓口"
    for at in range(len(rows), len(rows) + 3):
        data |= {f"form-{at}-group": "counter", f"form-{at}-work": "receive", f"form-{at}-name": ""}
    assert client.post("/reform/inventory/classes/", data).status_code == 302
    assert WorkClass.objects.get(pk=rows[0].pk).name == "窓口"
    data["form-1-name"] = ""  # 相談 is used
    page = client.post("/reform/inventory/classes/", data)
    assert page.status_code == 422
    assert "使わない" in page.content.decode()


def test_the_description_sheet_is_a_page_and_a_paper(client: Client, answerer, section):
    import pypdfium2

    client.force_login(answerer)
    process = Process.objects.get(name="入所申込")
    form = {
        "name": "入所申込", "purpose": "保育を必要とする児童の入所を決める", "law": "児童福祉法第24条", "scale_busy": "月300件",
        "staff": "0.5", "before": str(section.revision),
    }  # fmt: skip
    assert client.post(f"/reform/processes/{process.pk}/edit/", form).status_code == 302
    for text in (
        client.get(f"/reform/processes/{process.pk}/sheet/").content.decode(),
        _text(pypdfium2, client, process),
    ):
        for words in ("児童福祉法第24条", "月300件", "0.5", "子育て課", "申込書を確かめる"):
            assert words in text.replace("\r\n", "")
    assert client.post(f"/reform/processes/{process.pk}/edit/", form).status_code == 422, (
        "somebody wrote meanwhile"
    )


def _text(pypdfium2, client, process):
    answer = client.get(f"/reform/processes/{process.pk}/sheet.pdf")
    assert answer["Content-Type"] == "application/pdf"
    document = pypdfium2.PdfDocument(io.BytesIO(answer.content))
    return "".join(page.get_textpage().get_text_range() for page in document)


def test_who_leaves_hands_the_inventory_over(section, answerer, clerk):
    (told,) = rounds.hand_over({answerer: clerk}, clerk)
    assert (told.person, told.words) == (answerer, "業務棚卸し「令和8年度 子育て課」")
    section.refresh_from_db()
    assert section.assigned_to == clerk
    assert rounds.hand_over({answerer: None}, clerk) == []
