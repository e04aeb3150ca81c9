"""A table of transfers is looked at first, holds from its day on, and leaves no work without anybody."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from yakuba.kernel.accounts import actions as accounts
from yakuba.kernel.accounts.models import Role, User
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.jobs import states
from yakuba.kernel.jobs.models import Job, State
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.schedules.models import Schedule
from yakuba.kernel.schedules.pattern import Days
from yakuba.kernel.tenancy import active_municipality, every_municipality
from yakuba.kernel.tenancy.models import Department
from yakuba.kernel.transfers import actions, queries
from yakuba.kernel.transfers.models import Transfers
from yakuba.kernel.transfers.reading import HEADINGS, Move, moves


@pytest.fixture
def boss(in_yakuba_city, make_staff, yakuba_city):
    return make_staff(yakuba_city, "accounts.manage")


@pytest.fixture
def people(boss):
    accounts.save_role("窓口担当", ["ledger.view"])
    accounts.save_role("ロボット担当", ["robots.run", "schedules.manage"])
    accounts.save_staff("0001", name="甲野一郎", department="税務課", roles=["ロボット担当"])
    accounts.save_staff("0002", name="乙川花子", department="市民課", roles=["窓口担当"])
    accounts.save_staff("0003", name="丙山次郎", department="市民課", roles=["窓口担当"])
    return {person.username: person for person in User.objects.filter(username__startswith="000")}


def table(*lines: str) -> bytes:
    return "\r\n".join([",".join(HEADINGS[:5]), *lines]).encode()


def planned(boss, *lines: str, days: int = 0) -> Transfers:
    row = actions.draft(table(*lines), timezone.localdate() + timedelta(days=days), actor=boss)
    actions.plan(row, actor=boss)
    return Transfers.objects.get(pk=row.pk)


def work() -> None:
    """What the workers do at midnight."""
    actions.carry_out_due()
    for job in Job.objects.filter(name=actions.JOB):
        actions.carry_out(**job.arguments)


def fail(job: Job, refusal: Conflict) -> None:
    """What a worker does with a job that was refused."""
    states.move(job, State.RUNNING)
    job.refresh_from_db()
    states.move(job, State.FAILED, because=refusal, error=str(refusal))
    job.refresh_from_db()


def robot_of(person: User) -> Schedule:
    return Schedule.objects.create(
        work="robots.start", choice="1", days=Days.DAILY, at=time(18), owner=person
    )


def test_nothing_changes_before_the_day_and_everything_on_it(boss, people):
    schedule = robot_of(people["0001"])
    token = accounts.issue_token(people["0001"], "夜間", ["ledger.view"], 30)
    row = planned(boss, "0001,,,○,0002", "0002,デジタル推進課,ロボット担当,,", days=3)
    work()
    assert User.objects.get(username="0001").is_active
    Transfers.objects.update(day=timezone.localdate())
    work()
    gone, newcomer = User.objects.get(username="0001"), User.objects.get(username="0002")
    assert (gone.is_active, str(newcomer.department)) == (False, "デジタル推進課")
    assert [role.name for role in newcomer.roles.all()] == ["ロボット担当"]
    schedule.refresh_from_db()
    assert schedule.owner == newcomer, "who takes over has the new role by then"
    assert token, "and the token of whoever left opens nothing"
    assert not any(one.valid for one in gone.api_tokens.all())
    row.refresh_from_db()
    assert (row.state, row.troubled) == ("done", False)
    assert any("甲野一郎 → 乙川花子" in words for words in row.report)


def test_what_no_longer_fits_is_told_and_hinders_no_other(boss, people):
    robot_of(people["0003"])
    row = planned(boss, "0001,,,○,", "0002,,窓口担当、ロボット担当,,", "0003,,,○,")
    accounts.set_active(people["0001"], False)
    work()
    row.refresh_from_db()
    assert User.objects.get(username="0002").roles.count() == 2
    assert row.troubled
    assert any("0001" in words and "在職" in words for words in row.report)
    assert any("丙山次郎" in words and "予定" in words for words in row.report)
    assert [failure.title for failure in queries.failures(boss)] == ["人事異動"]


def test_the_last_who_manages_the_staff_stays(boss, people):
    row = planned(boss, f"{boss.username},,,○,")
    work()
    row.refresh_from_db()
    assert row.troubled
    assert User.objects.get(pk=boss.pk).is_active


def test_it_happens_once_and_not_after_it_was_withdrawn(boss, people):
    row = planned(boss, "0002,税務課,,,")
    actions.withdraw(row, actor=boss)
    work()
    assert str(User.objects.get(username="0002").department) == "市民課"
    with pytest.raises(Conflict, match="取りやめ"):
        actions.plan(row, actor=boss)
    done = planned(boss, "0002,税務課,,,")
    work()
    accounts.save_staff("0002", department="市民課")
    work()
    assert str(User.objects.get(username="0002").department) == "市民課"
    with pytest.raises(Conflict, match="済み"):
        actions.withdraw(done, actor=boss)


def test_two_who_change_places_hand_over_to_each_other(boss, people):
    first, second = robot_of(people["0001"]), robot_of(people["0002"])
    row = planned(boss, "0001,市民課,,,0002", "0002,税務課,ロボット担当,,0001")
    work()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.owner, second.owner) == (people["0002"], people["0001"])
    row.refresh_from_db()
    assert not row.troubled


@pytest.mark.parametrize("backwards", [False, True])
def test_in_a_chain_everybody_gets_what_the_one_before_had(boss, people, backwards):
    accounts.save_staff("0003", roles=["ロボット担当"])
    first, second = robot_of(people["0001"]), robot_of(people["0002"])
    lines = ["0001,,,○,0002", "0002,税務課,ロボット担当,,0003"]
    planned(boss, *(reversed(lines) if backwards else lines))
    work()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.owner.username, second.owner.username) == ("0002", "0003")


def test_what_a_successor_may_not_do_stays_and_is_told(boss, people):
    schedule = robot_of(people["0001"])
    row = planned(boss, "0001,税務課,,,0003")
    work()
    schedule.refresh_from_db()
    row.refresh_from_db()
    assert schedule.owner == people["0001"]
    assert row.troubled
    assert any("丙山次郎" in words and "権限がありません" in words for words in row.report)


@pytest.mark.parametrize("backwards", [False, True])
def test_the_only_manager_may_be_followed_by_another_in_any_order_of_lines(boss, people, backwards):
    accounts.save_role("管理者", ["accounts.manage"])
    lines = [f"{boss.username},,窓口担当,,", "0002,,管理者,,"]
    row = planned(boss, *(reversed(lines) if backwards else lines))
    work()
    row.refresh_from_db()
    assert row.report == []
    assert [role.name for role in boss.roles.all()] == ["窓口担当"]


def test_what_breaks_in_one_town_is_told_there_and_stops_no_other(boss, people, neighbour, neighbour_town):
    row = planned(boss, "0002,税務課,,,")
    with active_municipality(neighbour_town):
        theirs = Transfers.objects.create(
            day=row.day,
            moves=[Move(neighbour.username, "税務課").stored()],
            planned_by=neighbour,
            state="waiting",
        )
    Transfers.objects.filter(pk=row.pk).update(moves=[{"nonsense": 1}])
    actions.carry_out_due()
    actions.carry_out_due()
    with every_municipality("both towns' jobs"):
        assert Job.all_municipalities.filter(name=actions.JOB).count() == 2
    with pytest.raises(KeyError):
        actions.carry_out(row.pk)
    actions.give_up(Conflict("思わぬエラー"), transfers_id=row.pk)
    (failure,) = queries.failures(boss)
    assert "思わぬエラー" in failure.reason
    with active_municipality(neighbour_town):
        actions.carry_out(theirs.pk)
        assert str(User.objects.get(pk=neighbour.pk).department) == "税務課"


def test_a_table_looked_at_yesterday_is_not_carried_out_today_by_surprise(boss, people, client):
    row = actions.draft(table("0002,税務課,,,"), timezone.localdate(), actor=boss)
    Transfers.objects.filter(pk=row.pk).update(day=timezone.localdate() - timedelta(days=1))
    row.refresh_from_db()
    with pytest.raises(Conflict, match="過ぎました"):
        actions.plan(row, actor=boss)
    client.force_login(boss)
    page = client.get(f"/transfers/{row.pk}/").content.decode()
    assert "入れ直してください" in page
    assert "この内容で登録する" not in page


def test_marks_and_lists_are_taken_as_people_write_them(people):
    found = moves(table("0001,,,◯,", "0002,,,TRUE,", '0003,,"窓口担当，ロボット担当",,'))
    assert [(move.leaves, move.roles) for move in found] == [
        (True, None),
        (True, None),
        (False, ("窓口担当", "ロボット担当")),
    ]


def test_a_year_that_was_mistyped_is_told(boss, people):
    with pytest.raises(Invalid, match="年を確かめて"):
        actions.draft(table("0002,税務課,,,"), timezone.localdate() + timedelta(days=3650), actor=boss)


@pytest.mark.parametrize("written", ["1", "1.0", "０００１"])
def test_a_number_that_a_spreadsheet_changed_is_told_with_the_person_that_is_meant(people, written):
    with pytest.raises(Invalid) as refusal:
        moves(table(f"{written},税務課,,,"))
    (problem,) = refusal.value.problems
    assert "「0001」のことなら" in problem.reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("9999,税務課,,,", "在職の職員がいません"),
        ("0001,,ない役割,,", "ない役割"),
        ("0001,,,○,9999", "引き継ぐ職員「9999」"),
        ("0001,,,○,0001", "ほかの人"),
        ("0001,,,○,0009", "引き継ぐ職員「0009」も、この表で退職します"),
        ("0001,税務課,,○,", "退職する人"),
        ("0001,,,たぶん,", "たぶん"),
        ('0001,"税務\n課",,,', "目に見えない文字"),
        ("0001,,,,", "何を変えるのか"),
    ],
)
def test_a_wrong_line_is_told_and_nothing_of_the_table_holds(people, line, reason):
    accounts.save_staff("0009", name="丁野四郎")
    with pytest.raises(Invalid) as refusal:
        moves(table("0009,,,○,", line))
    (problem,) = refusal.value.problems
    assert (problem.line, reason in problem.reason) == (3, True)


def test_one_person_stands_in_one_line(people):
    with pytest.raises(Invalid) as refusal:
        moves(table("0001,税務課,,,", "0001,市民課,,,"))
    assert "2行目にもあります" in refusal.value.problems[0].reason


def test_a_person_of_another_town_is_none_here(people, neighbour):
    with pytest.raises(Invalid, match="登録できません"):
        moves(table(f"{neighbour.username},税務課,,,"))


def test_looked_at_on_the_page_before_it_is_planned(boss, people, client):
    robot_of(people["0001"])
    client.force_login(boss)
    day = timezone.localdate() + timedelta(days=1)
    file = SimpleUploadedFile("a.csv", table("0001,,,○,", "0002,デジタル推進課,,,"))
    answer = client.post("/transfers/", {"day": day.isoformat(), "file": file})
    row = Transfers.objects.get()
    assert answer.url == f"/transfers/{row.pk}/"
    page = client.get(answer.url).content.decode()
    assert "引き継ぎなし" in page
    assert "新しくできる課：デジタル推進課" in page
    assert "市民課 → デジタル推進課" in page
    assert not Department.objects.filter(name="デジタル推進課").exists(), "looking changes nothing"
    assert client.post(f"/transfers/{row.pk}/plan/").status_code == 302
    assert Transfers.objects.get().state == "waiting"
    assert client.post(f"/transfers/{row.pk}/withdraw/").status_code == 302
    wrong = client.post(
        "/transfers/", {"day": day.isoformat(), "file": SimpleUploadedFile("a.csv", table("9999,x,,,"))}
    )
    assert wrong.status_code == 422
    assert "2行目 9999" in wrong.content.decode()
    past = {"day": "2020-04-01", "file": SimpleUploadedFile("a.csv", table("0001,x,,,"))}
    assert "過ぎています" in client.post("/transfers/", past).content.decode()


def test_a_day_that_went_by_is_told(boss, people):
    row = planned(boss, "0002,税務課,,,")
    Transfers.objects.filter(pk=row.pk).update(day=timezone.localdate() - timedelta(days=1))
    (failure,) = queries.failures(boss)
    assert "ワーカー" in failure.reason


def test_what_somebody_planned_who_has_left_stops_until_somebody_else_takes_it_over(
    boss, people, client, make_staff, yakuba_city
):
    other = make_staff(yakuba_city, "accounts.manage")
    row, later = planned(boss, "0002,税務課,,,"), planned(boss, "0003,税務課,,,", days=3)
    with pytest.raises(Conflict, match="引き受けを待っていません"):
        actions.take_over(row, actor=other)
    User.objects.filter(pk=boss.pk).update(is_active=False)
    actions.carry_out_due()
    (job,) = Job.objects.filter(name=actions.JOB)
    with pytest.raises(Conflict, match="ほかの管理者") as refusal:
        actions.carry_out(**job.arguments)
    fail(job, refusal.value)
    assert str(User.objects.get(username="0002").department) == "市民課"
    told = {one.url: one.reason for one in queries.failures(other)}
    assert set(told) == {f"/transfers/{row.pk}/", f"/transfers/{later.pk}/"}, "also before its day"
    assert all("引き受けてください" in reason for reason in told.values())
    client.force_login(other)
    assert "この異動を引き受ける" in client.get(f"/transfers/{row.pk}/").content.decode()
    assert client.post(f"/transfers/{row.pk}/take-over/").status_code == 302
    job.refresh_from_db()
    assert (job.state, [one.url for one in queries.failures(other)]) == (
        "waiting",
        [f"/transfers/{later.pk}/"],
    )
    work()
    row.refresh_from_db()
    assert (row.state, row.planned_by) == ("done", other)
    assert str(User.objects.get(username="0002").department) == "税務課"
    assert AuditEvent.objects.filter(name="transfers.taken_over", actor=other).count() == 1


def test_who_may_no_longer_manage_the_staff_does_not_by_a_plan(boss, people):
    planned(boss, "0002,税務課,,,")
    Role.objects.filter(users=boss).update(permissions=[])
    with pytest.raises(Conflict, match="権限がなくなった"):
        work()


def test_a_move_is_kept_whole(people):
    for move in (Move("1"), Move("1", "課", ("a", "b"), True, "2"), Move("1", roles=())):
        assert Move.of(move.stored()) == move
    assert Role.objects.count() == 3
