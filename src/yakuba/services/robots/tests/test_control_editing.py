"""Loops, readings and calls in the editor of a draft: added, moved in and out, renamed; and as YAML."""

from __future__ import annotations

import pytest
from django.urls import reverse

from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.robots.actions import editing, publishing, recordings
from yakuba.services.robots.actions.editing import Change, Words
from yakuba.services.robots.actions.scenarios import load_scenario
from yakuba.services.robots.engine import drafts
from yakuba.services.robots.engine.drafts import Step
from yakuba.services.robots.engine.loader import load
from yakuba.services.robots.engine.scenario import Call
from yakuba.services.robots.models import Recording, Scenario, System
from yakuba.services.robots.queries import recordings as queries
from yakuba.services.robots.queries import register
from yakuba.services.robots.tests import steered, town
from yakuba.services.robots.tests.office import PROCEDURE, Office

NAME = "録画した登録"


@pytest.fixture
def row(office: Office) -> Recording:
    """A draft of the bus pass scenario."""
    (case,) = office.ready_cases(1)
    made = recordings.begin(case, System.objects.get(), actor=office.person, name=NAME)
    recordings.end(made)
    text = town.scenario_text(PROCEDURE).replace("名前: コミュニティバス乗車券の登録", f"名前: {NAME}")
    return publishing.set_text(made, text)


def number_of(row: Recording, wanted: str) -> int:
    """Of the step itself, not of the loop around it."""
    steps = [one.step for one in drafts.placed(row.draft, "入力")]
    return next(
        n
        for n, one in enumerate(steps)
        if wanted in str(one) and (drafts.LOOP not in one or wanted == drafts.LOOP)
    )


def change(row: Recording, what: Change, wanted: str, words: Words | None = None) -> None:
    editing.change(row, what, "入力", number_of(row, wanted), words or Words())


def loop_of(row: Recording) -> Step:
    return next(one for one in drafts.steps_of(row.draft, "入力") if drafts.LOOP in one)[drafts.LOOP]


def test_a_step_is_put_into_a_loop_and_others_move_in_and_out(row: Recording) -> None:
    change(row, Change.INSERT, "利用路線", Words("利用する路線", "路線", verb="くり返す"))
    assert loop_of(row) == {
        "項目": "利用する路線",
        "名前": "路線",
        "手順": [{"チェック": {"欄": "利用路線", "値": "{利用する路線}"}}],
    }
    change(row, Change.INTO, "欄': '券種")
    assert [next(iter(one)) for one in loop_of(row)["手順"]] == ["チェック", "選ぶ"]
    publishing.checked(row)  # a scenario as it stands
    line = next(one for part in queries.parts(row) for one in part.lines if one.target == "欄「券種」")
    assert (line.word, line.depth) == ("└ 選ぶ", 1)
    change(row, Change.UP, "欄': '券種")
    change(row, Change.OUT, "欄': '券種")
    assert len(loop_of(row)["手順"]) == 1
    with pytest.raises(Conflict, match="中の手順がなくなります"):
        editing.change(row, Change.OUT, "入力", number_of(row, "くり返す") + 1, Words())
    with pytest.raises(Conflict, match="「くり返す」の中にありません"):
        change(row, Change.OUT, "欄': '券種")
    with pytest.raises(Conflict, match="「くり返す」ではありません"):
        change(row, Change.INTO, "欄': '氏名")


def test_a_name_is_changed_wherever_it_is_used(row: Recording) -> None:
    change(row, Change.INSERT, "'/bus-pass/entry'", Words("世帯番号", "世帯", verb="読み取る"))
    change(row, Change.SET, "欄': '電話番号", Words("電話番号", "{世帯:全角}-{電話番号}"))
    publishing.checked(row)
    change(row, Change.SET, "読み取る", Words("世帯の番号", "番地"))
    assert "{番地:全角}-{電話番号}" in drafts.text_of(row.draft)
    assert {"読み取る": {"項目": "世帯の番号", "名前": "番地"}} in drafts.steps_of(row.draft, "入力")
    publishing.checked(row)


def test_only_a_published_scenario_is_called_and_its_version_is_pinned(
    office: Office, row: Recording
) -> None:
    with pytest.raises(Invalid, match="公開されていません"):
        change(row, Change.INSERT, "'/bus-pass/entry'", Words(steered.CALLED, verb="呼び出す"))
    load_scenario(steered.called_text(), actor=office.person)
    change(row, Change.INSERT, "'/bus-pass/entry'", Words(steered.CALLED, verb="呼び出す"))
    (call,) = [one for one in publishing.checked(row).entry if isinstance(one, Call)]
    assert (call.scenario, call.version) == (steered.CALLED, 1)
    newer = steered.called_text().replace("版: 1", "版: 2")
    load_scenario(newer, actor=office.person)
    (call,) = [one for one in publishing.checked(row).entry if isinstance(one, Call)]
    assert call.version == 1


def test_who_stops_a_scenario_stops_those_that_call_it(office: Office) -> None:
    load_scenario(steered.called_text(), actor=office.person)
    text = steered.text().replace("版: 1\n", "版: 2\n", 1)
    caller = load_scenario(text, actor=office.person).scenario
    assert register.obstacles(caller) == []
    Scenario.objects.filter(name=steered.CALLED).update(in_use=False)
    assert any(f"「{steered.CALLED}」が休止中" in one for one in register.obstacles(caller))


def test_a_draft_with_steering_steps_is_written_and_read_unchanged() -> None:
    fields = town.fields(steered.CODE)
    text = drafts.text_of(drafts.document_of(steered.text()))
    assert "  - くり返す:\n      項目: 利用する路線\n" in text
    before, after = (load(one, steered.CODE, fields, steered.library) for one in (steered.text(), text))
    assert [type(one) for one in after.entry] == [type(one) for one in before.entry]
    assert drafts.text_of(drafts.document_of(text)) == text


def test_the_editor_offers_and_takes_them(office: Office, row: Recording, client) -> None:
    client.force_login(office.person)
    page = reverse("robots:recording", args=[row.pk])
    assert "くり返す：申請の項目の名前" in client.get(page).content.decode()
    pressed = {
        "change": "insert",
        "section": "入力",
        "step": str(number_of(row, "利用路線")),
        "verb": "くり返す",
        "label": "利用する路線",
        "value": "路線",
        "mark": drafts.mark_of(row.draft),
    }
    assert client.post(reverse("robots:recording_edit", args=[row.pk]), pressed).status_code == 302
    shown = client.get(page).content.decode()
    assert "くり返しの外へ" in shown
    assert "一つの呼び名" in shown
