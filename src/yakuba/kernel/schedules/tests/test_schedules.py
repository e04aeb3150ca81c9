"""What is due is begun once, with its owner's rights; what cannot be begun any more is switched off with its reason."""

from __future__ import annotations

import os
from datetime import time, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from yakuba.kernel.accounts.models import Role, User
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.refusals import Conflict, Forbidden, Missing, NothingToDo, Unavailable
from yakuba.kernel.registry import PlannedWork, rooms
from yakuba.kernel.schedules import actions, queries
from yakuba.kernel.schedules.models import Schedule
from yakuba.kernel.schedules.pattern import Days
from yakuba.kernel.tenancy import active_municipality, every_municipality
from yakuba.kernel.ui.forms import JapaneseTimeField
from yakuba.kernel.workdays.models import SpecialDay

begun: list[tuple[str, User]] = []


def choices(user):
    """What the example can be done with."""
    return [("a", "甲"), ("b", "乙"), ("c", "丙"), ("d", "丁")]


def begin(code, actor):
    """Begins it; `b` has nothing to do."""
    if code == "b":
        raise NothingToDo("待つものはありません。")
    if code == "c":
        raise Conflict("相手システムのパスワードがありません。")
    if code == "d":
        raise Unavailable("相手システムが答えません。")
    begun.append((code, actor))
    return "3件を始めました。"


WORK = PlannedWork("things.do", "ものをする", "robots.run", f"{__name__}:choices", f"{__name__}:begin")


@pytest.fixture(autouse=True)
def work(monkeypatch):
    begun.clear()
    manifests = rooms.manifests()
    declared = (*manifests, type(manifests[0])("things", "もの", "", planned_works=(WORK,)))
    monkeypatch.setattr(rooms, "manifests", lambda: declared)
    monkeypatch.setattr("yakuba.kernel.accounts.permissions.manifests", lambda: declared)


@pytest.fixture
def keeper(in_yakuba_city, make_staff, yakuba_city):
    return make_staff(yakuba_city, "robots.run", "schedules.manage")


def planned(keeper, choice="a", **more) -> Schedule:
    row = Schedule(work=WORK.name, choice=choice, days=Days.DAILY, at=time(18), **more)
    return actions.keep(row, actor=keeper)


def due(row: Schedule, ago: timedelta = timedelta(minutes=1)) -> None:
    Schedule.objects.filter(pk=row.pk).update(next_at=timezone.now() - ago)


def test_what_is_due_is_begun_once_and_gets_its_next_turn(keeper):
    row = planned(keeper)
    actions.begin_due()
    assert not Job.objects.filter(name=actions.JOB).exists(), "not before its time"
    due(row)
    actions.begin_due()
    actions.begin_due()
    job = Job.objects.get(name=actions.JOB)
    assert (job.generation, job.arguments) == (1, {"schedule_id": row.pk})
    row.refresh_from_db()
    assert row.next_at > timezone.now()
    actions.begin(row.pk)
    row.refresh_from_db()
    assert (begun, row.outcome, row.told) == ([("a", keeper)], "begun", "3件を始めました。")


def test_nothing_to_do_is_no_failure(keeper):
    row = planned(keeper, "b")
    actions.begin(row.pk)
    row.refresh_from_db()
    assert (row.outcome, row.told) == ("nothing", "待つものはありません。")
    assert row.next_at is not None
    assert queries.failures(keeper) == []


def test_long_missed_turns_are_not_caught_up_but_told(keeper):
    row = planned(keeper)
    due(row, actions.LATEST + timedelta(minutes=1))
    actions.begin_due()
    assert not Job.objects.filter(name=actions.JOB).exists()
    row.refresh_from_db()
    assert (row.outcome, row.next_at > timezone.now()) == ("missed", True)
    (failure,) = queries.failures(keeper)
    assert "見送りました" in failure.reason


def test_an_owner_without_the_right_begins_nothing(keeper, make_staff, yakuba_city):
    row = planned(keeper)
    Role.objects.filter(users=keeper).delete()
    actions.begin(row.pk)
    row.refresh_from_db()
    assert (begun, row.outcome, row.next_at) == ([], "failed", None)
    assert "権限がなくなった" in row.told
    with pytest.raises(Forbidden):
        actions.keep(row, actor=make_staff(yakuba_city, "schedules.manage"))


def test_only_who_may_do_the_work_begins_it_by_hand(keeper, make_staff, yakuba_city, client):
    row = planned(keeper)
    begin_now = f"/schedules/{row.pk}/begin/"
    client.force_login(make_staff(yakuba_city, "schedules.manage"))
    assert begin_now not in client.get("/schedules/").content.decode()
    answer = client.post(begin_now, follow=True)
    assert "その仕事を行う権限のある職員だけ" in answer.content.decode()
    assert not Job.objects.filter(name=actions.JOB).exists()
    client.force_login(keeper)
    assert begin_now in client.get("/schedules/").content.decode()
    client.post(begin_now)
    assert Job.objects.filter(name=actions.JOB).exists()


def test_somebody_who_left_begins_nothing(keeper):
    row = planned(keeper)
    User.objects.filter(pk=keeper.pk).update(is_active=False)
    actions.begin(row.pk)
    row.refresh_from_db()
    assert (begun, row.outcome, row.next_at) == ([], "failed", None)


def test_what_is_gone_today_is_told_and_tried_again_next_time(keeper):
    """A file that the night did not bring, a robot that is out of use for a week: it is no end of the plan."""
    row = planned(keeper, "gone")
    actions.begin(row.pk)
    row.refresh_from_db()
    assert row.outcome == "failed"
    assert row.next_at is not None
    assert "対象がいまはない" in row.told
    assert queries.failures(keeper)


def test_a_refusal_other_than_nothing_to_do_is_a_failure(keeper):
    row = planned(keeper, "c")
    actions.begin(row.pk)
    row.refresh_from_db()
    assert (row.outcome, row.told) == ("failed", "相手システムのパスワードがありません。")
    (failure,) = queries.failures(keeper)
    assert "パスワード" in failure.reason


def test_what_may_help_another_time_is_left_to_the_jobs_tries(keeper):
    row = planned(keeper, "d")
    with pytest.raises(Unavailable) as refusal:
        actions.begin(row.pk)
    actions.give_up(refusal.value, schedule_id=row.pk)
    row.refresh_from_db()
    assert (row.outcome, row.told) == ("failed", "相手システムが答えません。")


def test_begun_and_noted_together_or_not_at_all(keeper, monkeypatch):
    """A worker that dies in between has begun nothing, so that the next one begins it and says so."""
    row = planned(keeper)
    made: list[int] = []

    def begins(code, actor):
        made.append(SpecialDay.objects.create(day=timezone.localdate(), open=True, reason="x").pk)
        return "始めました。"

    def dies(*_):
        raise SystemExit

    monkeypatch.setitem(globals(), "begin", begins)
    with monkeypatch.context() as inner, pytest.raises(SystemExit):
        inner.setattr(actions, "_note", dies)
        actions.begin(row.pk)
    assert made
    assert not SpecialDay.objects.exists()
    actions.begin(row.pk)
    row.refresh_from_db()
    assert (row.outcome, SpecialDay.objects.count()) == ("begun", 1)


def test_one_towns_broken_row_stops_no_other_towns_work(keeper, neighbour, neighbour_town):
    broken = planned(keeper)
    with active_municipality(neighbour_town):
        other = planned(neighbour)
        Schedule.objects.filter(pk=other.pk).update(next_at=timezone.now() - timedelta(minutes=1))
    Schedule.objects.filter(pk=broken.pk).update(days="never", next_at=timezone.now() - timedelta(minutes=2))
    actions.begin_due()
    with every_municipality("whose job it is"):
        assert Job.all_municipalities.get(name=actions.JOB).municipality == neighbour_town
    broken.refresh_from_db()
    assert (broken.outcome, broken.next_at) == ("failed", None)


def test_a_change_of_the_calendar_takes_no_turn_that_is_due_away(keeper, client):
    row = planned(keeper)
    due(row)
    client.force_login(keeper)
    assert (
        client.post("/schedules/", {"day": "2030-07-01", "open": "no", "reason": "記念日"}).status_code == 302
    )
    actions.begin_due()
    assert Job.objects.filter(name=actions.JOB).count() == 1


def test_a_clock_that_stood_ahead_for_a_while_leaves_no_hole(keeper):
    row = planned(keeper)
    Schedule.objects.filter(pk=row.pk).update(next_at=timezone.now() + timedelta(days=1500))
    actions.look_again_everywhere()
    row.refresh_from_db()
    assert row.next_at < timezone.now() + timedelta(days=2)


def test_each_town_has_its_own(keeper, neighbour, neighbour_town):
    row = planned(keeper)
    with active_municipality(neighbour_town):
        other = planned(neighbour)
        assert [one.row for one in queries.shown(neighbour)] == [other]
        Schedule.objects.filter(pk=other.pk).update(next_at=timezone.now())
    due(row)
    actions.begin_due()
    with every_municipality("both towns' jobs"):
        assert Job.all_municipalities.filter(name=actions.JOB).count() == 2
    assert Job.objects.filter(name=actions.JOB).count() == 1


def test_planned_changed_stopped_and_removed_on_the_page(keeper, client):
    client.force_login(keeper)
    assert "予定はまだありません" in client.get("/schedules/").content.decode()
    page = client.get("/schedules/new/").content.decode()
    assert "ものをする" in page
    assert page.count("必須") == 3, "what is done, on which days, and when"
    given = {
        "what": "things.do a",
        "days": "monthly",
        "weekday": "0",
        "month_day": "",
        "at": "18:00",
        "closed": "after",
    }
    answer = client.post("/schedules/new/", given)
    assert answer.status_code == 422
    assert "1から31" in answer.content.decode()
    assert client.post("/schedules/new/", given | {"what": "audit.verify x"}).status_code == 422
    wrong = client.post("/schedules/new/", given | {"month_day": "25", "at": "夕方"})
    assert "時刻は 18:00 のように" in wrong.content.decode()
    assert client.post("/schedules/new/", given | {"month_day": "25"}).status_code == 302
    row = Schedule.objects.get()
    page = client.get("/schedules/").content.decode()
    assert "ものをする（甲）" in page
    assert "毎月25日 18:00（閉庁日なら次の開庁日に行う）" in page
    assert (
        client.post(f"/schedules/{row.pk}/", given | {"days": "workdays", "at": "１９時"}).status_code == 302
    )
    row.refresh_from_db()
    assert row.at == time(19)
    assert client.post(f"/schedules/{row.pk}/switch/").status_code == 302
    assert "止めている" in client.get("/schedules/").content.decode()
    assert client.post(f"/schedules/{row.pk}/switch/", {"on": "1"}).status_code == 302
    assert client.post(f"/schedules/{row.pk}/begin/").status_code == 302
    assert Job.objects.filter(name=actions.JOB).count() == 1
    assert client.post(f"/schedules/{row.pk}/remove/").status_code == 302
    assert not Schedule.objects.exists()
    names = set(AuditEvent.objects.values_list("name", flat=True))
    assert {"schedules.kept", "schedules.switched_off", "schedules.switched_on"} <= names
    assert {"schedules.begun_by_hand", "schedules.removed"} <= names


@pytest.mark.parametrize("written", ["18:30", "１８：３０", "18時30分", "１８時３０分", " 18:30 "])
def test_a_time_is_taken_as_staff_write_it(written):
    assert JapaneseTimeField().clean(written) == time(18, 30)


@pytest.mark.parametrize(
    "written", ["24:00", "25時", "18:60", "-1:00", "18:30:00.5", "夕方", "18\0:30", "1" * 9999]
)
def test_a_time_that_is_none_is_told_with_an_example(written):
    with pytest.raises(ValidationError, match="23:59"):
        JapaneseTimeField().clean(written)


def test_who_may_not_do_the_work_may_stop_its_schedule_but_not_let_it_go_on(keeper, make_staff, client):
    row = planned(keeper)
    other = make_staff(keeper.municipality, "schedules.manage")
    client.force_login(other)
    client.post(f"/schedules/{row.pk}/switch/")
    assert "また使う" not in client.get("/schedules/").content.decode()
    assert client.post(f"/schedules/{row.pk}/switch/", {"on": "1"}).status_code in (302, 403)
    row.refresh_from_db()
    assert row.next_at is None
    with pytest.raises(Forbidden):
        actions.switch(row, on=True, actor=other)


def test_what_somebody_removed_meanwhile_is_not_made_anew(keeper):
    row = planned(keeper)
    stale = Schedule.objects.get(pk=row.pk)
    actions.remove(row, actor=keeper)
    with pytest.raises(Missing):
        actions.keep(stale, actor=keeper)
    with pytest.raises(Missing):
        actions.switch(stale, on=False, actor=keeper)
    assert not Schedule.objects.exists()


def test_what_came_of_a_turn_meanwhile_is_kept(keeper):
    row = planned(keeper)
    stale = Schedule.objects.get(pk=row.pk)
    actions.begin(row.pk)
    actions.keep(stale, actor=keeper)
    row.refresh_from_db()
    assert row.outcome == "begun"


def test_a_special_day_moves_what_is_planned_for_workdays(keeper, client):
    client.force_login(keeper)
    row = Schedule(work=WORK.name, choice="a", days=Days.WORKDAYS, at=time(18))
    first = actions.keep(row, actor=keeper).next_at
    day = timezone.localtime(first).date()
    given = {"day": day.isoformat(), "open": "no", "reason": "市制記念日"}
    assert client.post("/schedules/", given).status_code == 302
    row.refresh_from_db()
    assert row.next_at > first
    (special,) = SpecialDay.objects.all()
    assert client.post(f"/schedules/days/{special.pk}/remove/").status_code == 302
    row.refresh_from_db()
    assert row.next_at == first
    assert "市制記念日" in client.get("/schedules/").content.decode()


def test_the_register_of_persons_is_taken_from_its_folder(
    keeper, in_yakuba_city, make_staff, settings, tmp_path, monkeypatch
):
    from yakuba.kernel.persons import inbox
    from yakuba.kernel.persons import queries as persons

    settings.YAKUBA = settings.YAKUBA.model_copy(update={"data_dir": tmp_path})
    assert inbox.choices(keeper) == []
    inbox.folder().mkdir(parents=True)
    (inbox.folder() / "atena.csv").write_text("宛名番号,氏名,生年月日\n1,山田太郎,1980-01-01\n")
    (inbox.folder() / "link.csv").symlink_to("/etc/passwd")
    (inbox.folder() / "notes.txt").write_text("x")
    for odd in ("宛名.csv".encode("cp932"), b"a" * 240 + b".csv", b"a\nb.csv"):
        (Path(os.fsdecode(os.fsencode(inbox.folder()) + b"/" + odd))).write_text("x")
    assert inbox.choices(keeper) == [("atena.csv", "atena.csv")]
    assert inbox.begin("atena.csv", keeper) == "1人を取り込みました。"
    assert persons.current().rows == 1
    with pytest.raises(Missing, match="ありません"):
        inbox.begin("../atena.csv", keeper)
    monkeypatch.setattr(inbox, "folder", lambda: tmp_path / "nowhere")
    assert inbox.choices(keeper) == []
