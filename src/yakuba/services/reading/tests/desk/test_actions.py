"""From files to cases, with the real engine: nothing lost, nothing twice, whatever comes when."""

import numpy as np
import pytest
from PIL import Image

from yakuba.kernel.jobs import JobStopped, cancel, retry
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.ledger import life
from yakuba.kernel.ledger.models import Case, CaseEvent, CaseValue
from yakuba.kernel.ledger.queries import values_of
from yakuba.kernel.ledger.workflow import Status
from yakuba.services.reading.actions import cases, reader, sheets, sheets_decided, uploads
from yakuba.services.reading.actions.uploads import WrongStep
from yakuba.services.reading.models import BatchFile, Question, Sheet
from yakuba.services.reading.queries import home
from yakuba.services.reading.queries.batches import in_state, listed_batches, progress_of, statistics_of
from yakuba.services.reading.queries.problems import incomplete_cases, problem_sheets
from yakuba.services.reading.tests.desk.office import png

BUS, NURSERY, TAX = "bus-pass", "nursery-admission", "resident-tax-change"

pytestmark = [pytest.mark.xdist_group("reading_desk"), pytest.mark.slow]


def lines_on_paper():
    """A page with something on it that is no known form."""
    paper = np.full((2339, 1654), 255, np.uint8)
    for row in range(60):
        paper[100 + 35 * row : 104 + 35 * row, 100 : 300 + (row * 37) % 1200] = 0
    return Image.fromarray(paper)


@pytest.mark.slow
def test_two_pages_in_the_wrong_order_become_one_case_and_machine_and_person_are_told_apart(full_desk):
    batch = full_desk.read((NURSERY, 2), (BUS, 1), (NURSERY, 1))
    case = full_desk.case(NURSERY)
    assert [sheet.page for sheet in cases.sheets_of(case)] == [1, 2]
    questions = Question.objects.filter(case=case)
    assert case.status == (Status.CONFIRMING if questions else Status.READY)
    doubtful = set(CaseValue.objects.filter(case=case, trusted=False).values_list("field", flat=True))
    assert doubtful == set(questions.values_list("field", flat=True))
    trusted = CaseValue.objects.filter(case=case, trusted=True).values_list("field", "value")
    true = full_desk.scans.truth[NURSERY]
    assert {field: value for field, value in trusted if true[field] != value} == {}
    read = CaseEvent.objects.filter(case=case, kind="reading.read")
    assert read.count() == 2
    assert all(event.seconds > 0 and event.actor == "machine" for event in read)
    source = CaseValue.objects.get(case=case, field="child_name").source
    assert len(source["corners"]) == 4
    assert source["page"] == 1
    assert (source["engine"], source["second_engine"]) == ("役場の認識器 2026.11", "PP-OCRv6")
    now = progress_of(batch)
    assert (now.running, now.sheets, now.cases, now.incomplete, now.problems) == (False, 3, 2, 0, 0)
    assert now.fields == now.auto + now.person == 43 + 13
    assert now.person == now.open == Question.objects.count()
    gave = statistics_of(batch)
    assert (gave.fields_auto, gave.person_seconds) == (now.auto, 0.0)
    assert gave.machine_seconds > 0


@pytest.mark.slow
def test_a_case_waits_for_its_missing_page_and_is_shown_as_such(full_desk):
    batch = full_desk.read((NURSERY, 1))
    (lacking,) = incomplete_cases(batch.pk)
    assert lacking.sentence == "2ページ目がありません。"
    assert full_desk.case(NURSERY).status == Status.READING
    assert not Question.objects.exists()
    full_desk.read((NURSERY, 2), name="あとで.pdf")
    assert incomplete_cases() == []
    assert full_desk.case(NURSERY).status in (Status.CONFIRMING, Status.READY)


def test_the_last_answer_makes_the_case_ready_with_the_true_values(full_desk):
    full_desk.read((NURSERY, 1), (NURSERY, 2))
    full_desk.answer_all(NURSERY)
    assert full_desk.case(NURSERY).status == Status.READY
    assert values_of(full_desk.case(NURSERY)) == full_desk.scans.truth[NURSERY]


@pytest.mark.slow
def test_the_corrected_page_takes_the_place_of_the_one_that_was_sent_back(desk):
    desk.read((BUS, 1))
    desk.answer_all(BUS)
    case = life.take(desk.case(BUS), Status.RETURNED, actor=desk.person, reason="住所がない")
    desk.read((BUS, 1), name="補正.pdf")
    corrected = desk.sheet(1)
    assert corrected.problem == "duplicate"
    sheets_decided.use_instead(corrected, actor=desk.person)
    corrected.refresh_from_db()
    assert corrected.case == case
    assert desk.case(BUS).status in (Status.CONFIRMING, Status.READY), "the applicant has answered"
    Case.objects.filter(pk=case.pk).update(target_number="K-1")
    assert sheets_decided.take_back(desk.sheet(0)).problem == "duplicate"
    with pytest.raises(WrongStep, match="差し替えられません"):
        sheets_decided.use_instead(desk.sheet(0), actor=desk.person)


@pytest.mark.slow
def test_a_page_that_is_there_already_waits_for_a_person_who_may_put_it_aside_or_use_it(desk):
    desk.read((BUS, 1), (BUS, 1))
    case = desk.case(BUS)
    values = values_of(case)
    first, second = desk.sheet(0), desk.sheet(1)
    assert (second.state, second.problem, second.case) == ("problem", "duplicate", None)
    assert "束.pdf の1枚目" in second.message
    with pytest.raises(WrongStep, match="理由"):
        sheets_decided.put_aside(second, " ", actor=desk.person)
    sheets_decided.put_aside(second, "二度スキャンした", actor=desk.person)
    assert not problem_sheets().exists()
    assert sheets_decided.take_back(second, actor=desk.person).problem == "duplicate"
    sheets_decided.use_instead(second, actor=desk.person)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.case, second.state, second.case) == ("aside", None, "placed", case)
    assert values_of(case) == values


@pytest.mark.slow
def test_the_same_file_is_told_and_read_again_only_when_a_person_wants_it(desk):
    scan = ("束.pdf", desk.scans.pdf((BUS, 1)))
    desk.upload(scan)
    again = desk.upload(("別の名前.pdf", scan[1]))
    file = again.files.get()
    assert (file.state, file.same_as.name) == ("known", "束.pdf")
    assert "取り込み済み" in file.message
    desk.work()
    assert Sheet.objects.count() == 1
    uploads.force_file(file)
    with pytest.raises(WrongStep):
        uploads.force_file(file)
    desk.work()
    assert Sheet.objects.count() == 2
    assert desk.upload(scan, force=True).files.get().state == "splitting"


@pytest.mark.slow
def test_refused_files_stop_no_other_and_each_says_what_to_do(desk, settings):
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"upload_max_pages": 3})
    pages = [("bus-pass", 1)]
    batch = desk.upload(
        ("空.pdf", b""),
        ("メモ.pdf", "ただの文章です。\n".encode() * 40),
        ("途中.pdf", desk.scans.pdf(*pages)[:4000]),
        ("多い.pdf", desk.scans.pdf(*pages * 4)),
        ("よい.pdf", desk.scans.pdf(*pages)),
    )
    desk.work()
    states = dict(batch.files.values_list("name", "state"))
    assert states == dict.fromkeys(["空.pdf", "メモ.pdf", "途中.pdf", "多い.pdf"], "refused") | {
        "よい.pdf": "split"
    }
    assert all(file.message.endswith("ください。") for file in batch.files.filter(state="refused"))
    assert desk.sheet().state == "placed"
    assert desk.upload(("空.pdf", b"")).files.get().state == "refused"
    with pytest.raises(WrongStep, match="選ばれていません"):
        desk.upload()
    assert in_state(listed_batches(), "done").count() >= 1
    assert in_state(listed_batches(), "running").count() == 0


def test_a_sheet_of_no_known_form_can_be_entered_by_hand(desk):
    desk.upload(("紙.png", png(lines_on_paper())))
    desk.work()
    sheet = desk.sheet()
    assert (sheet.state, sheet.problem) == ("problem", "unknown_form")
    with pytest.raises(WrongStep, match="様式"):
        sheets_decided.resolve(sheet, receipt_number=desk.scans.number(BUS), actor=desk.person)
    form = reader.FormDefinition.objects.get(code=BUS)
    with pytest.raises(WrongStep, match="9ページ目"):
        sheets_decided.resolve(sheet, form=form, page=9, actor=desk.person)
    with pytest.raises(WrongStep, match="検査数字"):
        sheets_decided.resolve(sheet, receipt_number="0800000199", form=form, page=1, actor=desk.person)
    sheets_decided.resolve(
        sheet, receipt_number=desk.scans.number(BUS), form=form, page=1, actor=desk.person, seconds=9.0
    )
    desk.work()
    assert desk.case(BUS).status == Status.CONFIRMING
    assert Question.objects.count() == 12  # all but the receipt number
    desk.answer_all(BUS)
    assert values_of(desk.case(BUS)) == desk.scans.truth[BUS]
    assert desk.case(BUS).status == Status.READY
    events = CaseEvent.objects.filter(case=desk.case(BUS), kind="reading.sheet_resolved")
    assert [(event.user, event.seconds) for event in events] == [(desk.person, 9.0)]


@pytest.mark.slow
def test_a_receipt_number_that_cannot_be_read_is_typed_by_a_person(desk):
    page = np.asarray(desk.scans.pages[BUS][0]).copy()
    page[95:145, 1100:1300] = 255
    desk.upload(("欠け.png", png(Image.fromarray(page))))
    desk.work()
    sheet = desk.sheet()
    assert (sheet.state, sheet.problem, sheet.page) == ("problem", "number", 1)
    sheets_decided.resolve(sheet, receipt_number=desk.scans.number(BUS), actor=desk.person, seconds=4.0)
    number = CaseValue.objects.get(case=desk.case(BUS), field="receipt_number")
    assert (number.origin, number.confirmed_by, number.value) == (
        "person",
        desk.person,
        desk.scans.number(BUS),
    )


@pytest.mark.slow
def test_a_wrong_number_is_undone_by_withdrawing_the_case(full_desk):
    full_desk.read((BUS, 1))
    sheet, case = full_desk.sheet(), full_desk.case(BUS)
    with pytest.raises(WrongStep, match="そろった"):
        sheets_decided.put_aside(sheet, "間違い", actor=full_desk.person)
    life.take(case, Status.WITHDRAWN, actor=full_desk.person, reason="番号の入れ間違い")
    case.refresh_from_db()
    sheet.refresh_from_db()
    assert (case.status, sheet.state) == (Status.WITHDRAWN, "aside")
    after = sheets_decided.take_back(sheet, actor=full_desk.person)
    assert after.problem == "closed"
    assert "取り下げ" in after.message
    other = full_desk.scans.number(TAX)
    moved = sheets_decided.resolve(after, receipt_number=other, actor=full_desk.person)
    assert (moved.state, moved.case.receipt_number) == ("placed", other)


@pytest.mark.slow
def test_a_page_of_an_incomplete_case_can_be_taken_out_again(full_desk):
    full_desk.read((NURSERY, 1))
    sheets_decided.put_aside(full_desk.sheet(), "別の年度の申込書", actor=full_desk.person)
    assert incomplete_cases() == []
    sheets_decided.take_back(full_desk.sheet(), actor=full_desk.person)
    assert len(incomplete_cases()) == 1


def test_a_blank_page_is_no_trouble(desk):
    desk.upload(("白.png", png(Image.new("L", (1654, 2339), 250))))
    desk.work()
    assert (desk.sheet().state, desk.sheet().problem) == ("blank", "")


def test_splitting_goes_on_where_it_was_killed(desk):
    batch = desk.upload(("束.pdf", desk.scans.pdf(*[(BUS, 1)] * 3)))
    file = BatchFile.objects.get()

    def stop_after_the_first(done, total):
        raise JobStopped("killed")

    with pytest.raises(JobStopped):
        sheets.split_file(file.pk, stop_after_the_first)
    assert Sheet.objects.count() == 1
    told = []
    sheets.split_file(file.pk, lambda done, total: told.append((done, total)))
    assert told == [(2, 3), (3, 3)]
    sheets.split_file(file.pk, lambda done, total: told.append((done, total)))
    assert list(batch.sheets.order_by("index").values_list("index", flat=True)) == [0, 1, 2]


def test_a_crash_while_the_case_is_put_together_leaves_the_sheet_to_be_read_again(desk, monkeypatch):
    desk.upload(("束.pdf", desk.scans.pdf((BUS, 1))))
    file = BatchFile.objects.get()
    sheets.split_file(file.pk, lambda done, total: None)
    with monkeypatch.context() as broken:
        broken.setattr(cases, "move_on", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sheets.read_sheet(desk.sheet().pk)
    assert desk.sheet().state == "waiting"
    assert not CaseValue.objects.exists()
    sheets.read_sheet(desk.sheet().pk)
    sheets.read_sheet(desk.sheet().pk)
    assert CaseValue.objects.count() == 13
    assert CaseEvent.objects.filter(kind="reading.read").count() == 1


def test_a_sheet_that_cannot_be_read_for_good_waits_for_a_person_who_may_try_again(desk, monkeypatch):
    desk.upload(("束.pdf", desk.scans.pdf((BUS, 1))))
    sheets.split_file(BatchFile.objects.get().pk, lambda done, total: None)

    with monkeypatch.context() as broken:
        broken.setattr(reader, "read_image", lambda *_: 1 / 0)
        desk.work()
    assert (desk.sheet().state, desk.sheet().problem) == ("problem", "failed")
    assert "もう一度読む" in desk.sheet().message
    sheets_decided.read_again(desk.sheet(), actor=desk.person)
    desk.work()
    assert desk.sheet().state == "placed"


def test_what_has_ended_is_not_under_way_and_can_be_begun_again(desk, monkeypatch, client, clerk):
    """A file that cannot be parted, and a sheet whose reading somebody cancels."""
    batch = desk.upload(("束.pdf", desk.scans.pdf((BUS, 1))))
    with monkeypatch.context() as broken:
        broken.setattr(sheets, "pages", lambda *_: 1 / 0)
        desk.work()
    file = BatchFile.objects.get()
    assert (file.state, file.message) == ("failed", "思わぬエラー")
    assert not progress_of(batch).running
    assert not home.running(clerk)
    assert [failure.reason for failure in home.failures(clerk)] == ["思わぬエラー"]
    client.force_login(clerk)
    job = Job.objects.get()
    for page in (f"/reading/batches/{batch.pk}/", "/reading/problems/"):
        html = client.get(page).content.decode()
        assert "思わぬエラー" in html
        assert f"/work/{job.pk}/retry/" in html
    client.post(f"/work/{job.pk}/retry/")
    assert (BatchFile.objects.get().state, progress_of(batch).running) == ("splitting", True)
    sheets.split_file(file.pk, lambda done, total: None)
    reading = Job.objects.get(name="reading.read_sheet")
    cancel(reading)
    assert (desk.sheet().state, desk.sheet().problem) == ("problem", "failed")
    assert desk.sheet().message.startswith("中止しました。")
    retry(reading)
    assert desk.sheet().state == "waiting"
    desk.work()
    assert desk.sheet().state == "placed"


def test_a_form_is_loaded_once_and_a_newer_version_takes_its_place(desk, tmp_path, settings):
    import shutil

    from yakuba.kernel.definitions import DefinitionError
    from yakuba.services.reading.actions.definitions import load_form
    from yakuba.services.reading.models import FormDefinition

    old = FormDefinition.objects.get()
    folder = tmp_path / "bus-pass"
    shutil.copytree(settings.YAKUBA.samples_dir / "forms" / "bus-pass", folder)
    assert load_form(folder, actor=desk.person) == old
    assert FormDefinition.objects.get().loaded_at == old.loaded_at
    text = (folder / "form.yaml").read_text(encoding="utf-8")
    (folder / "form.yaml").write_text(text.replace("version: 1", "version: 2"), encoding="utf-8")
    load_form(folder, actor=desk.person)
    assert list(FormDefinition.objects.order_by("version").values_list("version", "current")) == [
        (1, False),
        (2, True),
    ]
    with pytest.raises(DefinitionError, match="戻せません"):
        load_form(settings.YAKUBA.samples_dir / "forms" / "bus-pass", actor=desk.person)
    (folder / "form.yaml").write_text(text.replace("field: phone", "field: telephone"), encoding="utf-8")
    with pytest.raises(DefinitionError, match="telephone"):
        load_form(folder, actor=desk.person)
