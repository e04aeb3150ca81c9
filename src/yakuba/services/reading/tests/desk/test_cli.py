"""`yakuba reading …`: messages, exit codes, JSON."""

import json

import pytest
from typer.testing import CliRunner

from yakuba.config.command import build
from yakuba.kernel.audit.models import AuditEvent
from yakuba.services.reading import facade
from yakuba.services.reading.actions import questions

BUS = "bus-pass"

pytestmark = pytest.mark.xdist_group("reading_desk")


def run(*arguments):
    return CliRunner().invoke(build(), ["reading", *map(str, arguments)])


@pytest.fixture
def scan(desk, tmp_path):
    file = tmp_path / "束.pdf"
    file.write_bytes(desk.scans.pdf((BUS, 1)))
    return file


@pytest.mark.slow
def test_one_refused_file_gives_exit_code_1_and_the_others_go_on(desk, scan, tmp_path):
    empty = tmp_path / "空.pdf"
    empty.touch()
    done = run("upload", scan, empty, tmp_path / "ない.pdf", "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    states = {file["name"].rsplit("/", 1)[-1]: file["state"] for file in told["files"]}
    assert states == {"束.pdf": "splitting", "空.pdf": "refused", "ない.pdf": "refused"}
    assert "3個のうち2個" in done.stderr
    desk.work()
    status = json.loads(run("status", told["batch"], "--json").stdout)
    assert (status["running"], status["cases"], status["refused"]) == (False, 1, 1)
    assert run("upload", scan).exit_code == 0  # known, not refused
    assert "取り込み済み" in run("upload", scan).stdout


@pytest.mark.slow
def test_values_are_listed_and_answered_for_a_member_of_staff(desk, scan, clerk, newcomer):
    run("upload", scan, "--name", "朝の便")
    desk.work()
    desk.answer_all(BUS)
    question = questions.ask_again(desk.case(BUS), "name", actor=desk.person)
    (listed,) = json.loads(run("questions", "--json").stdout)
    assert listed["id"] == question.pk
    assert run("answer", question.pk, "", "--user", clerk.username).exit_code == 1
    assert run("answer", question.pk, "小宮山美幸", "--user", newcomer.username).exit_code == 3
    assert run("answer", question.pk, "小宮山美幸", "--user", "nobody").exit_code == 2
    assert run("answer", 999, "小宮山美幸", "--user", clerk.username).exit_code == 2
    assert run("answer", question.pk, "小宮山美幸", "--user", clerk.username).exit_code == 0
    assert json.loads(run("questions", "--json").stdout) == []
    assert "朝の便" in run("batches").stdout
    assert run("status", 999).exit_code == 2


def test_what_pages_and_programs_do_has_a_verb(desk, scan, clerk):
    user = ("--user", clerk.username)
    run("upload", scan)
    desk.work()
    again = run("upload", scan, "--wait", "--json")  # of a file that is known nothing is left to read
    (file,) = json.loads(again.stdout)["files"]
    assert (again.exit_code, file["state"]) == (0, "known")
    forced = json.loads(run("force", file["id"], "--json", *user).stdout)
    assert (forced["id"], forced["state"]) == (file["id"], "splitting")
    desk.work()
    (problem,) = json.loads(run("problems", "--json").stdout)["sheets"]
    assert run("resolve", problem["sheet"], "--form", "nowhere", *user).exit_code == 2
    assert run("aside", problem["sheet"], "二度目", *user).exit_code == 0
    desk.answer_all(BUS)
    question = questions.ask_again(desk.case(BUS), "name", actor=desk.person)
    assert run("hold", question.pk, "電話中").exit_code == 2, "somebody has to answer for it"
    assert "保留" in run("hold", question.pk, "電話中", *user).stdout
    values = json.loads(run("values", desk.case(BUS).pk, "--json").stdout)
    assert {row["field"]: row["value"] for row in values}["birth"] == desk.scans.truth[BUS]["birth"]
    events = AuditEvent.objects.filter(name="reading.case_viewed", subject=f"case:{desk.case(BUS).pk}")
    assert events.count() == 1
    assert len(json.loads(run("batches", "--json", "--limit", 1).stdout)) == 1


def test_forms_are_loaded_and_a_mistake_names_its_place(desk, settings, tmp_path):
    folder = settings.YAKUBA.samples_dir / "forms" / BUS
    assert json.loads(run("load-form", folder, "--json").stdout)[0]["code"] == BUS
    assert json.loads(run("forms", "--json").stdout)[0]["version"] == 1
    wrong = tmp_path / "form.yaml"
    wrong.write_text("form: x\nprocedure: nowhere\n", encoding="utf-8")
    done = run("load-form", wrong)
    assert done.exit_code == 2
    assert "nowhere" in done.stderr


@pytest.mark.slow
def test_problems_are_listed_with_cases_that_lack_a_page(full_desk):
    full_desk.read(("nursery-admission", 1), (BUS, 1), (BUS, 1))
    told = json.loads(run("problems", "--json").stdout)
    assert [sheet["problem"] for sheet in told["sheets"]] == ["duplicate"]
    assert [case["message"] for case in told["incomplete_cases"]] == ["2ページ目がありません。"]


def test_the_facade_does_the_same_for_other_rooms(desk, scan, clerk):
    with scan.open("rb") as stream:
        batch = facade.upload([(scan.name, stream)], clerk, name="見本の束")
    assert [file.state for file in facade.batch_files(batch)] == ["splitting"]
    assert facade.batch_progress(batch).running
    desk.work()
    for question in facade.open_questions(batch):
        facade.answer(
            question.id, desk.scans.truth[BUS][question.field], clerk, 4.0, insist=True, assumed=True
        )
    assert facade.batch_progress(batch).ready == 1
    gave = facade.statistics(batch)
    assert (gave.sheets, gave.fields) == (1, 13)
    assert facade.case_pages(desk.case(BUS).pk) == [1]
    assert (facade.page_picture(desk.case(BUS).pk, 1, clerk) or b"").startswith(b"\x89PNG")
    with scan.open("rb") as stream:
        again = facade.upload([(scan.name, stream)], clerk, force=True)
    desk.work()
    (problem,) = facade.open_problems(again)
    assert problem.problem == "duplicate"
    facade.put_aside(problem.sheet, "二度目", clerk)
    assert facade.open_problems() == []
