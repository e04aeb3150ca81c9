"""Two who write at once, a section that is dissolved meanwhile, and who may do one thing and not the other: nothing good is lost."""

from __future__ import annotations

from datetime import timedelta
from re import search

import pytest
from django.test import Client
from django.utils import timezone

from yakuba.kernel.accounts import actions as accounts
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.tenancy.models import Department
from yakuba.kernel.transfers import actions as transfers
from yakuba.kernel.transfers.models import Transfers
from yakuba.services.reform.actions import initiatives, rounds, sections
from yakuba.services.reform.contracts import TaskRow
from yakuba.services.reform.engine.inventory import TASK
from yakuba.services.reform.forms.grid import TYPED
from yakuba.services.reform.models import (
    Initiative,
    InventoryRound,
    Process,
    SectionInventory,
    Task,
    WorkClass,
)
from yakuba.services.reform.operations import rounds as operations
from yakuba.services.reform.queries import analysis
from yakuba.services.reform.queries import inventory as queries
from yakuba.services.reform.tests.examples import TERMS, inventory


@pytest.fixture
def section(in_yakuba_city):
    return inventory()


@pytest.fixture
def answerer(make_staff, yakuba_city, section):
    user = make_staff(yakuba_city, "reform.answer")
    section.assigned_to = user
    section.save()
    return user


def grid(rows, before):
    """What a browser sends. rows: {column: text, "number": of the task}."""
    data = {"rows": str(len(rows)), "before": str(before)}
    for at, row in enumerate(rows):
        data |= {f"{at}-{place}": str(row.get(name, "")) for place, name in enumerate(TYPED)}
        data |= {f"{at}-number": str(row["number"])} if "number" in row else {}
    return data


def seen_in(page: str) -> str:
    """The revision that the page will send."""
    found = search(r'name="before" value="(\d+)"', page)
    assert found
    return found[1]


def test_two_who_write_different_processes_are_in_nobodys_way(client: Client, answerer, section):
    client.force_login(answerer)
    talk, asking = Process.objects.get(name="相談"), Process.objects.get(name="入所申込")
    sections.save_rows(asking, [(None, TaskRow("入所申込", "", "電話する"))], (), actor=answerer)
    sent = grid([{TASK: "記録する"}], talk.revision)
    assert client.post(f"/reform/processes/{talk.pk}/", sent).status_code == 302
    assert Task.objects.filter(name__in=["電話する", "記録する"]).count() == 2


def test_of_two_in_one_process_the_second_sees_the_first_and_can_save(client: Client, answerer, section):
    client.force_login(answerer)
    process, task = Process.objects.get(name="相談"), Task.objects.get(name="保護者と話す")
    sent = grid([{"number": task.pk, TASK: task.name, "件数/年": 1, "分/件": 30}], process.revision)
    theirs = TaskRow("相談", "", "保護者と話す", "相談", cases=999, minutes=30)
    sections.save_rows(process, [(task.pk, theirs)], (), actor=answerer)
    page = client.post(f"/reform/processes/{process.pk}/", sent)
    assert page.status_code == 422
    text = page.content.decode()
    assert "件数/年「999」" in text, "what the other has saved is shown"
    assert Task.objects.get(pk=task.pk).cases == 999
    sent["before"] = seen_in(text)
    assert client.post(f"/reform/processes/{process.pk}/", sent).status_code == 302
    assert Task.objects.get(pk=task.pk).cases == 1


def test_a_sheet_can_be_saved_after_the_other_was_told(client: Client, answerer, section):
    client.force_login(answerer)
    process = Process.objects.get(name="相談")
    form = {"name": "相談", "purpose": "あとから", "before": str(process.revision)}
    sections.save_rows(process, [(None, TaskRow("相談", "", "書く"))], (), actor=answerer)
    url = f"/reform/processes/{process.pk}/edit/"
    page = client.post(url, form)
    assert page.status_code == 422
    assert client.post(url, form | {"before": seen_in(page.content.decode())}).status_code == 302


def test_a_process_that_grew_meanwhile_is_not_removed(client: Client, answerer, section):
    client.force_login(answerer)
    process = Process.objects.get(name="相談")
    before = process.revision
    sections.save_rows(process, [(None, TaskRow("相談", "", "書く"))], (), actor=answerer)
    url = f"/reform/processes/{process.pk}/remove/"
    assert client.post(url, {"before": str(before)}).status_code == 409
    assert Process.objects.filter(pk=process.pk).exists()
    assert client.post(url, {"before": str(before + 1)}).status_code == 302
    with pytest.raises(Conflict, match="消しました"):
        sections.save_rows(process, [(None, TaskRow("相談", "", "また"))], (), actor=answerer)


def test_what_was_pasted_overwrites_nothing_that_was_saved_meanwhile(client: Client, answerer, section):
    client.force_login(answerer)
    url, text = f"/reform/sections/{section.pk}/paste/", "業務\t作業\t件数\n相談\t保護者と話す\t1\n"
    before = seen_in(client.post(url, {"text": text, "look": "1"}).content.decode())
    task = Task.objects.get(name="保護者と話す")
    theirs = TaskRow("相談", "", "保護者と話す", "相談", cases=999, minutes=30)
    sections.save_rows(task.process, [(task.pk, theirs)], (), actor=answerer)
    page = client.post(url, {"text": text, "take": "1", "before": before})
    assert page.status_code == 422
    assert "ほかの人がこの課の棚卸しを変えました" in page.content.decode()
    assert "保護者と話す\t1" in page.content.decode(), "what was pasted is still there"
    assert Task.objects.get(pk=task.pk).cases == 999
    again = {"text": text, "take": "1", "before": seen_in(page.content.decode())}
    assert client.post(url, again).status_code == 200
    assert Task.objects.get(pk=task.pk).cases == 1


def test_a_name_that_stands_twice_costs_no_other_row(client: Client, answerer, section):
    client.force_login(answerer)
    process = Process.objects.get(name="相談")
    sent = grid([{TASK: "記録する"}, {TASK: "記録する"}, {TASK: "保護者と話す"}], process.revision)
    page = client.post(f"/reform/processes/{process.pk}/", sent)
    assert page.status_code == 422
    assert page.content.decode().count("同じ名前の作業がもうあります") == 2
    assert Task.objects.filter(name="記録する").count() == 1


def test_who_pastes_after_the_round_was_closed_keeps_the_text(client: Client, answerer, section):
    client.force_login(answerer)
    rounds.close(section.round, True)
    sent = {"text": "業務\t作業\nA\tB\n", "take": "1"}
    page = client.post(f"/reform/sections/{section.pk}/paste/", sent)
    assert page.status_code == 422
    assert "締め切りました" in page.content.decode()
    assert "A\tB" in page.content.decode()
    assert not Task.objects.filter(name="B").exists()


@pytest.mark.parametrize("into", ["福祉課", "こども課"])
def test_a_section_that_becomes_another_keeps_what_it_answered(
    client: Client, make_staff, yakuba_city, section, into
):
    boss = make_staff(yakuba_city, "accounts.manage", "reform.inventory", "reform.answer", "reform.rounds")
    Department.objects.get_or_create(name="福祉課")
    made = initiatives.save_initiative(
        Initiative(), TERMS | {"title": "取組", "department": section.department}, actor=boss
    )
    table = f"職員ID,今の課,課,退職\r\n,子育て課,{into},".encode()
    row = transfers.draft(table, timezone.localdate(), actor=boss)
    transfers.plan(row, actor=boss)
    transfers.carry_out(row.pk)
    assert Transfers.objects.get(pk=row.pk).state == "done"
    assert not Department.objects.filter(name="子育て課").exists()
    section = SectionInventory.objects.get(pk=section.pk)
    merged = into == "福祉課"
    assert (section.department is None) == merged
    (found,) = analysis.hours(section.round).sections
    assert (found.name, found.total > 0) == ("子育て課" if merged else "こども課", True)
    client.force_login(boss)
    name = "子育て課（今はない課）" if merged else "こども課"
    process = Process.objects.get(name="相談")
    for url in (
        f"/reform/inventory/{section.round_id}/",
        f"/reform/processes/{process.pk}/sheet/",
        f"/reform/sections/{section.pk}/",
        f"/reform/inventory/{section.round_id}/tasks/",
        f"/reform/initiatives/{made.pk}/",
        "/reform/analysis/",
    ):
        page = client.get(url)
        assert page.status_code == 200
        assert name.split("（")[0] in page.content.decode()
    assert name in client.get(f"/reform/inventory/{section.round_id}/").content.decode()


def test_a_department_with_an_inventory_can_be_taken_away(make_staff, yakuba_city, section):
    accounts.remove_department(section.department, actor=make_staff(yakuba_city, "accounts.manage"))
    section.refresh_from_db()
    assert (section.department, section.department_name) == (None, "子育て課")
    assert Task.objects.filter(section=section).exists()
    later = rounds.open_round(
        2027, timezone.localdate(), [Department.objects.create(name="新しい課")], actor=None
    )
    assert not Task.objects.filter(round=later).exists()


def test_who_asks_and_does_not_look_is_led_nowhere_closed(client: Client, make_staff, yakuba_city, section):
    asks = make_staff(yakuba_city, "reform.rounds")
    client.force_login(asks)
    deadline = timezone.localdate() + timedelta(days=9)
    form = {"year": "2028", "deadline": deadline.isoformat(), "departments": [section.department_id]}
    answer = client.post("/reform/inventory/new/", form, follow=True)
    assert answer.status_code == 200
    assert InventoryRound.objects.filter(year=2028).exists()
    assert queries.unanswered(asks) is None
    looks = make_staff(yakuba_city, "reform.rounds", "reform.inventory")
    assert queries.unanswered(looks).count == 2
    client.force_login(looks)
    page = client.get(f"/reform/inventory/{section.round_id}/").content.decode()
    assert f"/reform/sections/{section.pk}/" not in page, "a link that would be refused"


def test_an_answer_that_is_sent_back_reaches_who_took_over(make_staff, yakuba_city, answerer, section):
    taker = make_staff(yakuba_city, "reform.answer")
    sections.answer(section, actor=answerer)
    (told,) = rounds.hand_over({answerer: taker}, answerer)
    assert told.person == answerer
    sections.send_back(section, "確かめてください")
    assert (queries.waiting(taker).count, queries.waiting(answerer).count) == (1, 0)


def test_of_two_who_change_an_initiative_the_second_is_told(client: Client, clerk, in_yakuba_city):
    client.force_login(clerk)
    row = initiatives.save_initiative(Initiative(), TERMS | {"title": "取組"}, actor=clerk)
    url = f"/reform/initiatives/{row.pk}/edit/"
    field = r'name="seen" value="([^"]+)"'
    found = search(field, client.get(url).content.decode())
    assert found
    initiatives.save_initiative(row, {"cases": 77}, actor=clerk)
    form = {name: str(value) for name, value in TERMS.items()} | {
        "title": "取組", "state": "running", "staff": "regular", "seen": found[1]
    }  # fmt: skip
    page = client.post(url, form)
    assert page.status_code == 422
    assert "ほかの人がこの取組を直しました" in page.content.decode()
    row.refresh_from_db()
    assert row.cases == 77
    again = search(field, page.content.decode())
    assert again
    assert client.post(url, form | {"seen": again[1]}).status_code == 302
    row.refresh_from_db()
    assert row.cases == 1200


def test_nobody_is_asked_who_could_not_answer(client: Client, clerk, make_staff, yakuba_city, section):
    cannot = make_staff(yakuba_city, "reform.view")
    client.force_login(clerk)
    page = client.post(
        f"/reform/inventory/{section.round_id}/", {"what": "people", f"person-{section.pk}": str(cannot.pk)}
    )
    assert "答える権限がありません" in page.content.decode()
    with pytest.raises(Invalid, match="答える権限がありません"):
        operations.assign(clerk, section_id=section.pk, username=cannot.username)


def test_who_decides_late_undoes_no_other_decision(client: Client, clerk, answerer, section):
    other = inventory(name="税務課")
    section.assigned_to = None
    section.save()
    client.force_login(clerk)
    shown = {f"{kind}person-{one.pk}": "" for one in (section, other) for kind in ("", "initial-")}
    rounds.assign(section.round, {section.pk: answerer})  # by somebody else, meanwhile
    sent = shown | {"what": "people", f"person-{other.pk}": str(answerer.pk)}
    assert client.post(f"/reform/inventory/{section.round_id}/", sent).status_code == 302
    assert set(SectionInventory.objects.values_list("assigned_to", flat=True)) == {answerer.pk}


def test_a_class_that_was_added_meanwhile_stays(client: Client, clerk, section):
    client.force_login(clerk)
    rows = list(WorkClass.objects.all())
    data = {"form-TOTAL_FORMS": str(len(rows)), "form-INITIAL_FORMS": str(len(rows))}
    for at, row in enumerate(rows):
        data |= {f"form-{at}-{key}": str(getattr(row, key)) for key in ("name", "group", "work")}
        data[f"form-{at}-number"] = str(row.pk)
    WorkClass.objects.create(name="電話", group="counter", work="talk", position=99)
    assert client.post("/reform/inventory/classes/", data).status_code == 302
    assert WorkClass.objects.filter(name="電話").exists()


def test_what_is_not_answered_yet_is_told_beside_the_hours(client: Client, clerk, section):
    Task.objects.filter(name="保護者と話す").update(staff="contractor", minutes_a_year=None)
    Task.objects.filter(name="申込書を入力する").update(staff="contractor")
    client.force_login(clerk)
    assert "まだ答えていない課：1課のうち1課" in client.get("/reform/analysis/").content.decode()
    page = client.get("/reform/analysis/outlook/").content.decode()
    for words in ("1課のうち1課はまだ答えていません", "書かれていない作業が1あり", "200時間は委託先の時間"):
        assert words in page
