"""Recordings in the database: one at a time, a dead browser's is told, what passes through leaves nothing to read,
and a draft runs only as its trial until another person has approved it."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.urls import reverse

from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.refusals import Conflict, Refused
from yakuba.services.robots.actions import editing, erasing, publishing, recordings, runs, scenarios
from yakuba.services.robots.actions.editing import Change, Words
from yakuba.services.robots.engine import drafts
from yakuba.services.robots.models import Recording, RecordingInput, RecordingState, ScenarioVersion, System
from yakuba.services.robots.queries import recordings as queries
from yakuba.services.robots.queries import register
from yakuba.services.robots.tests import town
from yakuba.services.robots.tests.office import PROCEDURE, Office, Shift


@pytest.fixture
def recording(office: Office) -> Recording:

    (case,) = office.ready_cases(1)
    return recordings.begin(case, System.objects.get(), actor=office.person, name="録画した登録")


def draft_of(office: Office, recording: Recording) -> Recording:
    """As if all of it had been recorded."""
    recordings.end(recording)
    text = town.scenario_text(PROCEDURE).replace("名前: コミュニティバス乗車券の登録", "名前: 録画した登録")
    return publishing.set_text(recording, text)


def test_one_recording_a_person(office: Office, recording: Recording) -> None:
    with pytest.raises(Conflict):
        recordings.begin(recording.case, recording.system, actor=office.person)
    recordings.end(recording)
    recordings.begin(recording.case, recording.system, actor=office.person)


def test_why_a_text_is_refused_is_said_while_parts_are_missing(client, office, recording: Recording) -> None:
    recordings.end(recording)
    client.force_login(office.person)
    answer = client.post(reverse("robots:recording_text", args=[recording.pk]), {"text": "名前: [途中"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "次にすること：続きを録画する" in page
    assert "エラー：この本文にはできません" in page
    assert "名前: [途中" in page


def test_the_log_in_of_a_relative_is_taken_over(recording: Recording) -> None:
    assert drafts.has_steps(recording.draft, "ログイン")
    assert recording.draft["結果"]["項目"] == "登録番号"


def test_a_recording_whose_browser_died_says_so_and_can_go_on(recording: Recording) -> None:
    assert recordings.take(recording.pk) is not None
    assert recordings.take(recording.pk) is None  # whoever takes it over finds no browser
    recording.refresh_from_db()
    assert (recording.state, recording.reason) == (RecordingState.BROKEN, recordings.KILLED)
    assert recordings.again(recording, actor=recording.person).state == RecordingState.STARTING


def test_a_job_that_is_given_up_leaves_nothing_under_way(recording: Recording) -> None:
    recordings.give_up(Refused("ワーカーがありません。"), recording_id=recording.pk)
    recording.refresh_from_db()
    assert recording.state == RecordingState.BROKEN
    assert "ワーカーがありません" in recording.reason


def test_what_is_typed_passes_unreadable_and_is_gone(recording: Recording) -> None:
    recordings.ask(recording, {"do": "type", "text": "himitsu-no-kotoba"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM robots_recordinginput")
        assert b"himitsu" not in bytes(cursor.fetchone()[0])
    assert [one["text"] for _, one in recordings.asked(recording)] == ["himitsu-no-kotoba"]
    assert not RecordingInput.objects.exists()


def test_the_picture_is_kept_unreadable_and_only_while_it_runs(recording: Recording) -> None:
    recordings.take(recording.pk)
    recordings.show(recording, {"notice": "山田太郎"}, b"picture")
    recording.refresh_from_db()
    assert recordings.shown(recording) == {"notice": "山田太郎"}
    assert recordings.picture(recording) == b"picture"
    assert "山田太郎".encode() not in bytes(recording.live)
    assert b"picture" not in bytes(recording.picture)
    ended = recordings.end(recording)
    assert (bytes(ended.live), bytes(ended.picture)) == (b"", b"")


def test_steps_are_moved_rewritten_added_and_deleted(office: Office, recording: Recording) -> None:
    row = draft_of(office, recording)
    before = len(drafts.steps_of(row.draft, "入力"))
    editing.change(row, Change.DOWN, "入力", 0, Words())
    editing.change(row, Change.SET, "入力", 2, Words("受付No", "{受付番号}", "{氏名}"))
    editing.change(row, Change.INSERT, "入力", 2, Words("受付しました", verb="待つ"))
    editing.change(row, Change.DELETE, "入力", 0, Words())
    steps = drafts.steps_of(row.draft, "入力")
    assert len(steps) == before
    assert {"入力": {"欄": "受付No", "値": "{受付番号}", "条件": "{氏名}"}} in steps
    assert {"待つ": {"文字": "受付しました"}} in steps
    with pytest.raises(Conflict):
        editing.change(row, Change.DELETE, "入力", 99, Words())


def test_a_second_press_of_one_button_changes_nothing(office: Office, recording: Recording, client) -> None:
    row = draft_of(office, recording)
    client.force_login(office.person)
    url = reverse("robots:recording_edit", args=[row.pk])
    page = client.get(reverse("robots:recording", args=[row.pk])).content.decode()
    (mark,) = set(re.findall(r'name="mark" value="(\w+)"', page))
    pressed = {"section": "入力", "step": "0", "change": "delete", "mark": mark}
    before = len(drafts.steps_of(row.draft, "入力"))
    assert client.post(url, pressed).status_code == 302
    second = client.post(url, pressed, follow=True)
    assert "手順がほかで変わりました" in second.content.decode()
    row.refresh_from_db()
    assert len(drafts.steps_of(row.draft, "入力")) == before - 1


def test_a_wrong_text_is_refused_with_its_line_and_changes_nothing(
    office: Office, recording: Recording
) -> None:
    row = draft_of(office, recording)
    with pytest.raises(DefinitionRefused) as refused:
        publishing.set_text(row, drafts.text_of(row.draft).replace("{氏名}", "{氏命}"))
    assert "氏命" in str(refused.value.problems[0])
    row.refresh_from_db()
    assert "氏命" not in drafts.text_of(row.draft)


def test_a_draft_runs_only_as_its_trial_until_another_approves(
    office: Office, recording: Recording, make_staff
) -> None:
    row = draft_of(office, recording)
    office.ready_cases(4)
    with pytest.raises(Conflict, match="試す"):
        publishing.propose(row, actor=office.person, reason="")
    run = publishing.try_out(row, actor=office.person)
    assert (run.dry_run, run.rows.count()) == (True, publishing.TRIED_ROWS)
    scenario = run.scenario
    assert register.latest_version(scenario) is None
    with pytest.raises(Conflict):
        runs.start(scenario, actor=office.person)
    Shift(run).work()
    row = queries.recordings().get(pk=row.pk)
    assert publishing.trial_problem(row) == ""
    approval = publishing.propose(row, actor=office.person, reason="")
    with pytest.raises(Conflict, match="本人"):
        approvals.approve(approval, actor=office.person)
    other = make_staff(office.person.municipality, "robots.approve")
    approvals.approve(approval, actor=other)
    scenario.refresh_from_db()
    assert scenario.in_use
    assert register.obstacles(scenario) == []
    row.refresh_from_db()
    assert row.state == RecordingState.PUBLISHED


def test_a_draft_that_changed_after_its_trial_is_tried_again(office: Office, recording: Recording) -> None:
    row = draft_of(office, recording)
    office.ready_cases(3)
    Shift(publishing.try_out(row, actor=office.person)).work()
    editing.change(row, Change.INSERT, "入力", 0, Words("受付", verb="確かめる"))
    row = queries.recordings().get(pk=row.pk)
    assert "もう一度試して" in publishing.trial_problem(row)
    publishing.try_out(row, actor=office.person)
    numbers = ScenarioVersion.objects.filter(scenario__name="録画した登録").values_list("version", flat=True)
    assert sorted(numbers) == [1, 2]


def test_a_recording_goes_with_its_case(recording: Recording) -> None:
    case = recording.case_id
    assert erasing.keeps([case]) == [case]
    recordings.end(recording)
    recordings.keep_picture(recording, "欄「氏名」", b"picture")
    assert erasing.keeps([case]) == []
    assert len(erasing.erase([case])) == 1
    assert not Recording.objects.exists()
    assert Case.objects.filter(pk=case).exists()


def test_a_colleague_who_goes_on_has_the_browser(
    office: Office, recording: Recording, client, make_staff
) -> None:
    """Before, the recording began for whoever had it first, and nobody could work in it or leave it."""
    colleague = make_staff(office.person.municipality, "robots.record")
    client.force_login(colleague)
    page, live = (reverse(f"robots:{name}", args=[recording.pk]) for name in ("recording", "recording_live"))
    shown = client.get(page).content.decode()
    assert "ほかの職員が録画しています" in shown
    assert "data-recorder" not in shown
    assert client.get(live).status_code == 404
    recordings.end(recording)
    assert client.post(reverse("robots:recording_again", args=[recording.pk])).status_code == 302
    recording.refresh_from_db()
    assert (recording.person, recording.state) == (colleague, RecordingState.STARTING)
    assert client.get(live).status_code == 200
    assert "data-recorder" in client.get(page).content.decode()
    client.force_login(office.person)
    assert client.get(live).status_code == 404


def test_a_file_with_the_number_of_a_draft_that_is_tried_is_refused_in_words(
    office: Office, recording: Recording
) -> None:
    row = draft_of(office, recording)
    office.ready_cases(3)
    publishing.try_out(row, actor=office.person)
    row.refresh_from_db()
    text = drafts.text_of(row.draft)
    with pytest.raises(Conflict, match="「版」を2以上"):
        scenarios.load_scenario(text, actor=office.person)
    newer = re.sub("^版: .*$", "版: 2", text, flags=re.MULTILINE)
    assert scenarios.load_scenario(newer, actor=office.person).version == 2
