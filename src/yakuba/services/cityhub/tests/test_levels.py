"""Evacuation notices: what stands, who issued it, and the page that opens without anything else."""

from __future__ import annotations

import fcntl
from datetime import date, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.townsettings.actions import set_values
from yakuba.kernel.ui.wording import wareki
from yakuba.services.cityhub.actions import levels as actions
from yakuba.services.cityhub.engine.levels import Notice, standing, word
from yakuba.services.cityhub.models import LevelNotice
from yakuba.services.cityhub.queries import levels as queries

DAY = datetime(2026, 7, 1, 12, 0)


def notice(number, kind, level=3, area="中町", minutes=None, about=None):
    at = DAY + timedelta(minutes=number if minutes is None else minutes)
    return Notice(number, kind, level, area, at, "市長", "", about)


@pytest.mark.parametrize(
    ("given", "stands"),
    [
        ([notice(1, "issue")], [("中町", 3)]),
        ([notice(1, "issue"), notice(2, "issue", 4)], [("中町", 4)]),
        ([notice(1, "issue"), notice(2, "lift")], []),
        ([notice(1, "issue"), notice(2, "lift", area="川町")], [("中町", 3)]),
        ([notice(1, "issue"), notice(2, "issue", 5, "川町")], [("川町", 5), ("中町", 3)]),
        ([notice(1, "issue"), notice(2, "cancel", about=1)], []),
        ([notice(1, "issue"), notice(2, "correct", 4, about=1)], [("中町", 4)]),
        ([notice(1, "issue"), notice(2, "correct", 3, "川町", about=1)], [("川町", 3)]),
        (
            [notice(1, "issue"), notice(2, "correct", 4, about=1), notice(3, "correct", 5, about=2)],
            [("中町", 5)],
        ),
        ([notice(1, "issue"), notice(2, "correct", 4, about=1), notice(3, "cancel", about=2)], []),
        # A lift that was a mistake is taken back, and what it had lifted stands again.
        ([notice(1, "issue"), notice(2, "lift"), notice(3, "cancel", about=2)], [("中町", 3)]),
        # Entered late, it happened before: what was issued after it holds.
        ([notice(1, "issue", 4, minutes=10), notice(2, "issue", 3, minutes=5)], [("中町", 4)]),
        ([notice(1, "issue"), notice(2, "cancel", about=1), notice(3, "correct", 5, about=1)], []),
    ],
)
def test_what_stands(given, stands):
    assert [(one.area, one.level) for one in standing(given)] == stands


def test_old_words_stay_readable():
    assert word(4, date(2020, 7, 1)) == "避難勧告・避難指示（緊急）"
    assert word(4, date(2026, 7, 1)) == "避難指示"
    assert word(4, date(2001, 1, 1))


def issue(person, **more):
    given = {
        "kind": "issue",
        "level": 4,
        "area": "中町",
        "issued_at": timezone.now(),
        "issuer": "市長 見本太郎",
        "actor": person,
    }
    return actions.issue(**(given | more))


@pytest.fixture
def opened(in_yakuba_city, tmp_path, monkeypatch):
    monkeypatch.setattr(settings.YAKUBA, "data_dir", tmp_path)
    set_values({"cityhub.levels_public": True}, actor=None)


def test_what_was_issued_is_never_changed(in_yakuba_city, clerk):
    row = issue(clerk)
    row.level = 1
    with pytest.raises(ValueError, match="not changed"):
        row.save()
    assert AuditEvent.objects.filter(name="cityhub.level_issued").count() == 1


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"level": 6}, Invalid),
        ({"area": " "}, Invalid),
        ({"issuer": ""}, Invalid),
        ({"kind": "x"}, Invalid),
        ({"kind": "lift"}, Conflict),
        ({"kind": "correct"}, Missing),
        ({"kind": "cancel", "about": 10**9}, Missing),
    ],
)
def test_what_does_not_hold_is_refused(in_yakuba_city, clerk, more, kind):
    with pytest.raises(kind):
        issue(clerk, **more)
    with pytest.raises(Invalid):
        issue(clerk, issued_at=timezone.now() + timedelta(hours=1))
    assert not LevelNotice.objects.exists()


def test_the_page_opens_without_the_database(
    opened, clerk, yakuba_city, django_assert_num_queries, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        issue(clerk, reason="やくば川の水位が上がっています")
    address = reverse("levels:page", args=[yakuba_city.code])
    with django_assert_num_queries(0):
        answer = Client().get(address)
    page = answer.content.decode()
    assert "警戒レベル4　避難指示" in page
    assert "市長 見本太郎" in page
    assert "<script" not in page
    assert "'unsafe-inline'" in answer.headers["Content-Security-Policy"]
    with django_capture_on_commit_callbacks(execute=True):
        issue(clerk, kind="lift")
    assert "いま出ている避難情報はありません" in Client().get(address).content.decode()


@pytest.mark.parametrize("code", ["990000", "..", "abc", "99001", "９９００１９"])
def test_what_is_no_town_has_no_page(opened, code):
    assert Client().get(f"/levels/{code}/").status_code == 404


def test_what_a_killed_process_has_not_written_is_made_up_for_and_a_closed_page_goes(
    opened, clerk, yakuba_city
):
    issue(clerk)  # and nothing behind the commit
    address = reverse("levels:page", args=[yakuba_city.code])
    assert Client().get(address).status_code == 404
    actions.prepare_everywhere()
    assert Client().get(address).status_code == 200
    set_values({"cityhub.levels_public": False}, actor=None)
    actions.prepare_everywhere()
    assert Client().get(address).status_code == 404


def test_the_staff_page(opened, make_staff, yakuba_city):
    person = make_staff(yakuba_city, "cityhub.view", "cityhub.issue")
    client = Client()
    client.force_login(person)
    now = timezone.localtime() - timedelta(minutes=1)
    given = {
        "kind": "issue",
        "level": "4",
        "area": "中町",
        "day": f"{now:%Y-%m-%d}",
        "time": f"{now:%H:%M}",
        "issuer": "市長",
        "people": "1200",
    }
    assert client.post(reverse("cityhub:new_level"), given).status_code == 302
    with active_municipality(yakuba_city):
        (one,) = queries.standing()
        assert (one.word, LevelNotice.objects.get().entered_by) == ("避難指示", person)
    assert "中町" in client.get(reverse("cityhub:levels"), follow=True).content.decode()
    assert client.post(reverse("cityhub:new_level"), given | {"kind": "correct"}).status_code in (404, 422)
    client.force_login(make_staff(yakuba_city, "cityhub.view"))
    assert client.post(reverse("cityhub:new_level"), given).status_code == 403


def test_what_would_not_become_what_stands_is_refused(in_yakuba_city, clerk):
    now = timezone.now()
    issue(clerk, issued_at=now - timedelta(minutes=30))
    for kind in ("issue", "lift"):
        with pytest.raises(Conflict, match="前の日時"):
            issue(clerk, kind=kind, level=5, issued_at=now - timedelta(hours=12))
    assert [one.notice.level for one in queries.standing()] == [4]
    issue(clerk, level=5, issued_at=now - timedelta(minutes=20))
    assert [one.notice.level for one in queries.standing()] == [5]


def test_within_the_same_minute_the_later_entry_holds(in_yakuba_city, clerk):
    minute = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=5)
    issue(clerk, issued_at=minute + timedelta(seconds=40))
    issue(clerk, level=5, issued_at=minute)
    assert [one.notice.level for one in queries.standing()] == [5]
    issue(clerk, kind="lift", level=5, issued_at=minute)
    assert queries.standing() == []


def test_what_was_cancelled_is_neither_corrected_nor_cancelled(in_yakuba_city, clerk):
    row = issue(clerk)
    gone = issue(clerk, kind="cancel", about=row.pk)
    for kind in ("correct", "cancel"):
        for about in (row.pk, gone.pk):
            with pytest.raises(Conflict, match="出し直す"):
                issue(clerk, kind=kind, level=5, about=about)
    assert LevelNotice.objects.count() == 2


def test_pressed_twice_it_is_entered_once(in_yakuba_city, clerk):
    at = timezone.now()
    issue(clerk, issued_at=at)
    with pytest.raises(Conflict, match="二度"):
        issue(clerk, issued_at=at)
    assert LevelNotice.objects.count() == 1


@pytest.mark.parametrize("area", ["本町1丁目", "本町 １丁目", " 本町１丁目　"])
def test_an_area_is_one_however_it_is_written(in_yakuba_city, clerk, area):
    issue(clerk, area="本町１丁目")
    issue(clerk, area=area, level=5)
    assert [one.notice.level for one in queries.standing()] == [5]
    issue(clerk, area=area, kind="lift")
    assert queries.standing() == []


def test_the_page_is_what_the_last_of_many_has_read(opened, clerk, yakuba_city, monkeypatch):
    """One process that has read before a notice and writes behind it would leave the page without it."""
    path = actions.page_of(yakuba_city.code)
    issue(clerk)
    seen = []

    def slow():
        seen.append(path.with_suffix(".lock").exists())
        with path.with_suffix(".lock").open("ab") as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return "page"

    monkeypatch.setattr(actions, "written", slow)
    actions.prepare()
    assert seen == [True]
    assert path.read_text() == "page"
    assert sorted(one.name for one in path.parent.iterdir()) == sorted(
        [path.name, f"{yakuba_city.code}.lock"]
    )


def test_the_page_says_when_it_was_changed(opened, clerk, yakuba_city):
    assert "最後の変更" not in actions.written()
    row = issue(clerk)
    assert f"最後の変更：{wareki(timezone.localtime(row.entered_at), time=True)}" in actions.written()
