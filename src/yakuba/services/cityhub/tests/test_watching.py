"""Rules held against readings, alarms, who is told, and the pages."""

from __future__ import annotations

import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.tables.tests.looking import form_of
from yakuba.services.cityhub import facade
from yakuba.services.cityhub.actions import hours, tidying, watching
from yakuba.services.cityhub.engine.watching import State, looked, silent
from yakuba.services.cityhub.engine.watchrules import EXAMPLE, read_watch_file
from yakuba.services.cityhub.models import Alarm, Hour, Reading, Series
from yakuba.services.cityhub.queries import looking, watched
from yakuba.services.cityhub.tests.asking import ask

RULES = """見張り:
  - 名前: 水位
    型: River
    属性: level
    超える: 2.5
    戻る: 2.3
    続く分: 5
    当番: 防災
  - 名前: 黙る
    型: River
    属性: level
    途絶の分: 60
当番:
  - 名前: 防災
    宛先: [a@example.lg.jp, b@example.lg.jp]
    待つ分: 10
"""


def rule(text: str):
    return read_watch_file(f"見張り:\n  - 名前: x\n    型: T\n    属性: a\n{text}").rules[0]


def run(one, readings, others=None):
    """Begin (True) and end (False) with their moments."""
    state, found = State(), []
    for at, number in readings:
        event = looked(one, state, at, number, others or {})
        state = State.of(state.plain())
        if event is not None:
            found.append((event.begins, event.at))
    return found


def test_a_value_that_trembles_at_the_threshold_is_one_alarm():
    one = rule("    超える: 2.5\n    戻る: 2.3\n")
    readings = [(1, 2.4), (2, 2.6), (3, 2.4), (4, 2.6), (5, 2.3), (6, 2.6)]
    assert run(one, readings) == [(True, 2), (False, 5), (True, 6)]


def test_a_minimum_time_is_counted_in_the_readings_own_time():
    one = rule("    下回る: 0\n    続く分: 5\n")
    assert run(one, [(0, -1), (299, -1), (300, 1), (400, -1), (699, -1), (700, -1)]) == [(True, 700)]


def test_a_rate_of_change_looks_back_over_its_time():
    one = rule("    上がる: 0.5\n    変化をみる分: 60\n")
    assert run(one, [(0, 1.0), (1_800, 1.2), (3_600, 1.6), (7_000, 1.7)]) == [(True, 3_600), (False, 7_000)]
    falls = rule("    下がる: 0.5\n    変化をみる分: 60\n")
    assert run(falls, [(0, 1.0), (60, 0.4)]) == [(True, 60)]


def test_a_combination_needs_both():
    one = rule("    超える: 1\n    ほかも:\n      - 属性: rain\n        超える: 10\n")
    assert run(one, [(1, 2)], {"rain": 5.0}) == []
    assert run(one, [(1, 2)], {"rain": 11.0}) == [(True, 1)]
    assert run(one, [(1, 2)]) == []


def test_a_reading_that_comes_late_begins_nothing():
    assert run(rule("    超える: 1\n"), [(10, 0), (5, 9)]) == []


def test_silence_is_told_once_and_ends_with_a_value():
    one, state = rule("    途絶の分: 1\n"), State()
    assert silent(one, state, 100, 160) is None
    assert silent(one, state, 100, 161).begins
    assert silent(one, state, 100, 999) is None
    assert looked(one, state, 1_000, 1.0, {}).begins is False


@pytest.mark.parametrize(
    "text",
    [
        "    超える: 1\n    下回る: 2\n",
        "    超える: 1\n    戻る: 2\n",
        "    超える: 1\n    途絶の分: 5\n",
        "    知らせ: x\n",
        "    超える: まるで\n",
        "    超える: 1\n    当番: いない\n",
        "    超える: 1\n    しらない: 1\n",
    ],
)
def test_a_rule_that_could_not_work_is_told_by_its_line(text):
    with pytest.raises(DefinitionRefused) as error:
        rule(text)
    assert error.value.problems[0].line


def test_the_example_on_the_page_is_one_that_can_be_registered():
    assert len(read_watch_file(EXAMPLE).rules) == 2


def send(level: float, at: float) -> None:
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    value = {"value": level, "metadata": {"TimeInstant": {"type": "DateTime", "value": moment}}}
    body = {"actionType": "append", "entities": [{"id": "R1", "type": "River", "level": value}]}
    assert ask("POST", "/v2/op/update", body).status == 204


@pytest.fixture
def told(monkeypatch):
    """Who was told, instead of a mail."""
    found: list[str] = []
    monkeypatch.setattr(watching, "_send", lambda alarm, address: found.append(address))
    return found


@pytest.fixture
def alarm(in_yakuba_city, clerk, told):
    facade.set_rules(RULES, actor=clerk)
    now = time.time()
    for minutes, level in ((-20, 2.0), (-10, 2.7), (-4, 2.8)):
        send(level, now + minutes * 60)
    watching.look()
    return Alarm.objects.get()


def test_people_are_told_one_after_the_other_until_somebody_acknowledges(alarm, told, clerk):
    assert told == ["a@example.lg.jp"]
    watching.look()
    assert told == ["a@example.lg.jp"]
    Alarm.objects.update(told_at=timezone.now() - timezone.timedelta(minutes=11))
    watching.look()
    assert told == ["a@example.lg.jp", "b@example.lg.jp"]
    Alarm.objects.update(told_at=timezone.now() - timezone.timedelta(minutes=11))
    watching.acknowledge(alarm.pk, "現地へ行った", actor=clerk)
    watching.look()
    assert len(told) == 2


def test_looking_again_opens_nothing_twice_and_the_end_is_noted(alarm):
    watching.look()
    assert Alarm.objects.count() == 1
    send(2.0, time.time())
    watching.look()
    assert Alarm.objects.get().ended_at is not None


def test_the_alarm_waits_on_the_home_page_until_it_is_acknowledged(alarm, clerk):
    page = Client()
    page.force_login(clerk)
    assert "確認していない警報" in page.get("/").content.decode()
    assert alarm.sentence in page.get(reverse("cityhub:index"), follow=True).content.decode()
    assert "したこと" in page.get(reverse("cityhub:alarm", args=[alarm.pk])).content.decode()
    assert page.post(reverse("cityhub:alarm", args=[alarm.pk]), {"remark": ""}).status_code == 422
    page.post(reverse("cityhub:alarm", args=[alarm.pk]), {"remark": "見た"})
    again = page.post(reverse("cityhub:alarm", args=[alarm.pk]), {"remark": "見た"}, follow=True)
    assert "もう確認されています" in again.content.decode()
    assert watched.waiting(clerk).count == 0
    assert AuditEvent.objects.filter(name="cityhub.acknowledged").count() == 1


def test_hours_are_made_ready_keep_every_peak_and_late_readings_are_taken_in(in_yakuba_city):
    now = time.time()
    hour = int(now // 3600)
    for minute in range(10):
        send(float(minute), (hour - 2) * 3600 + minute * 60)
    row = Series.objects.get()
    hours.prepare(row, now)
    made = Hour.objects.get()
    assert (made.count, made.least, made.most, made.total) == (10, 0.0, 9.0, 45.0)
    send(99.0, (hour - 2) * 3600 + 1_800)
    row.refresh_from_db()
    assert row.last_number == 99.0
    tidying.tidy()
    assert Hour.objects.get().most == 99.0
    for span in looking.SPANS:
        assert looking.chart(row, span).table.rows


@pytest.fixture
def page(in_yakuba_city, clerk):
    from yakuba.kernel.accounts.models import Role

    role = Role.objects.create(
        municipality=clerk.municipality,
        name="都市OSの試し",
        permissions=["cityhub.view", "cityhub.write", "cityhub.manage", "cityhub.acknowledge"],
    )
    clerk.roles.add(role)
    client = Client()
    client.force_login(clerk)
    return client


def load(page, content: bytes):
    shown = page.post(reverse("cityhub:load"), {"file": SimpleUploadedFile("v.csv", content)}, follow=True)
    return page.post(reverse("cityhub:load"), form_of(shown) | {"take": "1"}, follow=True)


def test_a_table_of_readings_goes_in_whole_or_not_at_all(page):
    head = "id,type,attribute,at,value,unit\n"
    bad = load(
        page, f"{head}r,River,level,2026-04-01T09:00:00+09:00,1.5,m\nr,River,level,いつか,x,m\n".encode()
    )
    assert "日時として読めません" in bad.content.decode()
    assert not Reading.objects.exists()
    load(page, f"{head}r,River,level,2026/04/01 09:00,1.5,m\nr,River,level,2026-04-01T10:00,1.7,m\n".encode())
    assert list(Reading.objects.order_by("at").values_list("number", flat=True)) == [1.5, 1.7]
    shown = ask("GET", "/v2/entities/r", query={"options": "keyValues"}).json
    assert shown["level"] == 1.7
    load(page, f"{head}r,River,level,2026-04-01T09:00,1.5,m\n".encode())
    assert Reading.objects.count() == 2
    assert ask("GET", "/v2/entities/r/attrs/level").json["value"] == 1.7
    row = Series.objects.get()
    assert "1.7 m" in page.get(reverse("cityhub:index"), follow=True).content.decode()
    assert "1.5" in page.get(reverse("cityhub:series", args=[row.pk]) + "?span=year").content.decode()


def test_rules_are_versions_and_a_fault_keeps_what_was_typed(page):
    shown = page.post(reverse("cityhub:rules"), {"text": "見張り: []", "version": "0"})
    assert shown.status_code == 422
    page.post(reverse("cityhub:rules"), {"text": RULES, "version": "0"})
    assert watched.rules().version == 1
    assert page.post(reverse("cityhub:rules"), {"text": EXAMPLE, "version": "0"}).status_code in (409, 422)
    assert watched.rules().version == 1


def test_empty_pages_say_what_to_do(page):
    assert "値はまだ届いていません" in page.get(reverse("cityhub:index"), follow=True).content.decode()
    assert "警報はありません" in page.get(reverse("cityhub:alarms"), follow=True).content.decode()
    assert "まだありません" in page.get(reverse("cityhub:subscriptions"), follow=True).content.decode()
