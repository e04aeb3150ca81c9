"""What would stop a hall: a night, a clock, a category that closes, a flood, a page that nobody sits at."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.queue import actions, facade, queries
from yakuba.services.queue.models import Service, Ticket
from yakuba.services.queue.pages import public

KEYS = [f"key-of-a-ticket-{number:08d}" for number in range(400)]


@pytest.fixture
def hall(in_yakuba_city, clerk, monkeypatch):
    monkeypatch.setattr(public, "clock", lambda: 0.0)  # no budget fills again while a slow machine works
    for limit in (public.ISSUED, public.LOOKS, public.LOOKS_OF_TOWN):
        limit.forget()
    set_values({"queue.public": True}, actor=clerk)
    actions.set_category("A", "住民票", actor=clerk)
    actions.set_category("B", "税", actor=clerk)
    actions.sit("1番", [], actor=clerk)
    client = Client()
    client.force_login(clerk)
    return client


def close(letter: str, clerk) -> None:
    actions.set_category(letter, "住民票", is_open=False, actor=clerk)


def test_a_call_of_yesterday_keeps_nobody_from_calling_in_the_morning(hall, clerk):
    old = actions.issue("A", KEYS[0])
    actions.call_next(0, actor=clerk)
    yesterday = timezone.now() - timedelta(days=1)
    Ticket.objects.update(day=timezone.localdate(yesterday), called_at=yesterday)
    Service.objects.update(called_at=yesterday)
    actions.issue("A", KEYS[1])
    assert facade.current(clerk) is None
    called = actions.call_next(0, actor=clerk)
    assert (called.day, called.state) == (timezone.localdate(), "called")
    old.refresh_from_db()
    assert old.state == "over"
    assert Service.objects.get(ticket=old).seconds is None


def test_somebody_who_waits_is_called_after_the_category_was_closed(hall, clerk):
    waits = actions.issue("A", KEYS[0])
    for letter in "AB":
        close(letter, clerk)
    page = hall.get("/queue/").content.decode()
    assert waits.label in page
    assert "次を呼ぶ" in page
    assert "出していません" in page
    display = Client().get("/tickets/990019/display/").content.decode()
    assert "1人" in display
    hall.post("/queue/next/", {"seen": "0"})
    assert waits.label in Client().get("/tickets/990019/display/").content.decode()
    assert "まだありません" not in hall.get("/queue/").content.decode()


def test_the_machine_offers_nothing_that_is_closed(hall, clerk):
    _, key = actions.add_machine("ロビー", actor=clerk)
    where = f"/tickets/990019/machine/{key}/"
    actions.issue("A", KEYS[0])
    close("A", clerk)
    page = Client().get(where).content.decode()
    assert "A 住民票" not in page
    assert "B 税" in page
    close("B", clerk)
    assert "番号札は出していません" in Client().get(where).content.decode()


def test_a_machine_that_was_refused_begins_anew_by_itself(hall, clerk):
    _, key = actions.add_machine("ロビー", actor=clerk)
    where = f"/tickets/990019/machine/{key}/"
    close("A", clerk)
    answer = Client().post(where, {"once": KEYS[0], "letter": "A"})
    assert answer.status_code == 404
    assert f"url={where}" in answer.content.decode()
    assert not Ticket.objects.exists()


def test_a_flood_of_one_sender_is_stopped_and_the_page_comes_back(hall):
    stranger = Client(REMOTE_ADDR="203.0.113.9")
    assert stranger.get("/tickets/990019/display/").status_code == 200
    while public.LOOKS.take("990019 203.0.113.9", 0.0):
        pass
    answer = stranger.get("/tickets/990019/display/")
    assert answer.status_code == 429
    assert "url=/tickets/990019/display/" in answer.content.decode()
    assert Client(REMOTE_ADDR="203.0.113.10").get("/tickets/990019/display/").status_code == 200


def test_a_machine_that_is_pressed_without_end_gives_few(hall, clerk):
    _, key = actions.add_machine("ロビー", actor=clerk)
    where, stranger = f"/tickets/990019/machine/{key}/", Client()
    codes = [stranger.post(where, {"once": one, "letter": "A"}).status_code for one in KEYS[:60]]
    assert 429 in codes
    assert Ticket.objects.count() < 40


@pytest.mark.parametrize("sent", [
    {}, {"once": "x", "letter": "A"}, {"once": "あ" * 30, "letter": "A"}, {"once": KEYS[0], "letter": "ZZ"},
    {"once": KEYS[0], "letter": "'"}, {"once": "\x00" * 30, "letter": "A"}, {"once": KEYS[0], "letter": "\x00"},
    {"once": "../" * 10, "letter": "A"}, {"once": "a" * 65, "letter": "A"},
])  # fmt: skip
def test_odd_presses_give_nothing(hall, clerk, sent):
    _, key = actions.add_machine("ロビー", actor=clerk)
    answer = Client().post(f"/tickets/990019/machine/{key}/", sent)
    assert 400 <= answer.status_code < 500
    assert not Ticket.objects.exists()


def test_another_site_presses_nothing(hall, clerk):
    _, key = actions.add_machine("ロビー", actor=clerk)
    where = f"/tickets/990019/machine/{key}/"
    kiosk = Client(enforce_csrf_checks=True)
    kiosk.get(where)
    assert kiosk.post(where, {"once": KEYS[0], "letter": "A"}).status_code == 403
    assert not Ticket.objects.exists()


def test_a_number_is_no_address_and_another_towns_ticket_is_not_there(hall, neighbour, neighbour_town):
    with active_municipality(neighbour_town):
        set_values({"queue.public": True}, actor=neighbour)
    row = actions.issue("A", KEYS[0])
    for guess in (str(row.pk), row.label, KEYS[1], actions.mark(KEYS[0])):
        assert Client().get(f"/tickets/990019/{guess}/").status_code == 404
    assert Client().get(f"/tickets/990019/{KEYS[0]}/").status_code == 200
    assert Client().get(f"/tickets/{neighbour_town.code}/{KEYS[0]}/").status_code == 404
    assert Client().get(f"/tickets/{neighbour_town.code}/display/").status_code == 200


def test_what_whoever_waits_sees_names_nobody_and_no_trace_holds_a_key(hall, clerk):
    row = actions.issue("A", KEYS[0])
    actions.call_next(0, actor=clerk)
    for where in ("display/", f"{KEYS[0]}/"):
        answer = Client().get(f"/tickets/990019/{where}")
        text = answer.content.decode()
        assert str(clerk) not in text
        assert clerk.email not in text or not clerk.email
        assert "no-store" in answer["Cache-Control"]
    told = str(list(AuditEvent.objects.values_list("subject", "details")))
    assert KEYS[0] not in told
    assert f"ticket:{row.pk}" in told


def test_a_clock_that_was_put_back_makes_no_negative_time(hall, clerk):
    actions.issue("A", KEYS[0])
    row = actions.call_next(0, actor=clerk)
    Service.objects.update(called_at=timezone.now() + timedelta(minutes=30))
    actions.done(row.pk, actor=clerk)
    assert Service.objects.get().seconds is None
    assert queries.times()[0].took is None


def test_more_letters_than_a_desk_holds_are_refused(hall, clerk):
    letters = [f"{first}{second}" for first in "CD" for second in "ABCDEFGHIJKL"]
    for letter in letters:
        actions.set_category(letter, "住民票", actor=clerk)
    with pytest.raises(Invalid):
        actions.sit("1番", letters, actor=clerk)
