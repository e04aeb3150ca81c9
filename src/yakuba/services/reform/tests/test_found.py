"""The search of the whole house finds the processes of the newest inventory by what is done in them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from yakuba.kernel.search import indexing
from yakuba.kernel.search.finding import find
from yakuba.kernel.search.models import Waiting
from yakuba.kernel.search.tests.asking import indexed, switched_off, titles
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.reform.actions import sections
from yakuba.services.reform.models import Process, Task
from yakuba.services.reform.tests.examples import ROWS, inventory

SOURCE = "reform.processes"


@pytest.fixture
def section(in_yakuba_city):
    return inventory()


def test_a_process_is_found_by_its_tasks_and_leads_to_their_list(client, section, clerk):
    assert titles(SOURCE, clerk, "保護者と話す") == ["相談"]
    (hit,) = find(SOURCE, clerk, "保護者と話す").hits
    assert "作業1件" in hit.entry.detail
    client.force_login(clerk)
    page = client.get(hit.entry.url).content.decode()
    assert "保護者と話す" in page
    assert "申込書を確かめる" not in page, "of this process alone"


def test_what_is_changed_is_found_and_what_is_removed_no_more(section, clerk):
    row = Process.objects.get(name="相談")
    task = Task.objects.get(process=row)
    sections.save_rows(row, [(task.pk, replace(task.row, task="電話で話す"))], [], actor=clerk)
    assert titles(SOURCE, clerk, "電話で話す") == ["相談"]
    sections.remove_process(row, actor=clerk)
    assert "相談" not in titles(SOURCE, clerk, "電話で話す")
    assert indexed(SOURCE) == 1
    new = sections.add_process(section, "見守り", actor=clerk)
    assert titles(SOURCE, clerk, "見守り") == [new.name]


def test_saving_many_tasks_writes_one_note_a_process(section, clerk):
    indexed(SOURCE)
    rows = [(None, replace(ROWS[0], task=f"作業{number}")) for number in range(20)]
    sections.save_rows(Process.objects.get(name="入所申込"), rows, [], actor=clerk)
    assert Waiting.objects.filter(source=SOURCE).count() == 1


def test_a_newer_round_takes_the_place_of_the_one_before(section, clerk):
    indexing.rebuild(SOURCE)
    assert indexed(SOURCE) == 2
    inventory(2027, rows=(replace(ROWS[3], process="巡回"),), actor=clerk)
    assert not indexing.is_built(SOURCE), "another round is another index"
    indexing.rebuild(SOURCE)
    assert titles(SOURCE, clerk, "保護者と話す") == ["巡回", "相談"], "copied from the year before"
    assert {row.section.round.year for row in Process.objects.filter(name="相談")} == {2026, 2027}
    assert indexed(SOURCE) == 3


def test_only_who_sees_the_inventory_finds_it_and_only_where_the_room_is_used(
    section, clerk, make_staff, yakuba_city, neighbour_town, neighbour
):
    assert titles(SOURCE, make_staff(yakuba_city, "reform.inventory"), "保護者")
    assert titles(SOURCE, make_staff(yakuba_city, "reform.answer"), "保護者") == [], (
        "of no section of its own"
    )
    with active_municipality(neighbour_town):
        assert titles(SOURCE, neighbour, "保護者") == []
    assert titles(SOURCE, switched_off("reform", clerk), "保護者") == []


def test_who_only_answers_finds_the_own_sections_and_comes_to_where_it_is_answered(
    client, section, make_staff, yakuba_city, neighbour_town
):
    other = inventory(2026, name="税務課", rows=(replace(ROWS[3], process="納税相談"),))
    person = make_staff(yakuba_city, "reform.answer")
    section.assigned_to = person
    section.save()
    assert titles(SOURCE, person, "保護者と話す") == ["相談"]
    (hit,) = find(SOURCE, person, "保護者と話す").hits
    client.force_login(person)
    answer = client.get(hit.entry.url)
    assert (answer.status_code, "保護者と話す" in answer.content.decode()) == (200, True)
    person.department = other.department
    person.save()
    assert set(titles(SOURCE, person, "保護者と話す")) == {"相談", "納税相談"}
    assert titles(SOURCE, make_staff(yakuba_city, "robots.view"), "保護者と話す") == []


def test_the_own_is_found_behind_many_of_others(section, make_staff, yakuba_city):
    more = [replace(ROWS[3], process=f"相談{number}", task="保護者と話す") for number in range(60)]
    inventory(2026, name="総務課", rows=tuple(more))
    mine = inventory(
        2026, name="税務課", rows=(replace(ROWS[3], process="納税", task="窓口で長く保護者と話す"),)
    )
    person = make_staff(yakuba_city, "reform.answer")
    person.department = mine.department
    person.save()
    assert titles(SOURCE, person, "保護者と話す") == ["納税"]
